"""Results as records: the JSON of the command line, and exports that can be verified later."""
