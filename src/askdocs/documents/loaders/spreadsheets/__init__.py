"""Spreadsheets and CSV files: each table as lines of named values."""
