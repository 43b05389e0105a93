"""A grid of cells, as spreadsheets and CSV files have it, as the tables that stand in it."""

from __future__ import annotations

from collections.abc import Iterator

from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.tables.rows import (
    Row,
    add_rows,
    column_names,
    first_row_names,
    typed_below_first,
)

Numbered = list[tuple[int, Row]]  # filled rows with their numbers, from 1


def add_grid(builder: DocumentBuilder, rows: Numbered) -> None:
    """Add the tables of a sheet, a line a row.

    A table is a block of rows between empty rows; each may name its columns.
    """
    names: Row | None = None
    columns: set[int] = set()
    for block in _blocks(rows):
        block, lead = _without_lead(block)
        add_rows(builder, lead, None)
        used = {column for _, row in block for column, cell in enumerate(row) if cell}
        named = first_row_names([_cut(row, used) for _, row in block])
        if named and not (
            names is not None
            and used <= columns
            and not typed_below_first([row for _, row in block])
        ):
            names, columns = column_names(block[0][1]), used
            block = block[1:]
        elif not used <= columns:
            names, columns = None, set()
        if names is None:
            add_rows(builder, [(number, _cut(row, used)) for number, row in block], None)
        else:
            add_rows(builder, block, names)
        builder.close_block()


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
