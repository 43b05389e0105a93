"""A child process that embeds in bfloat16: faster indexing on CPUs that support it."""
