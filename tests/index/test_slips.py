"""Which words of the documents differ from a written one by a slip of the pen."""

from __future__ import annotations

import pytest

from askdocs.index.keywords.vocabulary import _is_slip


@pytest.mark.parametrize(
    ("written", "meant", "is_slip"),
    [
        ("kautoin", "kaution", True),
        ("schlusel", "schlussel", True),
        ("hulle", "halle", False),
        ("abc", "abc", False),
    ],
)
def test_a_slip_is_one_swap_or_one_letter(written: str, meant: str, is_slip: bool) -> None:
    assert _is_slip(written, meant) is is_slip
