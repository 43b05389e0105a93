"""From a question to a cited answer: retrieval, ranking, quotes, generation, verification."""
