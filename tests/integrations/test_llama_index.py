"""Answers and passages as LlamaIndex's blocks."""

from __future__ import annotations

from llama_index.core.llms import CitableBlock, CitationBlock, TextBlock

from askdocs import Assistant
from askdocs.integrations.llama_index import CITATION, answer_message, citable_block
from askdocs.types import NOT_LEARNT, Answer, Statement


def test_the_nodes_of_a_response_carry_citation_blocks(sample: Assistant) -> None:
    response = sample.as_query_engine().query("When is the lamp lit?")
    blocks = response.metadata["citations"]
    assert blocks
    for node, block in zip(response.source_nodes, blocks, strict=True):
        assert isinstance(block, CitationBlock)
        assert CitationBlock.model_validate(node.metadata[CITATION]) == block
        place = block.additional_location_info
        text = sample.document(block.source).text
        assert isinstance(block.cited_content, TextBlock)
        assert text[place["start"] : place["end"]] == block.cited_content.text
        assert CITATION not in node.node.get_content("llm")


def test_prose_is_followed_by_how_much_of_it_is_supported() -> None:
    statements = (Statement("Sie ist rot.", (), "unchecked", reason=NOT_LEARNT),)
    answer = Answer("Which?", "Sie ist rot. †", statements, answered=True, kind="prose")
    assert answer_message(answer).content == (
        f"Sie ist rot. †\n\n1 statement (†) was not checked: {NOT_LEARNT}."
    )


def test_an_answer_is_a_message_and_a_hit_is_citable(sample: Assistant) -> None:
    answer = sample.ask("When is the lamp lit?")
    first, *cited = answer_message(answer).blocks
    assert isinstance(first, TextBlock)
    assert first.text == answer.text
    assert [block.block_type for block in cited] == ["citation"] * len(answer.citations)
    block = citable_block(answer.hits[0])
    assert isinstance(block, CitableBlock)
    assert block.source == answer.hits[0].passage.source
