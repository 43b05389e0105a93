"""Spreadsheets: one line a row with the names of its columns; anchors are sheet and row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.office.zip_archive import open_archive
from askdocs.documents.loaders.tables.grid import Numbered, add_grid
from askdocs.documents.loaders.tables.rows import clean
from askdocs.types import Document

_CELLS = 20_000_000  # of one sheet's rectangle; a stray cell at the far corner is no table


def load(path: Path, source: str) -> Sequence[Document]:
    """One document; the name of each sheet is a heading, rows count from 1 as in the sheet."""
    data = path.read_bytes()
    if data.startswith(b"PK"):
        open_archive(path).close()  # refuses one that unpacks to far too much
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    except CalamineError as error:
        if "password" in str(error).lower():
            raise LoadError("the file is protected by a password") from error
        raise LoadError("the spreadsheet is damaged or incomplete") from error
    builder = DocumentBuilder(source)
    for sheet in workbook.sheets_metadata:
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        rows = _rows(workbook, sheet.name)
        if rows:
            builder.heading(1, sheet.name)
            add_grid(builder, rows)
    return [builder.build()]


def _rows(workbook: CalamineWorkbook, name: str) -> Numbered:
    """The filled rows of a sheet, without columns that are empty throughout, with their numbers."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.width * sheet.height > _CELLS:
        raise LoadError(f"the sheet {name!r} is too large")
    first = sheet.start[0] + 1 if sheet.start else 1
    rows = sheet.to_python(skip_empty_area=True)
    texts = [[clean(_text(cell)) for cell in row] for row in rows]
    return [(first + index, row) for index, row in enumerate(texts) if any(row)]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.10g}"
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
