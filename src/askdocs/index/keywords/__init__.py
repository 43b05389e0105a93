"""The keyword index: postings and BM25 scores, kept in SQLite."""
