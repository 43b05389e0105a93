"""The keyword index: terms, postings and BM25 scores, kept in SQLite."""
