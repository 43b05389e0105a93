"""askdocs in other software: LlamaIndex, and clients of the Model Context Protocol."""
