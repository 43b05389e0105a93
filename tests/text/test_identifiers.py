"""Codes and long numbers of a text."""

from __future__ import annotations

import pytest

from askdocs.text.identifiers import identifiers_in


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
