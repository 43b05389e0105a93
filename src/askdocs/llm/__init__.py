"""Pluggable language models: a GGUF file, a server with OpenAI's API, or a LlamaIndex LLM."""
