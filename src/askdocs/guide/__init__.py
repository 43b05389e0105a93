"""Guides: summaries of a folder and its documents, extracted without a model."""
