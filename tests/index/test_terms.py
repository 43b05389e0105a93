from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askdocs.index.keywords.terms import MOST_WORDS, content_words, indexed_form, same_word, words


def test_the_form_of_a_question_is_not_its_matter() -> None:
    assert content_words("What did Zehri warn?") == ["zehri", "warn"]
    assert content_words("Who are you and what do they do?") == []


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


@pytest.mark.parametrize(
    ("one", "other"), [("invoice", "invoices"), ("10,500", "10500"), ("mayor's", "mayor")]
)
def test_forms_of_a_word_are_the_same(one: str, other: str) -> None:
    assert same_word(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("10234", "10233"), ("police", "policy"), ("county", "country"), ("v1.2", "v1.3"),
     ("2016-05-01", "2016-05-02"), ("covid-19", "covid-18")],
)  # fmt: skip
def test_numbers_and_other_words_are_not_the_same(one: str, other: str) -> None:
    assert not same_word(one, other)
