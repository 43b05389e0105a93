"""The adapter with which the verifier's network reranks the best passages."""
