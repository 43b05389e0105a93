"""Files are parsed in a child process with limits on time and memory."""
