"""Tables next to one another in a sheet, with empty columns between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from askdocs.documents.loaders.tables.cells import NUMBER, Numbered, Row
from askdocs.documents.loaders.tables.rows import first_row_names, typed_below_first

_FEWEST = 2  # rows and columns of a table


def split_side_by_side(block: Numbered) -> list[Numbered]:
    """Split a block of rows into tables, from left to right; the block itself if it is one table.

    Columns keep their positions: in the rows of one table, the cells of the others are empty. An
    empty column is not enough to split, since it may be a gap in one table. Each part must have its
    own column names and row labels. In addition, either all parts have the same column names, or
    they begin or end in different rows, or each has a title.
    """
    parts = [_select_part(block, columns) for columns in _column_groups(block)]
    if len(parts) < _FEWEST or not all(map(_is_table, parts)):
        return [block]
    return parts if _are_independent(parts) else [block]


def _column_groups(block: Numbered) -> Iterator[range]:
    """The groups of columns between empty columns."""
    used = sorted({column for _, row in block for column, cell in enumerate(row) if cell})
    if not used:
        return
    start = used[0]
    for column, following in pairwise([*used, used[-1] + 2]):
        if following > column + 1:
            yield range(start, column + 1)
            start = following


def _select_part(block: Numbered, columns: range) -> Numbered:
    rows = [
        (number, [cell if column in columns else "" for column, cell in enumerate(row)])
        for number, row in block
    ]
    return [(number, row) for number, row in rows if any(row)]


def _without_title(part: Numbered) -> Numbered:
    """The rows of a part without its title: a first row with a single cell."""
    first = [cell for cell in part[0][1] if cell]
    return part[1:] if len(first) == 1 else part


def _is_table(part: Numbered) -> bool:
    """Whether a part has column names, and row labels in its first column."""
    body = [_cells_of_part(row, part) for _, row in _without_title(part)]
    if len(body) < _FEWEST or len(body[0]) < _FEWEST:
        return False
    if not all(body[0]) or not (first_row_names(body) or typed_below_first(body)):
        return False
    labels = [row[0] for row in body[1:]]
    return all(labels) and len(set(labels)) == len(labels) and not any(map(_is_number, labels))


def _cells_of_part(row: Row, part: Numbered) -> Sequence[str]:
    """The cells of a row, from the first to the last column of the part."""
    used = [column for _, other in part for column, cell in enumerate(other) if cell]
    return [row[column] if column < len(row) else "" for column in range(min(used), max(used) + 1)]


def _is_number(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell)) and len(cell) != 4  # years are labels


def _are_independent(parts: Sequence[Numbered]) -> bool:
    if len({(part[0][0], part[-1][0]) for part in parts}) > 1:
        return True
    if all(_without_title(part) is not part for part in parts):
        return True
    names = [tuple(_cells_of_part(_without_title(part)[0][1], part)) for part in parts]
    return len(set(names)) == 1
