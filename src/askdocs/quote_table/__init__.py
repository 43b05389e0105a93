"""A table of quotes: documents by questions, each cell the exact words or "not said"."""
