from __future__ import annotations

import pytest

from askdocs.answering.context import (
    announced_end,
    announces,
    can_answer,
    context_start,
    sentences,
    states_condition,
)
from askdocs.types import Passage


@pytest.mark.parametrize(
    "sentence",
    [
        "Who keeps the lamp?",
        "Dear Dick,",
        "Kind regards,",
        "With best wishes,",
        "Many thanks!",
        "Cordially,",
        "Best greetings,",
        "3.1 Leave ............ 14",
        "On Mon, 3 Nov 2008 Ann Lee wrote:",
        ".. image:: harbour.png",
        ":alt: The harbour at night",
        "By: /s/ ADA BREKKE Ada Brekke",
        "B. ROLE OF THE HARBOUR MASTER",
        "[12] Smith, J. and Doe, K. The tides of Skarn. Journal of Tides, vol. 3, 1999, pp. 4-9.",
    ],
)
def test_what_says_nothing_by_itself_is_no_answer(sentence: str) -> None:
    assert not can_answer(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Dear to him was the sea, which he never left.",
        "The fee ............ was raised to 14 crowns.",
        "Smith found in 1999 that tides differ.",
        "DO NOT ENTER.",
        "PIER 4 SOUTH",
        "NATO",
        ".. note:: See below.\n\n   The lamp is lit at dusk.",
    ],
)
def test_what_only_looks_alike_may_answer(sentence: str) -> None:
    assert can_answer(sentence)


def test_a_list_of_references_is_not_quoted() -> None:
    text = "Tides differ between coasts."
    passage = Passage("i", "a.md", text, 0, len(text), heading="Paper › References")
    assert sentences(passage) == []


def test_a_list_of_references_below_a_line_of_plain_text_is_not_quoted() -> None:
    text = (
        "Tides differ between coasts.\n\nReferences\n"
        "Vik, A., et al. (2011). Tides of the north. Notes on the Sea 14, 3-9."
    )
    passage = Passage("i", "a.txt", text, 0, len(text))
    assert [text[start:end] for start, end in sentences(passage)] == [
        "Tides differ between coasts."
    ]
    entry = text[text.index("Vik") :]
    assert sentences(Passage("i", "a.txt", entry, 0, len(entry))) == []


def test_a_heading_of_plain_text_is_not_quoted() -> None:
    text = "Point 4. Goats\nThree kids were born in May.\n\nPoint 5. Hay\nThe barn is full."
    passage = Passage("i", "a.txt", text, 0, len(text))
    assert [text[start:end] for start, end in sentences(passage)] == [
        "Three kids were born in May.",
        "The barn is full.",
    ]


@pytest.mark.parametrize(
    "sentence",
    ["Run this:", "It has several advantages.", "Do the following.", "4 ways exist."],
)
def test_a_sentence_may_announce_what_follows(sentence: str) -> None:
    assert announces(sentence)


@pytest.mark.parametrize(
    "sentence", ["It opened in 1962.", "It cost two million pounds.", "The yard has a crane."]
)
def test_most_sentences_announce_nothing(sentence: str) -> None:
    assert not announces(sentence)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Use:\n\n    lamp --reset\n\nIt is quick.", "Use:\n\n    lamp --reset"),
        ("Use:\n```\na\n\nb\n```\nDone.", "Use:\n```\na\n\nb\n```"),
        (
            "Needs:\n- oil\n  and wicks\n- a match\n\nThe end.",
            "Needs:\n- oil\n  and wicks\n- a match",
        ),
        ("Rates:\nA | 1\nB | 2\n\nThe end.", "Rates:\nA | 1\nB | 2"),
        ("Two ways: by land. By sea. By air.", "Two ways: by land. By sea."),
        (
            "Needs:\n(a) oil;\n(b) a wick.\n\n8. Boats\n8.1 They are blue.",
            "Needs:\n(a) oil;\n(b) a wick.",
        ),
        ("Needs:\n1. oil\n\n2. a wick\n\n7. Boats", "Needs:\n1. oil\n\n2. a wick"),
        (
            "Needs:\n1. oil\n\n   - fine oil\n\n2. a wick",
            "Needs:\n1. oil\n\n   - fine oil\n\n2. a wick",
        ),
        ("Two ways: by land.\n\nLamps\nThey burn.", "Two ways: by land."),
        ("Nothing follows:", "Nothing follows:"),
        ("Contact:\nPhone: 12", "Contact:\nPhone: 12"),
        ("He said to all of us:\nPort: 4", "He said to all of us:\nPort: 4"),
    ],
)
def test_what_is_announced_comes_whole(text: str, kept: str) -> None:
    start = text.index(":") + 1
    assert text[: announced_end(text, start)] == kept


@pytest.mark.parametrize("after", ["Port: Skagen", "Port:\nBerth: 4"])
def test_a_label_that_nobody_filled_in_does_not_announce_the_next_one(after: str) -> None:
    form = "Ship: Ada\nSignature:"
    assert announced_end(f"{form}\n{after}", len(form)) == len(form)
    assert announced_end(f"{form}\nI agree.", len(form)) > len(form)


def test_the_answer_to_a_question_in_a_document_brings_it_along() -> None:
    assert context_start(["It is old.", "Is it open?", "Yes, from six."], 2) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "It does not hold on the night ferry.",
        "This card is void without a stamp.",
        "These seats are not valid for groups.",
        "Only until noon may dogs swim here.",
        "The permit is granted only where the slope is gentle.",
        "With the exception of the cellar, every room is heated.",
        "This excludes the garden.",
        "The warranty does not cover scratches.",
        "An exemption is made for nurses.",
        "Such a claim lapses after two winters.",
        "So long as the bell is rung first.",
        "Save for trams, no traffic passes.",
    ],
)
def test_a_sentence_that_limits_the_one_before_is_a_condition(sentence: str) -> None:
    assert states_condition(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "They could no longer count on the harvest.",
        "It is only a short walk to the mill.",
        "This provided jobs for the whole valley.",
        "The choir did not include sopranos then.",
        "These stones are heavy.",
        "Onlookers cheered.",
        "It was held in the barn.",
    ],
)
def test_a_sentence_that_goes_on_is_no_condition(sentence: str) -> None:
    assert not states_condition(sentence)
