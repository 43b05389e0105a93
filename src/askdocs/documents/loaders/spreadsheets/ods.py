"""OpenDocument spreadsheets (.ods). The file contains the displayed text of the cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.office.odf_text import paragraph_text, refuse_encrypted
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name, read_xml
from askdocs.documents.loaders.tables.cells import Numbered, clean
from askdocs.documents.loaders.tables.grid import add_grid
from askdocs.documents.loaders.tables.merged_cells import Grid, Span, fill_merged

_MOST_COLUMNS = 16_384
_MOST_ROWS = 1_048_576
_MOST_CELLS = 20_000_000  # of one sheet
_LONGEST_REPEAT = 1000  # repetitions of a non-empty row or cell
_MANIFEST = "META-INF/manifest.xml"
_NOT_COMPUTED = " (not computed)"
_BOXES = frozenset("text-box custom-shape rect ellipse line polygon path".split())
_HIDDEN = frozenset({"collapse", "filter"})
_ROW_PARTS = frozenset("table-header-rows table-row-group table-rows".split())
_COLUMN_PARTS = frozenset("table-header-columns table-column-group table-columns".split())


def add_sheets(builder: DocumentBuilder, archive: ZipFile) -> None:
    """Add the sheets of a spreadsheet. The name of each sheet is a heading.

    Raises:
        LoadError: It is protected by a password, or a sheet is far too large.
    """
    refuse_encrypted(archive)
    content = read_xml(archive, "content.xml")
    hidden = set(_hidden_styles(content))
    for sheet in content.iter():
        if local_name(sheet.tag) != "spreadsheet":
            continue
        for table in sheet:
            if local_name(table.tag) == "table":
                _add_sheet(builder, table, is_hidden=attribute(table, "style-name") in hidden)
    for noun, count in sorted(_skipped_content(content, set(_chart_folders(archive))).items()):
        remark = " (no text recognition)" if noun == "picture" else ""
        builder.report_skipped(f"{counted(count, noun)}{remark}")
    formulas = sum(map(_is_uncomputed, content.iter()))
    if formulas:
        builder.report_skipped(f"results of {counted(formulas, 'formula')} (not computed)")


def _chart_folders(archive: ZipFile) -> Iterator[str]:
    """The folders of the charts in the file."""
    if _MANIFEST in archive.namelist():
        for entry in read_xml(archive, _MANIFEST):
            if attribute(entry, "media-type").endswith(".chart"):
                yield attribute(entry, "full-path").strip("/")


def _skipped_content(content: Element, charts: set[str]) -> Counter[str]:
    """The number of charts, pictures and embedded objects, which are not read."""
    counts = Counter[str]()
    for frame in content.iter():
        if local_name(frame.tag) != "frame":
            continue
        parts = {local_name(part.tag): part for part in frame}
        if "object" in parts or "object-ole" in parts:  # a picture in it only shows it
            folder = attribute(parts.get("object", frame), "href").removeprefix("./").strip("/")
            counts["chart" if folder in charts else "embedded object"] += 1
        elif "image" in parts:
            counts["picture"] += 1
    return counts


def _is_uncomputed(cell: Element) -> bool:
    """Whether an element is a cell with a formula that has no result in the file."""
    if local_name(cell.tag) != "table-cell" or not attribute(cell, "formula"):
        return False
    shown = any(local_name(part.tag) == "p" and paragraph_text(part).strip() for part in cell)
    return not shown and _stored_value(cell).endswith(_NOT_COMPUTED)


def _hidden_styles(content: Element) -> Iterator[str]:
    for style in content.iter():
        if local_name(style.tag) == "style" and any(
            attribute(part, "display") == "false" for part in style
        ):
            yield attribute(style, "name")


def _add_sheet(builder: DocumentBuilder, table: Element, *, is_hidden: bool) -> None:
    name = attribute(table, "name")
    grid: Grid = []
    numbers: list[int] = []
    spans: list[Span] = []
    boxes: dict[str, int] = {}  # text of a text box → its row
    number, cells_read = 1, 0
    for part in table:
        if local_name(part.tag) == "shapes":
            boxes.update(dict.fromkeys(_box_texts(part), 1))
    for row in _table_parts(table, "table-row", _ROW_PARTS):
        cells = _row_cells(row, len(grid), spans)
        boxes.update(dict.fromkeys(_box_texts(row), number))
        if attribute(row, "visibility") in _HIDDEN and any(cells):
            last = max(n for n, cell in enumerate(cells) if cell)
            cells[last] += " (hidden row)"
        count = min(_repeat_count(row, "number-rows-repeated"), _MOST_ROWS)
        for index in range(min(count, _LONGEST_REPEAT) if any(cells) else 1):
            grid.append([*cells])
            numbers.append(number + index)
            cells_read += len(cells)
        number += count
        if cells_read > _MOST_CELLS:
            raise LoadError(f"the sheet {name!r} is too large")
    fill_merged(grid, spans)
    _mark_hidden_columns(grid, table)
    rows: Numbered = [(number, row) for number, row in zip(numbers, grid, strict=True) if any(row)]
    if rows or boxes:
        builder.heading(1, f"{name} (hidden sheet)" if is_hidden else name)
        add_grid(builder, rows)
    for words, line in boxes.items():
        builder.close_block()
        builder.anchor(line=line)
        builder.add(f"Text box: {words}")


def _box_texts(element: Element) -> Iterator[str]:
    """The texts of the text boxes and shapes in an element."""
    for box in element.iter():
        if local_name(box.tag) in _BOXES:
            words = (paragraph_text(part) for part in box if local_name(part.tag) in {"p", "h"})
            if text := clean(" ".join(words)):
                yield text


def _row_cells(row: Element, at: int, spans: list[Span]) -> list[str]:
    """The cell texts of a row. The merged cells that begin in it are added to `spans`."""
    cells: list[str] = []
    for cell in row:
        kind = local_name(cell.tag)
        if kind not in {"table-cell", "covered-table-cell"}:
            continue
        text = _cell_text(cell) if kind == "table-cell" else ""
        across, down = (
            _repeat_count(cell, "number-columns-spanned"),
            _repeat_count(cell, "number-rows-spanned"),
        )
        if text and (across > 1 or down > 1):
            spans.append(((at, len(cells)), (at + down - 1, len(cells) + across - 1)))
        count = _repeat_count(cell, "number-columns-repeated")
        cells += [text] * min(count, _LONGEST_REPEAT if text else _MOST_COLUMNS)
    while cells and not cells[-1] and not any(len(cells) - 1 <= span[1][1] for span in spans):
        cells.pop()
    return cells


def _cell_text(cell: Element) -> str:
    """The displayed text of a cell, and its comment."""
    words = [paragraph_text(part) for part in cell if local_name(part.tag) == "p"]
    text = clean(" ".join(words)) or _stored_value(cell)
    for note in cell:
        if local_name(note.tag) == "annotation":
            by = "".join(part.text or "" for part in note if local_name(part.tag) == "creator")
            comment = clean(" ".join(paragraph_text(p) for p in note if local_name(p.tag) == "p"))
            text = f"{text} ({f'note by {by}' if by else 'note'}: {comment})".strip()
    return text


def _stored_value(cell: Element) -> str:
    """The value, or else the formula, of a cell without a displayed text."""
    for name in ("string-value", "date-value", "time-value", "boolean-value", "value"):
        if found := attribute(cell, name):
            return found
    formula = attribute(cell, "formula").partition("=")[2]
    return f"={formula}{_NOT_COMPUTED}" if formula else ""


def _mark_hidden_columns(grid: Grid, table: Element) -> None:
    at, width = 0, max((len(row) for row in grid), default=0)
    for column in _table_parts(table, "table-column", _COLUMN_PARTS):
        count = _repeat_count(column, "number-columns-repeated")
        if attribute(column, "visibility") in _HIDDEN:
            for index in range(at, min(at + count, width)):
                row = next((row for row in grid if index < len(row) and row[index]), None)
                if row is not None:
                    row[index] += " (hidden column)"
        at += count


def _table_parts(table: Element, name: str, within: frozenset[str]) -> Iterator[Element]:
    """The rows or columns of a table in order, including those in groups."""
    stack = list(reversed(table))
    while stack:
        element = stack.pop()
        if local_name(element.tag) == name:
            yield element
        elif local_name(element.tag) in within:
            stack.extend(reversed(element))


def _repeat_count(element: Element, name: str) -> int:
    value = attribute(element, name)
    return max(1, int(value)) if value.isdecimal() and len(value) < 9 else 1
