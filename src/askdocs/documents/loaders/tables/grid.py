"""A grid of cells, as spreadsheets and CSV files have it, as the tables that stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.tables.cells import NUMBER, Numbered, Row
from askdocs.documents.loaders.tables.rows import (
    add_rows,
    column_names,
    filled_groups,
    first_row_names,
    header_rows,
    is_form,
    joined_names,
    typed_below_first,
)
from askdocs.documents.loaders.tables.side_by_side import tables_beside
from askdocs.documents.loaders.tables.units import with_units

_LABELLED_WIDTH = 3  # columns of a table whose rows may share a label


def add_grid(builder: DocumentBuilder, rows: Numbered) -> None:
    """Add the tables of a sheet, a line a row.

    A table is a block of rows between empty rows; each may name its columns.
    """
    names: Row | None = None
    columns: set[int] = set()
    for block in _tables(rows):
        block, lead = _without_lead(block)
        add_rows(builder, lead, None)
        block = _with_units(block)
        used = {column for _, row in block for column, cell in enumerate(row) if cell}
        depth = _header_depth([_cut(row, used) for _, row in block])
        if depth and not (
            names is not None
            and used <= columns
            and not typed_below_first([row for _, row in block])
        ):
            head = [row for _, row in block[:depth]]
            names = joined_names(filled_groups(head)) if depth > 1 else column_names(head[0])
            columns, block = used, block[depth:]
        elif not used <= columns:
            names, columns = None, set()
        if names is None or (len(columns) > 1 and all(map(_is_remark, block))):
            add_rows(builder, [(number, _cut(row, used)) for number, row in block], None)
        else:
            add_rows(builder, _with_labels(block), names)
        builder.close_block()


def _is_remark(numbered: tuple[int, Row]) -> bool:
    """Whether a row is several words in the first column alone, as below a table."""
    first, *others = numbered[1]
    return " " in first and not any(others) and NUMBER.fullmatch(first) is None


def _tables(rows: Numbered) -> Iterator[Numbered]:
    """The tables below and beside one another, with what stands above them."""
    for block in _blocks(rows):
        below, lead = _without_lead(block)
        tables = tables_beside(below)
        if len(tables) == 1:
            yield block
            continue
        if lead:
            yield lead
        for table in tables:
            yield from _blocks(table)


def _header_depth(rows: Sequence[Row]) -> int:
    """How many rows at the top name the columns."""
    return 0 if is_form(rows) else header_rows(rows) or int(first_row_names(rows))


def _with_units(block: Numbered) -> Numbered:
    """The block with a row of units as part of the names above it."""
    rows = [row for _, row in block]
    joined = with_units(rows)
    if joined is rows:
        return block
    gone = next(n for n, (old, new) in enumerate(zip(rows, joined, strict=False)) if old is not new)
    numbers = [number for number, _ in block]
    del numbers[gone + 1]
    return list(zip(numbers, joined, strict=True))


def _with_labels(block: Numbered) -> Numbered:
    """The rows with the label of the row above where theirs is left blank, as a reader takes it.

    A blank is a label to be repeated only in the first column, where each such row is otherwise
    full and no other cell of the table is empty.
    """
    rows = [row for _, row in block]
    width = max((len(row) for row in rows), default=0)
    blank = [not row[0] for row in rows if row]
    full = all(len(row) == width and all(row[1:]) for row in rows)
    if width < _LABELLED_WIDTH or not full or not any(blank) or blank[0]:
        return block
    labelled: Numbered = []
    label = ""
    for number, row in block:
        label = row[0] or label
        labelled.append((number, [label, *row[1:]]))
    return labelled


def _blocks(rows: Numbered) -> Iterator[Numbered]:
    block: Numbered = []
    for number, row in rows:
        if block and number != block[-1][0] + 1:
            yield block
            block = []
        block.append((number, row))
    yield block


def _without_lead(block: Numbered) -> tuple[Numbered, Numbered]:
    """The block without the rows of one cell (a title, a remark) above it, and those."""
    lead = 0
    while lead < len(block) - 1 and sum(1 for cell in block[lead][1] if cell) == 1:
        lead += 1
    if all(sum(1 for cell in row if cell) == 1 for _, row in block):
        return block, []
    return block[lead:], block[:lead]


def _cut(row: Row, used: set[int]) -> Row:
    return [cell for column, cell in enumerate(row) if column in used]
