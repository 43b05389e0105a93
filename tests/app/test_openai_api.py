"""What other chat clients are handed."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from askdocs.answering.stream import Stream
from askdocs.app.api.openai import Message, _contents, turns
from askdocs.types import Answer


@pytest.mark.parametrize(
    ("said", "answer", "content"),
    [
        (["It is *red*. ", "[1]"], Answer("?", "It is *red*. [1]"), "It is \\*red\\*. [1]"),
        (
            ["It is red. [1]", " Its lid is the har"],
            Answer("?", "It is red. [1]", notice="The reply was cut off."),
            "It is red. [1] Its lid is the har …\n\nThe reply was cut off.",
        ),
        (
            ["It is bl"],
            Answer("?", "“It is red.” [1]", notice="The *server* broke off."),
            "It is bl …\n\nThe \\*server\\* broke off.\n\n“It is red.” [1]",
        ),
    ],
)
def test_what_was_said_in_vain_is_followed_by_what_is_to_be_said(
    said: list[str], answer: Answer, content: str
) -> None:
    def told() -> Generator[str, None, Answer]:
        yield from said
        return answer

    stream = Stream(told)
    pieces = iter(stream)
    assert "".join(_contents(stream, next(pieces, ""), pieces, keeps_blocks=False)) == content


def test_an_answer_that_a_client_sends_back_is_read_as_it_was_given() -> None:
    messages = [
        Message(role="user", content="What is in a_file?"),
        Message(role="assistant", content="In a\\_file is \\[x](y). [1]"),
    ]
    (turn,) = turns(messages)
    assert turn.answer.text == "In a_file is [x](y). [1]"
