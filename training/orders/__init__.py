"""Fits the order detector."""
