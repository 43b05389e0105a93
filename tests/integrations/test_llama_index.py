"""Our parts inside LlamaIndex: what its classes make of our splitting and embedding."""

from __future__ import annotations

import numpy as np
from llama_index.core import Document, VectorStoreIndex

from askdocs.integrations.llama_index import AskdocsEmbedding, AskdocsNodeParser
from askdocs.models.embedders import load_embedder

TEXT = """The lighthouse

It was built in 1871. The tower is 38 metres high.

Tea

Green tea is brewed at 80 degrees for two minutes. It was built in 1871."""


def test_an_index_of_llama_index_is_made_with_our_splitting_and_embedding() -> None:
    embedder = load_embedder("onnx:builtin")
    index = VectorStoreIndex.from_documents(
        [Document(text=TEXT, id_="a.txt", metadata={"kind": "notes"})],
        embed_model=AskdocsEmbedding(embedder),
        transformations=[AskdocsNodeParser(tokens=20)],
    )
    best = index.as_retriever(similarity_top_k=1).retrieve("How hot is tea brewed?")[0].node
    assert "80 degrees" in best.get_content()
    nodes = list(index.docstore.docs.values())
    assert len(nodes) > 1
    for node in nodes:
        start, end = node.start_char_idx, node.end_char_idx  # type: ignore[attr-defined]
        assert TEXT[start:end] == node.text  # type: ignore[attr-defined]
        assert node.metadata["kind"] == "notes"
        assert node.ref_doc_id == "a.txt"


def test_vectors_are_those_of_our_model() -> None:
    embedder = load_embedder("onnx:builtin")
    embedding = AskdocsEmbedding(embedder)
    assert embedding.model_name == embedder.fingerprint
    vectors = embedding.get_text_embedding_batch(["one", "two"])
    assert np.allclose(vectors, embedder.embed(["one", "two"]))
    assert np.allclose(embedding.get_query_embedding("one"), embedder.embed_question("one"))
