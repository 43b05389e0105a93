"""The command line: commands, the session that a command works with, terminal output."""
