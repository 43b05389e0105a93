"""The weights by which sentences are ranked and trusted."""
