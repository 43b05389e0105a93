"""A real language model end to end: what it writes depends on it, what is promised does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.errors import ReplyCutOffError
from askdocs.llm.load import load_llm
from askdocs.llm.model import LanguageModel, Message
from tests.support.small_model import needs_small_model, small_model

pytestmark = needs_small_model
QUESTION = "How much did the bicycle scheme cost to set up?"


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load_llm(f"gguf:{small_model()}", context=512, seconds=300)


@pytest.fixture(scope="module")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, sample_copy: Callable[[Path], Path]
) -> Iterator[Assistant]:
    folder = sample_copy(tmp_path_factory.mktemp("small"))
    config = Config(
        corpus=folder / "corpus",
        index=folder / "index",
        llm=f"gguf:{small_model()}",
        llm_context=1024,
        llm_seconds=300,
    )
    with Assistant(config) as assistant:
        assistant.index()
        yield assistant


def until_cut_off(model: LanguageModel, asked: str, *, most_tokens: int) -> Iterator[str]:
    """A reply, which so few tokens may cut off."""
    with suppress(ReplyCutOffError):
        yield from model.reply([Message("user", asked)], most_tokens=most_tokens)


def test_a_reply_comes_piece_by_piece(model: LanguageModel) -> None:
    asked = "Say in one sentence what a lighthouse is."
    pieces = [piece for piece in until_cut_off(model, asked, most_tokens=30) if piece]
    assert len(pieces) > 5
    assert "light" in "".join(pieces).lower()


def test_a_reply_can_be_stopped_and_the_next_comes_at_once(model: LanguageModel) -> None:
    reply = model.reply([Message("user", "Count to five hundred, in words.")], most_tokens=400)
    said = ""
    while len(said) < 10:
        said += next(reply)
    reply.close()
    again = list(until_cut_off(model, "Say hello.", most_tokens=8))
    assert "".join(again).strip()


def test_after_an_answer_was_stopped_the_next_is_streamed_cited_and_checked(
    assistant: Assistant,
) -> None:
    stopped = assistant.stream("When is the lamp lit?")
    for piece in stopped:
        if piece:
            break
    stopped.close()
    stream = assistant.stream(QUESTION)
    pieces = [piece for piece in stream if piece]
    answer = stream.answer
    assert "".join(pieces) == answer.text
    assert len(pieces) > 5
    assert not answer.notice
    assert any(each.verdict in ("quoted", "supported") for each in answer.statements)
    for citation in answer.citations:
        document = assistant.document(citation.source)
        assert document.text[citation.start : citation.end] == citation.quote
        assert f"[{citation.number}]" in answer.text


def test_a_question_that_the_documents_do_not_answer_is_not_sent_to_it(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("Who won the chess olympiad in Batumi?")
    assert not answer.answered
    assert not answer.statements
