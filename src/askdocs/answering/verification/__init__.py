"""Whether the sources support a statement."""
