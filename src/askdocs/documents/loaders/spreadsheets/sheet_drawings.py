"""What a sheet of an .xlsx workbook says beside its cells: text boxes, header and footer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.zip_archive import local_name, read_xml, relationships
from askdocs.documents.loaders.tables.cells import clean

_MARGIN = re.compile(
    rb"<(?:\w+:)?(?:odd|even|first)(Header|Footer)\b[^>]*>(.*?)</(?:\w+:)?(?:odd|even|first)", re.S
)
# Codes of ECMA-376 part 1, 18.3.1.39: parts, fonts, sizes, colours, and fields such as the page.
_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d+|[A-Za-z+-])')
_WORDS = re.compile(r"[^\W\d_]{2,}")
_OF_PAGES = frozenset("page pages of seite von side av sida sur p pg".split())


def words_beside(archive: ZipFile, part: str, data: bytes) -> dict[str, int]:
    """The texts of a sheet that stand in no cell.

    Args:
        archive: The workbook.
        part: The part of the sheet.
        data: What that part holds.

    Returns:
        Each text and the row, from 1, that it stands at.
    """
    return {**dict(_text_boxes(archive, part)), **dict.fromkeys(_margins(data), 1)}


def _text_boxes(archive: ZipFile, part: str) -> Iterator[tuple[str, int]]:
    for kind, target in relationships(archive, part).values():
        if kind == "drawing" and target in archive.namelist():
            for anchor in read_xml(archive, target):
                for shape in anchor.iter():
                    if local_name(shape.tag) == "sp" and (words := _words_of(shape)):
                        yield f"Text box: {words}", _row(anchor)


def _row(anchor: Element) -> int:
    """The row, from 1, in which a drawing begins."""
    rows = (part.text or "" for part in anchor.iter() if local_name(part.tag) == "row")
    first = next(rows, "")
    return int(first) + 1 if first.isdecimal() else 1


def _words_of(shape: Element) -> str:
    lines = [
        "".join(each.text or "" for each in paragraph.iter() if local_name(each.tag) == "t")
        for paragraph in shape.iter()
        if local_name(paragraph.tag) == "p"
    ]
    return clean(" ".join(lines))


def _margins(data: bytes) -> Iterator[str]:
    """The header and footer of the printed sheet, without the numbers of pages."""
    for kind, codes in _MARGIN.findall(data):
        text = unescape(codes.decode("utf-8", "replace")).replace("&&", "\x00")
        words = clean(_CODE.sub(" ", text)).replace("\x00", "&")
        if {word.lower() for word in _WORDS.findall(words)} - _OF_PAGES:
            yield f"{kind.decode()}: {words}"
