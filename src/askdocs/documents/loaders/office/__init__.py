"""Loaders of zipped office formats: Word, PowerPoint and OpenDocument."""
