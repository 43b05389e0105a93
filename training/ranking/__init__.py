"""The weights of the ranking of sentences and of its confidence."""
