"""askdocs inside LlamaIndex: a retriever, a query engine, an embedding and a node parser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.node_parser import NodeParser
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from askdocs.documents.passages import split
from askdocs.index.vectors.collection import passage_node
from askdocs.models.embedders import Embedder
from askdocs.types import Document, Passage

if TYPE_CHECKING:
    from askdocs.assistant import Assistant


class AskdocsRetriever(BaseRetriever):
    """Our search as a LlamaIndex retriever; scores are those of our hits."""

    def __init__(self, assistant: Assistant, *, top_k: int) -> None:
        self._assistant = assistant
        self._top_k = top_k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._assistant.search(query_bundle.query_str, top_k=self._top_k)
        return [NodeWithScore(node=passage_node(hit.passage), score=hit.score) for hit in hits]


class AskdocsQueryEngine(BaseQueryEngine):
    """A whole question as a LlamaIndex query engine.

    The sources of a response are its citations: each node is a quote with its offsets.
    `response.metadata["answer"]` is our Answer.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        super().__init__(callback_manager=None)

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.ask(query_bundle.query_str)
        nodes = [
            NodeWithScore(
                node=TextNode(
                    id_=f"{citation.passage.id}-{citation.start}-{citation.end}",
                    text=citation.quote,
                    start_char_idx=citation.start,
                    end_char_idx=citation.end,
                    metadata={"source": citation.source, "number": citation.number},
                ),
                score=answer.confidence,
            )
            for citation in answer.citations
        ]
        return Response(response=answer.text, source_nodes=nodes, metadata={"answer": answer})

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


class AskdocsEmbedding(BaseEmbedding):
    """One of our embedding models as a LlamaIndex embedding."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.fingerprint)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in self._embedder.embed_question(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        import asyncio

        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self._embedder.embed(texts)]


class AskdocsNodeParser(NodeParser):
    """Our splitting as a LlamaIndex node parser, with offsets that are right."""

    tokens: int = 100

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        del show_progress, kwargs  # it is quick, and there is nothing to pass on
        return [self._child(node, passage) for node in nodes for passage in self._passages(node)]

    def _passages(self, node: BaseNode) -> list[Passage]:
        document = Document(node.node_id, node.get_content())
        return split(document, tokens=self.tokens)

    def _child(self, node: BaseNode, passage: Passage) -> BaseNode:
        return TextNode(
            id_=passage.id,
            text=passage.text,
            start_char_idx=passage.start,
            end_char_idx=passage.end,
            metadata=dict(node.metadata),
            relationships={"1": node.as_related_node_info()},
        )
