"""Quotes and passages from Markdown and reStructuredText as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askdocs.output.strip_markup import (
    markup_spans,
    shown_passage,
    strip_markup,
    without_spans,
)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("The fee is **nine euros** a *month*.", "The fee is nine euros a month."),
        ("**The `fee` is [nine](https://a.example/b_(c)).**", "The fee is nine."),
        ('See [the rules](rules.md "All") and ![a map](map.png).', "See the rules and a map."),
        ("Set `max_age` to ``2 ** 3``.", "Set max_age to 2 ** 3."),
        ("__Never__ use _tap_ water.", "Never use tap water."),
        ("- Bring a towel.", "Bring a towel."),
        ("- [x] **Towels** are there.", "Towels are there."),
        ("> Who sleeps, \n> sins not.", "Who sleeps, \nsins not."),
        ("## What it costs", "What it costs"),
        ("- one *towel*\n- two caps", "- one towel\n- two caps"),
    ],
)
def test_signs_of_markdown_are_not_shown(quote: str, shown: str) -> None:
    assert strip_markup(quote, "notes/rules.md") == shown


@pytest.mark.parametrize(
    "quote",
    [
        "2 * 3 * 4 is 24, and snake_case_name stays.",
        "Nobody *at all knows `f(.",
        "Clause [4] (see below) and 5**",
        r"A \*star\* is meant.",
        "```\n**a**\n```",
    ],
)
def test_what_is_no_sign_is_shown(quote: str) -> None:
    assert strip_markup(quote, "rules.md") == quote


@pytest.mark.parametrize("source", ["rules.txt", "rules.py", "rules", "rules.html"])
def test_documents_that_are_no_markdown_are_shown_as_they_are(source: str) -> None:
    assert strip_markup("- a **bold** `claim`", source) == "- a **bold** `claim`"


@given(st.text("ab *_`[]()!>#-\n"), st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)
def test_parts_are_shown_as_the_whole_is(text: str, first: int, second: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    left_out = markup_spans(text, "a.md")
    parts = [
        without_spans(text, left_out, *each) for each in ((0, start), (start, end), (end, None))
    ]
    assert "".join(parts) == strip_markup(text, "a.md")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## What it *costs*\n\nNine **euros**.", "What it costs Nine euros."),
        ("* one\n* two\n  - `three`", "• one • two • three"),
        (
            "| fee | whom |\n| --- | :-: |\nfee: 9; whom: **all**\n\nfee | whom\n--|--\nfee: 8",
            "fee: 9; whom: all fee: 8",
        ),
        (
            "Run **this**:\n\n```sh\nls **/*.md | wc # all\n```\n\n> `ls`",
            "Run this: ls **/*.md | wc # all ls",
        ),
        ("~~~\n# no **end**\n", "# no **end**"),
        ("Fees | whom\n---\n\nNine.", "Fees | whom Nine."),
        ("a | b and 2 * 3 - 1", "a | b and 2 * 3 - 1"),
    ],
)
def test_a_passage_is_shown_on_one_line_without_signs(text: str, shown: str) -> None:
    assert " ".join("".join(shown_passage(text, "rules.md")).split()) == shown
    assert "".join(shown_passage(text, "rules.txt")) == text


def test_the_quote_of_a_passage_stays_between_what_is_around_it() -> None:
    text = "# Fees\n\n* It **costs** nine.\n* It *was* eight."
    start, end = text.index("It *was"), len(text)
    before, quote, after = shown_passage(text, "a.md", start, end)
    assert (before, quote, after) == ("Fees\n\n• It costs nine.\n• ", "It was eight.", "")


@given(st.text("ab *_`|-#~\n", max_size=60), st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None)
def test_the_parts_of_a_passage_are_together_what_is_shown(text: str, one: int, two: int) -> None:
    start, end = sorted((min(one, len(text)), min(two, len(text))))
    whole = "".join(shown_passage(text, "a.md"))
    before, quote, after = shown_passage(text, "a.md", start, end)
    assert whole in (f"{before}{quote}{after}", f"{before}{after}")


def test_restructured_text_is_shown_as_the_panel_shows_it() -> None:
    text = (
        "First steps\n-----------\n\n* Click **Level**, then ``set -x``.\n"
        "* See :ref:`the list <all>` and `docs <https://a.example>`_ of 2 * 3 *.py and *.md"
    )
    assert " ".join("".join(shown_passage(text, "a.rst")).split()) == (
        "First steps • Click Level, then set -x. • See the list and docs of 2 * 3 *.py and *.md"
    )
    assert (
        strip_markup("Click **Level**: it is *safe*.", "docs/a.RST") == "Click Level: it is safe."
    )
    assert strip_markup("Click **Level**.", "a.txt") == "Click **Level**."


def test_a_quote_of_nothing_but_signs_is_shown() -> None:
    text = "Fee:\n\n| a | b |\n| - | - |\na: 1; b: 2"
    start, end = text.index("| a"), text.index("\na: 1")
    assert shown_passage(text, "a.md", start, end)[1] == text[start:end]
