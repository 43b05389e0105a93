"""A child process that opens the vectors of an index."""
