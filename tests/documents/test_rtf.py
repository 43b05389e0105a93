"""RTF: superscripts, subscripts and notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.documents.loaders import load


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"sold 77{\super 5} carts", "sold 77[5] carts"),
        (r"sold 77{\b\super\fs16 5} carts", "sold 77[5] carts"),
        (r"in 1931\super 12\nosupersub  it ended", "in 1931[12] it ended"),
        (r"in 1931{\super 1}{\super 2} it ended", "in 1931[12] it ended"),
        (r"{\b 2 × 10{\super 4}} cells", "2 × 10^4 cells"),
        (r"30 km{\super 2} of CO{\sub 2}", "30 km² of CO2"),
        (r"77\super 5\super0  carts", "77[5] carts"),
        (r"77\super 5\plain  carts", "77[5] carts"),
        (r"in 1931{\super\chftn}{\footnote \pard Or 1932.} it", "in 1931 [note: Or 1932.] it"),
        (r"a \{77\} b", "a {77} b"),
        (r"costs {\strike 30}35 euro", "costs ~~30~~35 euro"),
        (r"costs \strike1 30\strike0 35 euro", "costs ~~30~~35 euro"),
    ],
)
def test_superscript_numbers_do_not_touch_numbers(tmp_path: Path, rtf: str, text: str) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rf"{{\rtf1\ansi\ansicpg1252 {rtf}\par}}".encode("cp1252"))
    assert load(path, "a.rtf")[0].text == text
