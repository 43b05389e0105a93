"""The embedder: export and comparison of formats."""
