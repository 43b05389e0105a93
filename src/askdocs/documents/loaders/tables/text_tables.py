"""Tables that are drawn with characters in plain text. Each row stays on its first line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.documents.loaders.tables.cells import Row
from askdocs.documents.loaders.tables.rows import (
    column_names,
    joined_names,
    plain_line,
    row_line,
    typed_below_first,
)


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A table in the lines `first` to `last` of a text, counted from 0.

    `starts` are the lines on which its rows begin, in order. `header` is the number of header rows;
    None if the markup does not define it.
    """

    first: int
    last: int
    rows: Sequence[Row]
    starts: Sequence[int]
    header: int | None


def write(lines: list[str], table: DrawnTable) -> None:
    """Replace a table by its rows: "Column: value; Column: value".

    The number of lines stays the same. Header rows and border lines become empty. Nothing is
    changed if several rows begin on one line.
    """
    header = table.header
    if header is None:
        header = int(len(table.rows) > 1 and typed_below_first(table.rows))
    header = header if header < len(table.rows) else 0
    body = table.starts[header:]
    if len(set(body)) < len(body):
        return
    names = column_names(joined_names(table.rows[:header]))
    lines[table.first : table.last + 1] = [""] * (table.last + 1 - table.first)
    for start, row in zip(body, table.rows[header:], strict=True):
        lines[start] = row_line(names, row) if any(row) and header else plain_line(row)
