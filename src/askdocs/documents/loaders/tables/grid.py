"""Finds the tables in a grid of cells, for spreadsheets and CSV files."""

from __future__ import annotations

import re
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
from askdocs.documents.loaders.tables.side_by_side import split_side_by_side
from askdocs.documents.loaders.tables.units import with_units

_TOTAL = re.compile(
    r"\W*(?:grand |sub-?)?(?:totale?s?|totaal|totalt|sums?|summe|zwischensumme|gesamt\w*|insgesamt"
    r"|suma|somme|balance|saldo|合计|合計|総計|합계|итого|всего)\b",
    re.IGNORECASE,
)
_LABELLED_WIDTH = 3  # columns of a table whose rows may share a label


def add_grid(builder: DocumentBuilder, rows: Numbered) -> None:
    """Add the tables of a sheet, one line for each row.

    A table is a block of rows between empty rows. It may have column names.
    """
    names: Row | None = None
    columns: set[int] = set()
    blocks = list(_split_tables(rows))
    above: Numbered = []
    for index, block in enumerate(blocks):
        block, lead = _split_lead(block)
        add_rows(builder, lead, None)
        if index == 0 and not lead and len(blocks) > 1 and _is_preamble(block, blocks[1]):
            add_rows(builder, [(number, row[:2]) for number, row in block], None)
            builder.close_block()
            continue
        block = _join_units(block)
        used = {column for _, row in block for column, cell in enumerate(row) if cell}
        depth = _header_depth([_select_columns(row, used) for _, row in block])
        if depth and not (
            names is not None
            and used <= columns
            and not typed_below_first([row for _, row in block])
        ):
            header = [row for _, row in block[:depth]]
            names = joined_names(filled_groups(header)) if depth > 1 else column_names(header[0])
            columns, block = used, block[depth:]
            above = block
        elif not used <= columns or _are_labels_and_values(block, above):
            names, columns = None, set()
        if names is None or (len(columns) > 1 and all(map(_is_remark, block))):
            add_rows(builder, [(number, _select_columns(row, used)) for number, row in block], None)
        else:
            add_rows(builder, _fill_labels(block), names)
        builder.close_block()


def _is_preamble(block: Numbered, below: Numbered) -> bool:
    """Whether rows are labels and values above a wider table, as in a bank statement."""
    pairs = all(row[0] and row[1:2] != [""] and not any(row[2:]) for _, row in block)
    wider = max(sum(map(bool, row)) for _, row in below) > 2
    values = [row for _, row in block]
    is_header = typed_below_first(values) and not any(map(str.isdigit, "".join(values[0])))
    return pairs and wider and not is_header


def _are_labels_and_values(block: Numbered, table: Numbered) -> bool:
    """Whether rows below a wide table are labels and values: words where the table has numbers."""
    pairs = len(block) > 1 and all(
        len(row) > 1 and all(row[:2]) and not any(row[2:]) for _, row in block
    )
    values = [row[1] for _, row in table if any(row[2:]) and row[1]]
    are_numbers = len(values) > 1 and not any(map(str.isalpha, "".join(values)))
    return pairs and are_numbers and any(map(str.isalpha, "".join(row[1] for _, row in block)))


def _is_remark(numbered: tuple[int, Row]) -> bool:
    """Whether a row is a remark below a table: several words, only in the first column."""
    first, *others = numbered[1]
    return " " in first and not any(others) and NUMBER.fullmatch(first) is None


def _split_tables(rows: Numbered) -> Iterator[Numbered]:
    """The tables below and next to one another, each with the title rows above it."""
    for block in _split_blocks(rows):
        below, lead = _split_lead(block)
        tables = split_side_by_side(below)
        if len(tables) == 1:
            yield block
            continue
        if lead:
            yield lead
        for table in tables:
            yield from _split_blocks(table)


def _header_depth(rows: Sequence[Row]) -> int:
    """The number of header rows."""
    return 0 if is_form(rows) else header_rows(rows) or int(first_row_names(rows))


def _join_units(block: Numbered) -> Numbered:
    """The block with the units joined to the column names."""
    rows = [row for _, row in block]
    joined = with_units(rows)
    if joined is rows:
        return block
    gone = next(n for n, (old, new) in enumerate(zip(rows, joined, strict=False)) if old is not new)
    numbers = [number for number, _ in block]
    del numbers[gone + 1]
    return list(zip(numbers, joined, strict=True))


def _fill_labels(block: Numbered) -> Numbered:
    """Fill empty row labels with the label of the row above.

    Only the first column contains labels. They are filled only if no other cell is empty, and not
    in the row of a total.
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
        filled = row if _TOTAL.match(row[1]) else [label, *row[1:]]
        labelled.append((number, filled))
    return labelled


def _split_blocks(rows: Numbered) -> Iterator[Numbered]:
    block: Numbered = []
    for number, row in rows:
        if block and number != block[-1][0] + 1:
            yield block
            block = []
        block.append((number, row))
    yield block


def _split_lead(block: Numbered) -> tuple[Numbered, Numbered]:
    """(the block without the leading rows of one cell, these rows: titles and remarks)."""
    lead = 0
    while lead < len(block) - 1 and sum(1 for cell in block[lead][1] if cell) == 1:
        lead += 1
    if all(sum(1 for cell in row if cell) == 1 for _, row in block):
        return block, []
    return block[lead:], block[:lead]


def _select_columns(row: Row, used: set[int]) -> Row:
    return [cell for column, cell in enumerate(row) if column in used]
