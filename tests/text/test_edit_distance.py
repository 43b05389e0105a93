"""Edit distances: how far a misspelt word is from the word that was meant."""

from __future__ import annotations

import pytest

from askdocs.text.edit_distance import distance, spelling_distance


@pytest.mark.parametrize(
    ("first", "second", "mistakes"),
    [
        ("zheri", "zehri", 1),
        ("goverment", "government", 1),
        ("recieve", "receive", 1),
        ("abc", "xyz", 3),
        ("same", "same", 0),
    ],
)
def test_mistakes_are_counted(first: str, second: str, mistakes: int) -> None:
    assert distance(first, second, 2) == min(mistakes, 3)
    assert distance(second, first, 2) == min(mistakes, 3)


@pytest.mark.parametrize(
    ("written", "meant", "other"),
    [
        ("batery", "battery", "bakery"),
        ("posible", "possible", "postible"),
        ("seperate", "separate", "sewerate"),
        ("freind", "friend", "freins"),
        ("intrest", "interest", "intrests"),
        ("addres", "address", "addles"),
    ],
)
def test_frequent_mistakes_cost_less(written: str, meant: str, other: str) -> None:
    assert 0 < spelling_distance(written, meant) < spelling_distance(written, other)


@pytest.mark.parametrize("word", ["", "a", "letter", "committee"])
def test_a_word_is_at_no_distance_from_itself(word: str) -> None:
    assert spelling_distance(word, word) == 0


def test_all_letters_of_an_empty_word_are_added() -> None:
    assert spelling_distance("", "xx") == 1.5
    assert spelling_distance("xx", "") == 1.5
