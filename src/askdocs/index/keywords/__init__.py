"""The keyword index: postings and BM25 scores, stored in SQLite."""
