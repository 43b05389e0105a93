"""Numbers in figures and words."""

from __future__ import annotations

import pytest

from askdocs.text.numbers import numbers_in


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It cost 1.9 million pounds.", [1.9e6]),
        ("It cost 1,900,000 pounds.", [1.9e6]),
        ("Seventeen boats and twenty-five men in 1962.", [17, 25, 1962]),
        ("Two hundred thousand of them, 12%.", [2e5, 12]),
        ("In the 1960s it was 5k.", [1960, 5000]),
        ("One of them.", []),
        ("4m people, €4.2m, $4 m and £ 3 m", [4e6, 4.2e6, 4e6, 3e6]),
        ("A beam of 6 m, at 300 K; 3 bn", [6, 300, 3e9]),
    ],
)
def test_numbers_are_read_as_values(text: str, values: list[float]) -> None:
    assert [each.value for each in numbers_in(text)] == values
