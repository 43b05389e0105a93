"""The adapter of the verifier's network that reads the best passages again."""
