"""The multilingual embedder and its reader."""
