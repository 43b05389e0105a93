"""What tests share: servers, processes, embeddings and models that stand in for large ones."""
