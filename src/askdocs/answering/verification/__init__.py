"""Judges whether the sources support a statement, and names what they do not support."""
