"""The vector store: Chroma, in the index folder or on a server, and checks of it."""
