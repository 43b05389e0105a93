"""Writes answers with a language model: the prompt, the reply, and its statements."""
