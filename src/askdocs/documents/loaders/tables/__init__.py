"""Loaders of tables (spreadsheets, CSV), and how rows become lines of text."""
