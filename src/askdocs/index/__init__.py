"""The index on disk: catalog, keyword index, vectors, synchronisation, recovery and repair."""
