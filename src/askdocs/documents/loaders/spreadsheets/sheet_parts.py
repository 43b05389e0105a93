"""The parts of the sheets of an .xlsx workbook, and cell references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from zipfile import ZipFile

from askdocs.documents.loaders.shared.zip_archive import local_name, read_xml, relationships

Texts = Mapping[tuple[int, int], str]  # (row, column) of a cell, from 1 → text

WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def sheet_parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
    """(name of the sheet, its part) for each sheet of a workbook."""
    targets = relationships(archive, WORKBOOK)
    for element in read_xml(archive, WORKBOOK).iter():
        if local_name(element.tag) == "sheet":
            identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            _, part = targets.get(identifier, ("", ""))
            if part in archive.namelist():
                yield element.get("name", ""), part


def cell_position(name: str) -> tuple[int, int] | None:
    """(row, column) of a cell reference: "C2" is (2, 3). None if it is not a cell reference."""
    cell = _CELL.fullmatch(name)
    return (int(cell.group(2)), _column_number(cell.group(1))) if cell else None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
