"""The word index: it stores which words are where in the passages (SQLite), and ranks by BM25."""
