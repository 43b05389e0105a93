"""The index on disk: catalog, keywords, vectors, synchronisation with a folder, and doctor."""
