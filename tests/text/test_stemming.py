"""Which words are forms of one."""

from __future__ import annotations

import pytest

from askdocs.text.stemming import same_word


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
