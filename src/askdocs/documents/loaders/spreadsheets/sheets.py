"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): a line for each row, with column names.

Values are formatted as the sheet displays them. The anchors are the sheet and the row.
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
from askdocs.documents.loaders.shared.superscripts import struck
from askdocs.documents.loaders.shared.zip_archive import open_archive, read_part
from askdocs.documents.loaders.spreadsheets.cell_comments import read_comments
from askdocs.documents.loaders.spreadsheets.number_format import plain_value
from askdocs.documents.loaders.spreadsheets.ods import add_sheets
from askdocs.documents.loaders.spreadsheets.rich_text import (
    scripted_cells,
    shared_scripts,
    struck_cells,
    struck_styles,
)
from askdocs.documents.loaders.spreadsheets.sheet_drawings import text_outside_cells
from askdocs.documents.loaders.spreadsheets.sheet_parts import Texts, sheet_parts
from askdocs.documents.loaders.spreadsheets.workbook import Workbook
from askdocs.documents.loaders.spreadsheets.xls import as_xlsx, drawings_in
from askdocs.documents.loaders.tables.cells import Numbered, clean
from askdocs.documents.loaders.tables.grid import add_grid
from askdocs.documents.loaders.tables.merged_cells import Grid, Span, fill_merged
from askdocs.types import Document

_UNREAD = {"picture": " (no text recognition)"}
_NO_RESULT = re.compile(rb"<c\b[^>]*>\s*<f\b(?:[^>]*/>|[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_MOST_EMPTY = 500_000  # cells without values that are searched for formulas
_CELLS = 20_000_000  # of the used range of one sheet; more: a single cell in a far corner


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. The name of each sheet is a heading. Rows count from 1.

    Raises:
        LoadError: The file is damaged, protected by a password, or far too large.
    """
    data = path.read_bytes()
    if data.startswith(b"PK"):
        return [_read_document(data, path, DocumentBuilder(source))]
    builder = DocumentBuilder(source)
    for noun, count in drawings_in(data).items():
        builder.report_skipped(counted(count, noun) + _UNREAD.get(noun, ""))
    with TemporaryDirectory(prefix="askdocs-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.xlsx"
        if as_xlsx(data, copy):
            return [_read_document(copy.read_bytes(), copy, builder)]
    return [_read_document(data, path, builder)]


def _read_document(data: bytes, path: Path, builder: DocumentBuilder) -> Document:
    uncomputed = 0
    workbook, notes, sheets = None, dict[str, Texts](), dict[str, _ExtraContent]()
    if data.startswith(b"PK"):
        with open_archive(path) as archive:  # rejects zip bombs
            if "content.xml" in archive.namelist():
                add_sheets(builder, archive)
                return builder.build()
            if "xl/workbook.xml" in archive.namelist():
                notes, sheets = read_comments(archive), dict(_read_extra_content(archive))
                workbook = Workbook(path)
                uncomputed = 0 if workbook.computes else _formulas_without_results(archive)
            _report_skipped(builder, archive.namelist())
    _add_sheets(builder, _open_workbook(data), workbook=workbook, notes=notes, sheets=sheets)
    if workbook is None or not workbook.is_formatted:
        hidden = "" if workbook is None else ", hidden rows and columns"
        builder.report_skipped(f"number formats{hidden} (cells show their stored values)")
    elif workbook.computed:
        formulas = counted(workbook.computed, "formula")
        builder.report_skipped(
            f"stored results of {formulas} (missing in the file; they were computed)"
        )
    uncomputed += workbook.not_computed if workbook is not None else 0
    if uncomputed:
        builder.report_skipped(f"results of {counted(uncomputed, 'formula')} (not computed)")
    return builder.build()


def _formulas_without_results(archive: ZipFile) -> int:
    return sum(
        len(_NO_RESULT.findall(read_part(archive, part))) for _, part in sheet_parts(archive)
    )


def _open_workbook(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(BytesIO(data))
    except CalamineError as error:
        if "password" in str(error).lower():
            raise LoadError("the file is protected by a password") from error
        raise LoadError("the spreadsheet is damaged or incomplete") from error


@dataclass(frozen=True, slots=True)
class _ExtraContent:
    """The content of a sheet that the spreadsheet library does not read."""

    scripted: Texts = field(default_factory=dict)  # cells with superscripts or subscripts
    struck: frozenset[tuple[int, int]] = frozenset()  # cells with a line through their text
    words: Mapping[str, int] = field(default_factory=dict)  # text outside cells → its row


def _read_extra_content(archive: ZipFile) -> Iterator[tuple[str, _ExtraContent]]:
    shared, styles = shared_scripts(archive), struck_styles(archive)
    for name, part in sheet_parts(archive):
        data = read_part(archive, part)
        yield (
            name,
            _ExtraContent(
                scripted_cells(data, shared),
                struck_cells(data, styles),
                text_outside_cells(archive, part, data),
            ),
        )


def _add_sheets(
    builder: DocumentBuilder,
    values: CalamineWorkbook,
    *,
    workbook: Workbook | None,
    notes: Mapping[str, Texts],
    sheets: Mapping[str, _ExtraContent],
) -> None:
    for sheet in values.sheets_metadata:
        if sheet.typ is not SheetTypeEnum.WorkSheet:
            continue
        name = sheet.name
        cells = values.get_sheet_by_name(name)
        extra = sheets.get(name, _ExtraContent())
        rows = _sheet_rows(cells, workbook, notes.get(name, {}), extra)
        if rows or extra.words:
            hidden = sheet.visible is not SheetVisibleEnum.Visible
            builder.heading(1, f"{sheet.name} (hidden sheet)" if hidden else sheet.name)
            if rows:
                add_grid(builder, rows)
            for words, row in extra.words.items():
                builder.anchor(line=row)
                builder.add(words)


def _report_skipped(builder: DocumentBuilder, parts: Sequence[str]) -> None:
    """Record the charts and images of a workbook, which are not read."""
    charts = sum(bool(re.fullmatch(r"xl/charts/chart\d*\.xml", part)) for part in parts)
    pictures = sum(part.startswith("xl/media/") for part in parts)
    if charts:
        builder.report_skipped(counted(charts, "chart"))
    if pictures:
        builder.report_skipped(counted(pictures, "picture") + _UNREAD["picture"])


def _sheet_rows(
    sheet: CalamineSheet, workbook: Workbook | None, notes: Texts, extra: _ExtraContent
) -> Numbered:
    """The non-empty rows of a sheet, with their numbers."""
    rows, columns = workbook.size(sheet.name) if workbook is not None else (0, 0)
    if sheet.width * sheet.height > _CELLS:
        raise LoadError(f"the sheet {sheet.name!r} is too large")
    if rows * columns > sheet.height * sheet.width + _MOST_EMPTY:
        rows = columns = 0
    top, left = sheet.start or (0, 0)
    grid = _displayed_texts(sheet, workbook, max(rows - top, 0), max(columns - left, 0))
    for (row, column), text in extra.scripted.items():
        _replace_text(grid, row - 1 - top, column - 1 - left, clean(text))
    for row, column in extra.struck:
        _strike_text(grid, row - 1 - top, column - 1 - left)
    for (row, column), note in notes.items():
        _append_text(grid, row - 1 - top, column - 1 - left, note)
    spans = sheet.merged_cell_ranges or []
    fill_merged(grid, [_relative_span(span, top=top, left=left) for span in spans])
    if workbook is not None:
        _mark_hidden(grid, sheet.name, workbook, top=top, left=left)
    return [(top + 1 + index, row) for index, row in enumerate(grid) if any(row)]


def _displayed_texts(
    sheet: CalamineSheet, workbook: Workbook | None, rows: int, columns: int
) -> Grid:
    """The displayed texts of the used range, extended to at least `rows` by `columns`."""
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


def _relative_span(span: Span, *, top: int, left: int) -> Span:
    """A span relative to the first used row and column."""
    (first, column), (last, last_column) = span
    return (first - top, column - left), (last - top, last_column - left)


def _replace_text(grid: Grid, row: int, column: int, words: str) -> None:
    if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
        grid[row][column] = words


def _strike_text(grid: Grid, row: int, column: int) -> None:
    if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
        grid[row][column] = struck(grid[row][column])


def _append_text(grid: Grid, row: int, column: int, words: str) -> None:
    if 0 <= row < len(grid) and 0 <= column < len(grid[row]):
        grid[row][column] = f"{grid[row][column]} {words}".strip()


def _mark_hidden(grid: Grid, sheet: str, workbook: Workbook, *, top: int, left: int) -> None:
    """Mark the hidden rows and columns."""
    for number in workbook.hidden_rows(sheet, range(top + 1, top + 1 + len(grid))):
        filled = [n for n, cell in enumerate(grid[number - 1 - top]) if cell]
        if filled:
            _append_text(grid, number - 1 - top, filled[-1], "(hidden row)")
    width = max((len(row) for row in grid), default=0)
    for number in workbook.hidden_columns(sheet, range(left + 1, left + 1 + width)):
        column = number - 1 - left
        first = next((n for n, row in enumerate(grid) if column < len(row) and row[column]), -1)
        _append_text(grid, first, column, "(hidden column)")
