"""Number formats and hidden parts of an .xlsx workbook that IronCalc cannot open.

They are read from the parts of the file. IronCalc formats the numbers in a workbook of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    read_part,
    read_xml,
)
from askdocs.documents.loaders.spreadsheets.sheet_parts import cell_position, sheet_parts

_STYLES = "xl/styles.xml"
_TAG = re.compile(rb"<(?:\w{1,9}:)?(?P<name>c|row|col)\s(?P<attributes>[^>]*)>")
_ATTRIBUTE = re.compile(rb'\b(\w{1,20})\s?=\s?"([^"]{0,40})"')
_IS_TRUE = frozenset({b"1", b"true"})
_MOST_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class SheetFormats:
    """The number formats and the hidden parts of a sheet. Rows and columns count from 1."""

    number_formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def stored_formats(path: Path) -> Mapping[str, SheetFormats] | None:
    """The formats of each sheet by its name; None if they cannot be read."""
    try:
        with ZipFile(path) as archive:
            formats = _formats_by_style(archive)
            return {
                name: _formats_of_sheet(read_part(archive, part), formats)
                for name, part in sheet_parts(archive)
            }
    except LoadError:
        return None


def _formats_by_style(archive: ZipFile) -> list[str]:
    """The number format of each cell format, in the order of their numbers."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    known = {str(number): words for number, words in BUILTIN_FORMATS.items()}
    parts = {local_name(part.tag): part for part in read_xml(archive, _STYLES)}
    for each in parts.get("numFmts", ()):
        known[attribute(each, "numFmtId")] = attribute(each, "formatCode")
    return [known.get(attribute(each, "numFmtId"), "") for each in parts.get("cellXfs", ())]


def _formats_of_sheet(data: bytes, formats: list[str]) -> SheetFormats:
    number_formats: dict[tuple[int, int], str] = {}
    rows, columns = set[int](), set[int]()
    for tag in _TAG.finditer(data):
        values = dict(_ATTRIBUTE.findall(tag["attributes"]))
        if tag["name"] == b"c":
            style = _number(values.get(b"s"))
            at = cell_position(values.get(b"r", b"").decode("utf-8", "replace"))
            if at is not None and 0 < style < len(formats) and formats[style]:
                number_formats[at] = formats[style]
        elif values.get(b"hidden") not in _IS_TRUE:
            continue
        elif tag["name"] == b"row":
            rows.add(_number(values.get(b"r")))
        else:
            last = min(_number(values.get(b"max")), _MOST_COLUMNS)
            columns.update(range(max(_number(values.get(b"min")), 1), last + 1))
    return SheetFormats(number_formats, frozenset(rows), frozenset(columns))


def _number(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() else 0


class NumberFormatter:
    """Formats numbers as a sheet displays them."""

    def __init__(self, locale: tuple[str, str, str]) -> None:
        import ironcalc

        self._model: Any = ironcalc.create("numbers", *locale)
        self._style = self._model.get_cell_style(0, 1, 1)
        self._format = ""

    def format(self, value: float, number_format: str) -> str:
        """A number in a number format."""
        if number_format != self._format:
            self._style["num_fmt"] = self._format = number_format
            self._model.set_cell_style(0, 1, 1, self._style)
        self._model.update_cell_with_number(0, 1, 1, value)
        return str(self._model.get_formatted_cell_value(0, 1, 1))
