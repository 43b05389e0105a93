"""RTF: superscripts, subscripts and notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs.documents.loaders import load


def text_of(folder: Path, rtf: str) -> str:
    """What is read of a file with this text."""
    path = folder / "a.rtf"
    path.write_bytes(rf"{{\rtf1\ansi\ansicpg1252 {rtf}\par}}".encode("cp1252"))
    return load(path, "a.rtf")[0].text


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
    assert text_of(tmp_path, rtf) == text


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"costs {\deleted 300}{\revised 410} euros", "costs 410 euros"),
        (r"costs {\b\deleted\revauthdel1 300} 410 euros", "costs  410 euros"),
        (r"costs \deleted 300\deleted0 410 euros", "costs 410 euros"),
        (r"open{\v  but never on {\b Sundays}}.", "open."),
        (r"open\v  secret\plain .", "open."),
        (r"open{\v secret {\v0 daily} secret} now", "opendaily now"),
        (r"a vote {\deleted on the \par\par}weir", "a vote weir"),
        (r"{\deleted in 1930{\super 2} }in 1931{\super 3}", "in 1931[3]"),
        (r"{\*\unknown \v x}the weir", "the weir"),
    ],
)
def test_deleted_and_hidden_text_is_not_in_the_text(tmp_path: Path, rtf: str, text: str) -> None:
    assert text_of(tmp_path, rtf) == text


def test_headers_footers_and_comments_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(
        rb"{\rtf1\ansi{\header \pard Draft {\b 7}\par}{\headerl \pard Draft 7\par}"
        rb"{\footer Page \chpgn  of 4}{\footerf Weir board\par}"
        rb"The gate costs 410 euros.{\*\atnid BL}{\*\atnauthor Bo Lee}\chatn"
        rb"{\*\annotation{\*\atndate 1}\pard Ask the\par smith.} It is green.\par It opens.\par"
        rb"{\shp{\*\shpinst{\shptxt Boxed.}}}}"
    )
    (document,) = load(path, "a.rtf")
    assert document.text == (
        "The gate costs 410 euros. It is green.\nComment by Bo Lee: Ask the smith.\nIt opens.\n\n"
        "Header: Draft 7\n\nFooter: Weir board"
    )
    assert document.left_out == ("1 text box",)


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"It is.{\header a \v b}", "It is.\n\nHeader: a"),
        (r"It is.{\v so {\header a}b} It.", "It is. It.\n\nHeader: a"),
        (r"It is.{\v so{\footnote a}} It.", "It is. It."),
        (r"It is.{\footnote a\v b} It.", "It is. [note: a] It."),
        (r"It is.{\*\annotation a\deleted b} It.\par Over.", "It is. It.\nComment: a\nOver."),
        (r"{\header a {\*\annotation b}c}It is.", "Header: a cIt is.\nComment: b"),
        ("It is.{\\header a", "It is.\n\nHeader: a"),
        ("It is.\\'0e\\'11 So.", "It is. So."),
        ("It is.\\'0e\\'0e\\'0e Note: b\\'10 So.", "It is. Note: b So."),
    ],
)
def test_hidden_text_and_damage_in_headers_and_comments_hide_nothing_else(
    tmp_path: Path, rtf: str, text: str
) -> None:
    assert text_of(tmp_path, rtf) == text
