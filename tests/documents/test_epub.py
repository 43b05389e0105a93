"""Books: notes, marks, empty elements and pictures of EPUB chapters."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from askdocs.documents.loaders import load
from askdocs.types import Document

CONTAINER = '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
PACKAGE = (
    '<package><metadata><title>Book</title></metadata><manifest><item id="c" href="c.xhtml" '
    'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>'
)


def read(tmp_path: Path, body: str, head: str = "<title/>") -> Document:
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("b.opf", PACKAGE)
        archive.writestr(
            "c.xhtml",
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" '
            f'xmlns:epub="http://www.idpf.org/2007/ops"><head>{head}</head>'
            f"<body>{body}</body></html>",
        )
    return load(path, "a.epub")[0]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('<p>in 1931<a epub:type="noteref" href="#n">4</a>.</p>', "in 1931[4]."),
        ('<p>in 1931<sup id="r"><a href="n.xhtml#n1">4</a></sup>.</p>', "in 1931[4]."),
        ("<p>10<sup>9</sup> cells, 5 m<sup>2</sup></p>", "10^9 cells, 5 m²"),
        ('<p>One.</p><aside epub:type="footnote" id="n"><p>4 Or 1932.</p></aside>',
         "One.\n\n4 Or 1932."),
        ('<p><a id="p1"/>One <b/>two.</p><p>Three.</p>', "One two.\n\nThree."),
        ('<section><aside epub:type="sidebar"><p>A tip for you.</p></aside></section>',
         "A tip for you."),
    ],
)  # fmt: skip
def test_a_chapter_reads_as_it_is_shown(tmp_path: Path, body: str, text: str) -> None:
    assert read(tmp_path, body).text == text


def test_an_empty_title_or_script_does_not_swallow_the_chapter(tmp_path: Path) -> None:
    assert read(tmp_path, "<p>All there.</p>", '<title/><script src="x.js"/>').text == "All there."


def test_pictures_are_reported(tmp_path: Path) -> None:
    document = read(tmp_path, '<p>See:</p><img src="a.png"/><img src="b.png"/>')
    assert document.left_out == ("2 pictures (no text recognition)",)


def test_a_note_that_opens_at_its_mark_is_read(tmp_path: Path) -> None:
    body = (
        '<p>In 1931<a epub:type="noteref" href="#n">4</a> it rained.</p>'
        '<aside epub:type="footnote" id="n" hidden="hidden"><p>For nine days.</p></aside>'
        '<aside hidden="hidden"><p>Draft.</p></aside>'
    )
    assert read(tmp_path, body).text == "In 1931[4] it rained.\n\nFor nine days."


def test_a_superscript_of_a_style_sheet_in_the_book(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    read(tmp_path, '<p>They sold 64<span class="up">3</span> boats.</p>')
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("s/book.css", ".up { font-size: .7em; vertical-align: super }")
    assert load(path, "a.epub")[0].text == "They sold 64[3] boats."
