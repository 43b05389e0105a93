"""Cells of an .xlsx workbook with superscripts or subscripts.

Spreadsheet libraries return such a cell as plain text: "1,240" with the reference mark of note 2
becomes 1,2402.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.superscripts import (
    VERTICAL_ALIGNMENTS,
    Script,
    Span,
    join_spans,
    merge_runs,
)
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    parse_xml,
    read_part,
)
from askdocs.documents.loaders.spreadsheets.sheet_parts import cell_position

_STYLES = "xl/styles.xml"
_STRINGS = "xl/sharedStrings.xml"
_VERTICAL_ALIGNMENT = b"vertAlign"
_STRIKE = re.compile(rb"<(?:\w+:)?strike\b")
_STYLE = re.compile(rb'\bs="(\d{1,6})"')

_CELL = re.compile(rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)(?<!/)>(?P<inside>.*?)</(?:\w+:)?c>", re.S)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3}\d{1,7})"')
_IS_SHARED = re.compile(rb'\bt="s"')
_INDEX = re.compile(rb"<(?:\w+:)?v>\s*(\d{1,9})\s*</")
_INLINE = re.compile(rb"<(?:\w+:)?is>.*</(?:\w+:)?is>", re.S)
_NAMESPACE = re.compile(rb"(</?)\w+:")


def shared_scripts(archive: ZipFile) -> dict[int, str]:
    """The shared strings with superscripts or subscripts, by their index."""
    if _STRINGS not in archive.namelist():
        return {}
    data = read_part(archive, _STRINGS)
    if _VERTICAL_ALIGNMENT not in data and not _STRIKE.search(data):
        return {}
    strings = [element for element in parse_xml(data) if local_name(element.tag) == "si"]
    texts = ((index, _string_text(element)) for index, element in enumerate(strings))
    return {index: text for index, text in texts if text is not None}


def scripted_cells(data: bytes, shared: Mapping[int, str]) -> dict[tuple[int, int], str]:
    """The cells of a sheet with superscripts or subscripts, as plain text.

    Args:
        data: The content of the part of the sheet.
        shared: The shared strings with superscripts or subscripts.

    Returns:
        (row, column) of each cell, from 1, and its text.
    """
    is_needed = shared or _VERTICAL_ALIGNMENT in data or _STRIKE.search(data)
    return dict(_scripted_cells_in(data, shared)) if is_needed else {}


def struck_styles(archive: ZipFile) -> frozenset[int]:
    """The numbers of the cell formats whose font has a line through it."""
    data = read_part(archive, _STYLES) if _STYLES in archive.namelist() else b""
    if not _STRIKE.search(data):
        return frozenset()
    parts = {local_name(part.tag): part for part in parse_xml(data)}
    fonts = {
        str(number)
        for number, font in enumerate(parts.get("fonts", ()))
        for font_property in font
        if _is_strike(font_property)
    }
    formats = enumerate(parts.get("cellXfs", ()))
    return frozenset(number for number, each in formats if attribute(each, "fontId") in fonts)


def _is_strike(font_property: Element) -> bool:
    """Whether a property of a font is a line through the text."""
    return local_name(font_property.tag) == "strike" and attribute(font_property, "val") not in {
        "0",
        "false",
    }


def struck_cells(data: bytes, styles: frozenset[int]) -> frozenset[tuple[int, int]]:
    """(row, column) of the cells of a sheet that have one of these formats, from 1."""
    found: set[tuple[int, int]] = set()
    for cell in _CELL.finditer(data) if styles else ():
        style = _STYLE.search(cell["attributes"])
        reference = _REFERENCE.search(cell["attributes"])
        if style and reference and int(style[1]) in styles:
            at = cell_position(reference[1].decode("ascii"))
            found |= {at} if at is not None else set()
    return frozenset(found)


def _scripted_cells_in(
    data: bytes, shared: Mapping[int, str]
) -> Iterator[tuple[tuple[int, int], str]]:
    for cell in _CELL.finditer(data):
        reference = _REFERENCE.search(cell["attributes"])
        if reference is None:
            continue
        text = _cell_text(cell["inside"], bool(_IS_SHARED.search(cell["attributes"])), shared)
        at = cell_position(reference[1].decode("ascii"))
        if text is not None and at is not None:
            yield at, text


def _cell_text(inside: bytes, is_shared: bool, shared: Mapping[int, str]) -> str | None:
    if is_shared:
        index = _INDEX.search(inside)
        return shared.get(int(index[1])) if index else None
    inline = _INLINE.search(inside)
    return _string_text(parse_xml(_NAMESPACE.sub(rb"\1", inline[0]))) if inline else None


def _string_text(string: Element) -> str | None:
    """The text of a string; None if it has no superscripts or subscripts."""
    spans = list(_string_spans(string))
    if all(script == "plain" for _, script in spans):
        return None
    return join_spans(merge_runs(spans))


def _string_spans(string: Element) -> Iterator[Span]:
    for part in string:
        name = local_name(part.tag)
        if name == "t":
            yield part.text or "", "plain"
        elif name == "r":
            words = "".join(child.text or "" for child in part if local_name(child.tag) == "t")
            yield words, _script_of_run(part)


def _script_of_run(run: Element) -> Script:
    for part in run:
        if local_name(part.tag) == "rPr":
            for property_element in part:
                if local_name(property_element.tag) == "vertAlign":
                    return VERTICAL_ALIGNMENTS.get(attribute(property_element, "val"), "plain")
            if any(map(_is_strike, part)):
                return "struck"
    return "plain"
