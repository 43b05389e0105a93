"""askdocs inside LlamaIndex: a retriever and a query engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from askdocs.index.vectors.collection import passage_node

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
