"""Answers written by a language model: the prompt, the reply, and its statements."""
