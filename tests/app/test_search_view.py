"""What the page shows of a match: its words in clean text, and the marks that it opens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.search import excerpt, marks_of
from askdocs.index.keywords.lookup import parse_query
from askdocs.search.find import spans_in
from askdocs.types import Match, Passage

OFFSET = 1000


def a_match(text: str, query: str, source: str = "rules.md") -> Match:
    passage = Passage("id", source, text, OFFSET, OFFSET + len(text))
    return Match(passage, spans_in(passage, parse_query(query)))


def shown(text: str, query: str, source: str = "rules.md") -> str:
    """The excerpt, with brackets around what was found."""
    pieces = excerpt(a_match(text, query, source))
    return "".join(f"[{words}]" if found else words for words, found in pieces)


@pytest.mark.parametrize(
    ("text", "query", "source", "expected"),
    [
        (
            "## Opening\n\n> **Note:** open the _suction valve_ of [pump 3](https://a.example).",
            "valve pump", "rules.md", "Opening · Note: open the suction [valve] of [pump] 3.",
        ),
        (
            "---\ntitle: Pumps\ntags: [valve]\n---\n", "valve", "rules.md",
            "title: Pumps · tags: [[valve]]",
        ),
        (
            "| Pump | Valve |\n| - | - |\nPump: P-1; Valve: V-3\nPump: P-2; Valve: V-4", "valve",
            "rules.md", "Pump: P-1; [Valve]: V-3 · Pump: P-2; [Valve]: V-4",
        ),
        (
            "Valves\n======\n\n:Author: Ada\n\n.. _valve:\n\nA **gate valve** in :ref:`room <r>`::",
            "valve", "rules.rst", "[Valves] · Author: Ada · A gate [valve] in room:",
        ),
        (
            ".. note::\n   :class: big\n\n   Close the valve.\n\n.. code-block:: sh\n\n   close\n",
            "valve", "rules.rst", "Close the [valve]. close",
        ),
        ("See [pump](https://valve.example).", "valve", "rules.md",
         "See pump](https://[valve].example)."),  # nothing else was found
        ("* a **valve**", "valve", "rules.txt", "* a **[valve]**"),
    ],
)  # fmt: skip
def test_what_was_found_is_shown_in_clean_text(
    text: str, query: str, source: str, expected: str
) -> None:
    assert shown(text, query, source) == expected


def test_wrapped_lines_are_joined_and_others_stay_separate() -> None:
    wrapped = (
        "The valve behind the mill is older than the mill itself, and nobody in the\n"
        "town can say who made it or why it was put there, since the books of the\n"
        "works were lost when the river rose and took the office with all that was\n"
        "in it."
    )
    assert "·" not in shown(wrapped, "valve", "log.txt")
    assert shown("Part: V-1; Count: 3\nPart: V-2; Count: 4", "count", "parts.csv") == (
        "Part: V-1; [Count]: 3 · Part: V-2; [Count]: 4"
    )


def test_a_long_passage_is_shown_around_its_first_word() -> None:
    text = "a quiet word " * 40 + "valve " + "another quiet word " * 40
    words = shown(text, "valve")
    assert (words[:2], words[-2:]) == ("… ", " …")
    assert "[valve]" in words
    assert len(words) < 450


@settings(deadline=None)
@given(st.text("ab *_`|-#~[]()\n.:", max_size=60), st.sampled_from(["a", "b", "ab a", "b*"]))
def test_only_text_of_the_document_is_shown(text: str, query: str) -> None:
    signs = str.maketrans("", "", " ·•…*-+\n\t")
    for source in ("a.md", "a.rst", "a.txt"):
        for words, found in excerpt(a_match(text, query, source)):
            assert words
            assert not found or words.translate(signs) in text.translate(signs)


def test_each_found_word_has_a_mark() -> None:
    text = "The valve of the pump, and no other valve, is closed."
    match = a_match(text, "valve closed")
    words = [text[mark.start - OFFSET : mark.end - OFFSET] for mark in marks_of(match)]
    assert words == ["valve", "valve", "closed"]
    (whole,) = marks_of(a_match(text, "nothing"))
    assert (whole.start, whole.end) == (OFFSET, OFFSET + len(text))
    assert len(marks_of(a_match("valve, " * 500, "valve"))) <= 8
