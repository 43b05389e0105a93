"""The text of an .xlsx sheet outside its cells: text boxes, header and footer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.zip_archive import local_name, read_xml, relationships
from askdocs.documents.loaders.tables.cells import clean

_HEADER_FOOTER = re.compile(
    rb"<(?:\w+:)?(?:odd|even|first)(Header|Footer)\b[^>]*>(.*?)</(?:\w+:)?(?:odd|even|first)", re.S
)
# Codes of ECMA-376 part 1, 18.3.1.39: parts, fonts, sizes, colours, and fields such as the page.
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[A-Za-z+-])')
_WORDS = re.compile(r"[^\W\d_]{2,}")
_PAGE_WORDS = frozenset("page pages of seite von side av sida sur p pg".split())


def text_outside_cells(archive: ZipFile, part: str, data: bytes) -> dict[str, int]:
    """The texts of a sheet outside its cells.

    Args:
        archive: The workbook.
        part: The part of the sheet.
        data: The content of that part.

    Returns:
        Each text and its row, from 1.
    """
    return {**dict(_text_boxes(archive, part)), **dict.fromkeys(_headers_footers(data), 1)}


def _text_boxes(archive: ZipFile, part: str) -> Iterator[tuple[str, int]]:
    for kind, target in relationships(archive, part).values():
        if kind == "drawing" and target in archive.namelist():
            for anchor in read_xml(archive, target):
                for shape in anchor.iter():
                    if local_name(shape.tag) == "sp" and (words := _shape_text(shape)):
                        yield f"Text box: {words}", _first_row(anchor)


def _first_row(anchor: Element) -> int:
    """The first row of a drawing, from 1."""
    rows = (part.text or "" for part in anchor.iter() if local_name(part.tag) == "row")
    first = next(rows, "")
    return int(first) + 1 if first.isdecimal() else 1


def _shape_text(shape: Element) -> str:
    lines = [
        "".join(run.text or "" for run in paragraph.iter() if local_name(run.tag) == "t")
        for paragraph in shape.iter()
        if local_name(paragraph.tag) == "p"
    ]
    return clean(" ".join(lines))


def _headers_footers(data: bytes) -> Iterator[str]:
    """The header and footer of the printed sheet, without page numbers."""
    for kind, codes in _HEADER_FOOTER.findall(data):
        text = unescape(codes.decode("utf-8", "replace")).replace("&&", "\x00")
        words = clean(_CODE.sub(" ", text)).replace("\x00", "&")
        if {word.lower() for word in _WORDS.findall(words)} - _PAGE_WORDS:
            yield f"{kind.decode()}: {words}"
