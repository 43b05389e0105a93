"""Answers, documents, sources and history as safe HTML."""
