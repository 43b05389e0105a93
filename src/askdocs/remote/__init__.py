"""A client for the server that has an index open, used like a local assistant."""
