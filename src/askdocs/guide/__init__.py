"""Guides: what a folder and its documents are about, in their own words, without a model."""
