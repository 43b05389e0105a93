"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): a line a row, with its columns' names, as it is shown.

Anchors are the sheet and the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.zip_archive import open_archive, read_part
from askdocs.documents.loaders.spreadsheets.cell_comments import read_notes
from askdocs.documents.loaders.spreadsheets.number_format import plain_value
from askdocs.documents.loaders.spreadsheets.ods import add_sheets
from askdocs.documents.loaders.spreadsheets.rich_text import scripted_cells, shared_scripts
from askdocs.documents.loaders.spreadsheets.sheet_drawings import words_beside
from askdocs.documents.loaders.spreadsheets.sheet_parts import Texts, sheet_parts
from askdocs.documents.loaders.spreadsheets.workbook import Workbook
from askdocs.documents.loaders.spreadsheets.xls import as_xlsx
from askdocs.documents.loaders.tables.cells import Numbered, clean
from askdocs.documents.loaders.tables.grid import add_grid
from askdocs.documents.loaders.tables.merged_cells import Grid, Span, fill_merged
from askdocs.types import Document

_MOST_EMPTY = 500_000  # cells beyond those with values that are searched for formulas
_CELLS = 20_000_000  # of one sheet's rectangle; a lone cell at the far corner is no table


def load(path: Path, source: str) -> Sequence[Document]:
    """One document; the name of each sheet is a heading, rows count from 1 as in the sheet.

    Raises:
        LoadError: The file is damaged, protected by a password, or far too large.
    """
    data = path.read_bytes()
    if data.startswith(b"PK"):
        return [_read(data, path, source)]
    with TemporaryDirectory(prefix="askdocs-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.xlsx"
        if as_xlsx(data, copy):
            return [_read(copy.read_bytes(), copy, source)]
    return [_read(data, path, source)]


def _read(data: bytes, path: Path, source: str) -> Document:
    builder = DocumentBuilder(source)
    workbook, notes, sheets = None, dict[str, Texts](), dict[str, _Beside]()
    if data.startswith(b"PK"):
        with open_archive(path) as archive:  # refuses one that unpacks to far too much
            if "content.xml" in archive.namelist():
                add_sheets(builder, archive)
                return builder.build()
            if "xl/workbook.xml" in archive.namelist():
                notes, sheets = read_notes(archive), dict(_read_beside(archive))
                workbook = Workbook(path)
                _tell_unread(builder, archive.namelist())
    _add_sheets(builder, _open(data), workbook, notes, sheets)
    if workbook is None:
        builder.leave_out("number formats (cells show their stored values)")
    elif workbook.computed:
        formulas = counted(workbook.computed, "formula")
        builder.leave_out(f"stored results of {formulas} (the file holds none; they were computed)")
    if workbook is not None and workbook.not_computed:
        builder.leave_out(f"results of {counted(workbook.not_computed, 'formula')} (not computed)")
    return builder.build()


def _open(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except CalamineError as error:
        if "password" in str(error).lower():
            raise LoadError("the file is protected by a password") from error
        raise LoadError("the spreadsheet is damaged or incomplete") from error


@dataclass(frozen=True, slots=True)
class _Beside:
    """What readers of spreadsheets do not tell of a sheet."""

    scripted: Texts = field(default_factory=dict)  # cells with raised characters
    words: Mapping[str, int] = field(default_factory=dict)  # in no cell → the row beside them


def _read_beside(archive: ZipFile) -> Iterator[tuple[str, _Beside]]:
    shared = shared_scripts(archive)
    for name, part in sheet_parts(archive):
        data = read_part(archive, part)
        yield name, _Beside(scripted_cells(data, shared), words_beside(archive, part, data))


def _add_sheets(
    builder: DocumentBuilder,
    values: CalamineWorkbook,
    workbook: Workbook | None,
    notes: Mapping[str, Texts],
    sheets: Mapping[str, _Beside],
) -> None:
    for sheet in values.sheets_metadata:
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        name = sheet.name
        cells = values.get_sheet_by_name(name)
        beside = sheets.get(name, _Beside())
        rows = _rows(cells, workbook, notes.get(name, {}), beside.scripted)
        if rows or beside.words:
            hidden = sheet.visible is not SheetVisibleEnum.Visible
            builder.heading(1, f"{sheet.name} (hidden sheet)" if hidden else sheet.name)
            if rows:
                add_grid(builder, rows)
            for words, row in beside.words.items():
                builder.anchor(line=row)
                builder.add(words)


def _tell_unread(builder: DocumentBuilder, parts: Sequence[str]) -> None:
    """Note the charts and pictures of a workbook, which are not read."""
    charts = sum(bool(re.fullmatch(r"xl/charts/chart\d*\.xml", part)) for part in parts)
    pictures = sum(part.startswith("xl/media/") for part in parts)
    if charts:
        builder.leave_out(counted(charts, "chart"))
    if pictures:
        builder.leave_out(f"{counted(pictures, 'picture')} (no text recognition)")


def _rows(
    sheet: CalamineSheet, workbook: Workbook | None, notes: Texts, scripted: Texts
) -> Numbered:
    """The filled rows of a sheet, with their numbers."""
    rows, columns = workbook.size(sheet.name) if workbook is not None else (0, 0)
    if sheet.width * sheet.height > _CELLS:
        raise LoadError(f"the sheet {sheet.name!r} is too large")
    if rows * columns > sheet.height * sheet.width + _MOST_EMPTY:
        rows = columns = 0
    top, left = sheet.start or (0, 0)
    grid = _texts(sheet, workbook, max(rows - top, 0), max(columns - left, 0))
    for (row, column), text in scripted.items():
        _put(grid, row - 1 - top, column - 1 - left, clean(text))
    for (row, column), note in notes.items():
        _append(grid, row - 1 - top, column - 1 - left, note)
    spans = sheet.merged_cell_ranges or []
    fill_merged(grid, [_moved(span, top, left) for span in spans])
    if workbook is not None:
        _mark_hidden(grid, sheet.name, workbook, top, left)
    return [(top + 1 + index, row) for index, row in enumerate(grid) if any(row)]


def _texts(sheet: CalamineSheet, workbook: Workbook | None, rows: int, columns: int) -> Grid:
    """What the cells show, from the first used row and column on, at least `rows` by `columns`."""
    values = sheet.to_python(skip_empty_area=True)
    if workbook is None:
        return [[clean(plain_value(cell)) for cell in row] for row in values]
    top, left = sheet.start or (0, 0)
    width = max([columns, *(len(row) for row in values)])
    grid: Grid = []
    for index in range(max(rows, len(values))):
        row = values[index] if index < len(values) else []
        cells = [*row, *[""] * (width - len(row))]
        at = top + index + 1
        grid.append(
            [workbook.text(sheet.name, at, left + n, cell) for n, cell in enumerate(cells, 1)]
        )
    return grid


def _moved(span: Span, top: int, left: int) -> Span:
    (first, column), (last, last_column) = span
    return (first - top, column - left), (last - top, last_column - left)


def _put(grid: Grid, row: int, column: int, words: str) -> None:
    if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
        grid[row][column] = words


def _append(grid: Grid, row: int, column: int, words: str) -> None:
    if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
        grid[row][column] = f"{grid[row][column]} {words}".strip()


def _mark_hidden(grid: Grid, sheet: str, workbook: Workbook, top: int, left: int) -> None:
    """Say which rows and columns a reader of the sheet does not see."""
    for number in workbook.hidden_rows(sheet, range(top + 1, top + 1 + len(grid))):
        filled = [n for n, cell in enumerate(grid[number - 1 - top]) if cell]
        if filled:
            _append(grid, number - 1 - top, filled[-1], "(hidden row)")
    width = max((len(row) for row in grid), default=0)
    for number in workbook.hidden_columns(sheet, range(left + 1, left + 1 + width)):
        column = number - 1 - left
        first = next((n for n, row in enumerate(grid) if row[column : column + 1] > [""]), -1)
        _append(grid, first, column, "(hidden column)")
