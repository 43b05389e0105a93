"""Language models that can be plugged in: a GGUF file, an OpenAI-style server, a LlamaIndex LLM."""
