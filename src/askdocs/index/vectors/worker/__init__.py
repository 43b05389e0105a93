"""The vectors of an index in a process of their own."""
