"""Codes and long numbers of a text."""

from __future__ import annotations

import pytest

from askdocs.text.identifiers import form_of, identifiers_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who paid invoice 10234?", {"10234"}),
        ("what does INV-2024-07 cost", {"inv-2024-07"}),
        ("changes in v1.2.3", {"v1.2.3"}),
        ("What happened in 2016 on 12.03.2016?", set()),
        ("the 15th of 20GB in the 1990s", set()),
        ("a 45-day certificate in 2015/16", set()),
    ],
)
def test_codes_and_long_numbers_are_identifiers(text: str, found: set[str]) -> None:
    assert identifiers_in(text) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("inv-10234", "inv-7", True),
        ("v1.2.3", "v10.0.1", True),
        ("10234", "10233", True),
        ("37signals", "inv-7", False),
        ("v1.2", "v1.2.3", False),
    ],
)
def test_identifiers_of_a_series_have_the_same_form(one: str, other: str, same: bool) -> None:
    assert (form_of(one) == form_of(other)) is same
