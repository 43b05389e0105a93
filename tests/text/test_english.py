"""Closed classes of English words, as rules ask for them."""

from __future__ import annotations

import re

import pytest

from askdocs.text.english import NEGATION, any_of, with_plurals


@pytest.mark.parametrize(
    "text", ["Nobody came.", "It isn’t late.", "None of them", "They CANNOT", "not"]
)
def test_what_denies(text: str) -> None:
    assert re.search(NEGATION, text, re.IGNORECASE)


@pytest.mark.parametrize("text", ["A notable one", "the north", "an ant"])
def test_what_does_not_deny(text: str) -> None:
    assert not re.search(NEGATION, text, re.IGNORECASE)


def test_the_longest_word_is_found_and_signs_are_meant_as_they_are() -> None:
    assert re.match(any_of({"no", "nobody"}), "nobody")
    assert not re.match(any_of({"a.b"}), "axb")


def test_plurals_are_regular() -> None:
    assert with_plurals({"study", "thesis", "essay"}) == {
        "study", "studies", "thesis", "theses", "essay", "essays",
    }  # fmt: skip
