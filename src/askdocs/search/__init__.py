"""Keyword search for words, phrases and prefixes, document by document."""
