"""What differs between Linux, macOS and Windows: file names, child processes, local addresses."""
