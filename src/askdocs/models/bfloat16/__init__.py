"""The built-in embedder in bfloat16, in a child process: faster indexing on some processors."""
