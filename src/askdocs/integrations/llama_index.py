"""askdocs in LlamaIndex: a retriever, a query engine, and citations as content blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.llms import (
    ChatMessage,
    CitableBlock,
    CitationBlock,
    MessageRole,
    TextBlock,
)
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from askdocs.index.vectors.collection import passage_node
from askdocs.output.support_summary import support_summary

if TYPE_CHECKING:
    from askdocs.assistant import Assistant
    from askdocs.types import Answer, Citation, Hit

CITATION = "citation"  # the key of the block in the metadata of a node


def citation_block(citation: Citation) -> CitationBlock:
    """Convert a citation: the exact quote, its source and its location.

    The location has `number`, `start` and `end` in characters of the document's text, and `page`
    and `line` if they are known.
    """
    location = {
        "number": citation.number,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        "line": citation.line,
    }
    return CitationBlock(
        cited_content=TextBlock(text=citation.quote),
        source=citation.source,
        title=citation.passage.title or citation.source,
        additional_location_info={
            name: value for name, value in location.items() if value is not None
        },
    )


def citable_block(hit: Hit) -> CitableBlock:
    """Convert a hit: a passage that a language model can cite."""
    passage = hit.passage
    return CitableBlock(
        title=passage.title or passage.source,
        source=passage.source,
        content=[TextBlock(text=passage.text)],
    )


def answer_message(answer: Answer) -> ChatMessage:
    """Convert an answer: a message with its text, then the block of each citation."""
    blocks = [TextBlock(text=_text(answer)), *map(citation_block, answer.citations)]
    return ChatMessage(role=MessageRole.ASSISTANT, blocks=blocks)


class AskdocsRetriever(BaseRetriever):
    """A LlamaIndex retriever that calls `Assistant.search`; scores are those of the hits."""

    def __init__(self, assistant: Assistant, *, top_k: int) -> None:
        self._assistant = assistant
        self._top_k = top_k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._assistant.search(query_bundle.query_str, top_k=self._top_k)
        return [NodeWithScore(node=passage_node(hit.passage), score=hit.score) for hit in hits]


class AskdocsQueryEngine(BaseQueryEngine):
    """A LlamaIndex query engine that calls `Assistant.ask`.

    The sources of a response are its citations: each node is a quote with its offsets, and
    `node.metadata["citation"]` is its CitationBlock as a dictionary. `response.metadata` has the
    Answer as "answer" and the CitationBlocks as "citations".
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        super().__init__(callback_manager=None)

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.ask(query_bundle.query_str)
        blocks = [citation_block(citation) for citation in answer.citations]
        nodes = [
            NodeWithScore(node=_node(citation, block), score=answer.confidence)
            for citation, block in zip(answer.citations, blocks, strict=True)
        ]
        return Response(
            response=_text(answer),
            source_nodes=nodes,
            metadata={"answer": answer, "citations": blocks},
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        import asyncio

        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _text(answer: Answer) -> str:
    """Return the text, and of a language model's prose how much of it the documents support."""
    return "\n\n".join(filter(None, (answer.text, support_summary(answer))))


def _node(citation: Citation, block: CitationBlock) -> TextNode:
    """Convert a quote to a node. Language models and embedders do not see its block."""
    return TextNode(
        id_=f"{citation.passage.id}-{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata={
            "source": citation.source,
            "number": citation.number,
            CITATION: block.model_dump(exclude_none=True),
        },
        excluded_llm_metadata_keys=[CITATION],
        excluded_embed_metadata_keys=[CITATION],
    )
