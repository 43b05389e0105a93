"""What other chat clients are handed."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from askdocs.answering.stream import Stream
from askdocs.app.api.openai import Message, _contents, add_completions, located_statements, turns
from askdocs.types import NOT_LEARNT, Answer, Citation, Passage, Quotation, Statement

PASSAGE = Passage("1", "tea.txt", "The kettle is red. It sings.", 0, 28)
RED, SINGS = (
    Citation(1, PASSAGE, "The kettle is red.", 0, 18),
    Citation(2, PASSAGE, "It sings.", 19, 28),
)
PROSE = Answer(
    "Which?",
    "## The kettle\n\nThe **kettle** is “red”. [1] It is blue. [1]"
    " (not supported by your documents: the source says otherwise) Er singt <laut>. [2] †\n\n"
    "| Colour | Sound |\n|---|---|\n| red | song [1][2] |",
    (
        Statement("The kettle", (), "no_claim", markdown="The kettle", lead="## "),
        Statement(
            "The kettle is “red”.", (RED,), "supported", markdown="The **kettle** is “red”.",
            lead="\n\n", quotations=(Quotation("red", 15, 18, (RED,)),), probability=0.94121,
        ),
        Statement(
            "It is blue.", (RED,), "unsupported", "the source says otherwise", contradicted=True,
            markdown="It is blue.", lead=" ", probability=0.02,
        ),
        Statement(
            "Er singt <laut>.", (SINGS,), "unchecked", NOT_LEARNT, markdown="Er singt <laut>.",
            lead=" ",
        ),
        Statement("Colour Sound", (), "no_claim", markdown="| Colour | Sound |", lead="\n\n"),
        Statement(
            "red song", (RED, SINGS), "supported", markdown="| red | song |",
            lead="\n|---|---|\n", probability=0.8,
        ),
    ),
    (RED, SINGS),
    answered=True,
    kind="prose",
)  # fmt: skip


class Answering:
    """Gives one answer, in pieces."""

    has_llm = True

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def stream(self, question: str, **options: Any) -> Stream:
        def told() -> Generator[str, None, Answer]:
            for start in range(0, len(self._answer.text), 7):
                yield self._answer.text[start : start + 7]
            return self._answer

        return Stream(told)


def client(answer: Answer) -> TestClient:
    routes = FastAPI()
    add_completions(routes, Answering(answer))  # type: ignore[arg-type]
    return TestClient(routes)


def test_verdicts_are_handed_on_as_data_and_place_each_statement_in_the_message() -> None:
    asked = {"messages": [{"role": "user", "content": "Which?"}]}
    whole = client(PROSE).post("/v1/chat/completions", json=asked).json()
    content = whole["choices"][0]["message"]["content"]
    assert whole["kind"] == "prose"
    assert whole["summary"] == (
        "2 of 3 statements are supported by your documents;"
        f" 1 statement (†) was not checked: {NOT_LEARNT}."
    )
    assert content.endswith(f"\n\n{whole['summary']}")
    heading, red, blue, song, _, row = whole["statements"]
    assert (heading["verdict"], heading["probability"]) == ("no_claim", None)
    assert red == {
        "text": "The kettle is “red”.",
        "verdict": "supported",
        "probability": 0.9412,
        "reason": "",
        "contradicted": False,
        "citations": [1],
        "quotations": [
            {"text": "red", "exact": True, "difference": "", "goes_on": "", "citations": [1]}
        ],
        "start_index": 15,
        "end_index": 39,
    }
    assert (blue["verdict"], blue["contradicted"]) == ("unsupported", True)
    assert blue["reason"] == "the source says otherwise"
    assert (song["verdict"], song["reason"], song["probability"]) == ("unchecked", NOT_LEARNT, None)
    assert row["citations"] == [1, 2]
    assert [content[each["start_index"] : each["end_index"]] for each in whole["statements"]] == [
        "The kettle",
        "The **kettle** is “red”.",
        "It is blue.",
        "Er singt \\<laut>.",
        "| Colour | Sound",
        "| red | song",
    ]

    events = client(PROSE).post("/v1/chat/completions", json={**asked, "stream": True}).text
    *_, last = [json.loads(line[6:]) for line in events.split("\n\n") if line.startswith("data: {")]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert [last[name] for name in ("summary", "statements")] == [
        whole[name] for name in ("summary", "statements")
    ]


def test_quotes_have_no_summary_and_no_probability() -> None:
    text = "The kettle is *red*."
    quote = Statement(text, (RED,), "quoted")
    answer = Answer("Which?", f"“{text}” [1]", (quote,), (RED,), answered=True, confidence=0.9)
    asked = {"messages": [{"role": "user", "content": "Which?"}]}
    for stream in (False, True):  # a stream keeps Markdown, since a model might have written it
        told = client(answer).post("/v1/chat/completions", json={**asked, "stream": stream}).text
        record = json.loads(told.split("data: ")[-2] if stream else told)
        assert record["summary"] == ""
        (said,) = record["statements"]
        assert (said["verdict"], said["probability"], said["start_index"]) == ("quoted", None, 1)


def test_a_statement_is_placed_after_what_was_said_in_vain() -> None:
    quote = Statement("It is red.", (RED,), "quoted")
    answer = Answer("Which?", "“It is red.” [1]", (quote, Statement("Gone.", (), "partly")))
    content = "It is red. It is bl …\n\nThe server broke off.\n\n“It is red.” [1]"
    said, gone = located_statements(answer, content)
    assert said["start_index"] == content.rindex("It is red.")
    assert (gone["start_index"], gone["end_index"]) == (None, None)


@pytest.mark.parametrize("text", ["*red* Between. *red*", ""])
def test_a_statement_is_located_at_its_first_place_in_either_form(text: str) -> None:
    content = "*red* Between. \\*red\\*"
    said = (Statement("*red*", (), "supported"), Statement("Between.", (), "supported"))
    red, between = located_statements(Answer("Which?", text, said), content)
    assert (red["start_index"], red["end_index"]) == (0, 5)
    assert content[between["start_index"] : between["end_index"]] == "Between."


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
