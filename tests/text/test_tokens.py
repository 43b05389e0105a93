"""Words of a text, as the word index has them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from askdocs.text.stop_words import content_words
from askdocs.text.tokens import MOST_WORDS, indexed_form, words


def test_words_are_lower_case_and_each_is_there_once() -> None:
    assert words("The cat's CAT, the U.S. and COVID-19; the end") == [
        "the", "cat's", "cat", "u.s", "and", "covid-19", "end",
    ]  # fmt: skip


def test_scripts_without_spaces_become_pairs() -> None:
    assert indexed_form("我去北京 now").split() == ["我去", "去北", "北京", "now"]
    assert content_words("北京大学") == ["北京", "京大", "大学"]


def test_raised_figures_are_found_as_plain_ones_unless_they_would_join_a_number() -> None:
    assert words("12 m² of CO₂") == ["12", "m2", "of", "co2"]
    assert content_words("420³ tonnes") == ["420³", "tonnes"]


@given(st.text(max_size=2000))
def test_any_text_gives_a_bounded_number_of_words(text: str) -> None:
    found = words(text)
    assert len(found) == len(set(found)) <= MOST_WORDS
