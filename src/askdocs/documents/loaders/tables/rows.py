"""Rows of a table as self-contained lines: "Name: Ada; Year: 1843"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.tables.cells import NUMBER, MergedCell, Row, clean
from askdocs.documents.loaders.tables.units import with_units

_YEAR = re.compile(r"(?:19|20)\d\d")
_FORM_SHARE = 4  # the most cells of a form for each label
_FEWEST_BODY = 2  # the fewest rows below a header of several rows
_DEEPEST_HEADER = 3  # the most rows of groups above the column names
_NAME_LIMIT = 80  # characters of a column name


def row_line(names: Row, cells: Row) -> str:
    """The non-empty cells, each with its column name if it has one."""
    if spans_all(cells):
        return next(filter(None, cells))
    parts = []
    for column, cell in enumerate(cells):
        name = names[column] if column < len(names) else ""
        same_name = name == (names[column - 1] if 0 < column <= len(names) else "")
        if not cell or (isinstance(cell, MergedCell) and same_name):
            continue
        name = name.rstrip(" :")
        parts.append(f"{name}: {cell}" if name and name != cell else cell)
    return "; ".join(parts)


def spans_all(cells: Row) -> bool:
    """Whether a row is one merged cell over several columns: a subtitle in the table."""
    filled = [cell for cell in cells if cell]
    covered = sum(isinstance(cell, MergedCell) for cell in filled)
    return covered > 0 and len(filled) - covered == 1


def _is_title(row: Row, below: Row) -> bool:
    """Whether a row is a title above the table: a single cell, merged or in a wide table."""
    alone = bool(row[0]) and not any(row[1:])
    return spans_all(row) or (alone and sum(map(bool, below)) > 1)


def column_names(cells: Row) -> Row:
    """The names in a header row. Next to years, the first cell is not a name of the row labels."""
    years = [cell for cell in cells[1:] if cell]
    return ["", *cells[1:]] if years and all(map(_YEAR.fullmatch, years)) else cells


def plain_line(cells: Row) -> str:
    """The cells of a row without column names. Two cells are a name and its value."""
    filled = [cell for cell in cells if cell and not isinstance(cell, MergedCell)]
    if len(filled) == 2 and not any(map(str.isalnum, filled[0])):
        return " ".join(filled)  # a bullet or checkbox, and its text
    if len(filled) == 2 and len(cells) == 2 and not NUMBER.fullmatch(filled[0]):
        return f"{filled[0].rstrip(' :')}: {filled[1]}"
    labels = sum(cell.endswith(":") for cell in filled)
    if labels > 1 or (labels == 1 and len(filled) == 2 and filled[0].endswith(":")):
        return _form_line(filled)
    return " | ".join(filled)


def _form_line(cells: Row) -> str:
    """A row of a form: "Name:", "Ada", "Born:", "1815" becomes "Name: Ada; Born: 1815"."""
    line = ""
    for cell in cells:
        line += " " if line.endswith(":") and not cell.endswith(":") else "; " if line else ""
        line += cell
    return line


def first_row_names(rows: Sequence[Row]) -> bool:
    """Whether the first row contains column names: short, distinct texts above other content."""
    if len(rows) < 2:
        return False
    width = max(len(row) for row in rows)
    filled = [cell for cell in rows[0] if cell and not isinstance(cell, MergedCell)]
    if width < 2 or len(filled) < max(2, (width + 1) // 2):
        return False
    if any(NUMBER.fullmatch(cell) for cell in filled):
        # Years may name columns, but not the first.
        years = [cell for cell in rows[0][1:] if cell]
        return all(map(_YEAR.fullmatch, years)) and not NUMBER.fullmatch(rows[0][0])
    if typed_below_first(rows):
        return True
    if len(set(filled)) < len(filled) or any(len(cell) > _NAME_LIMIT for cell in filled):
        return False
    return not any(set(filled) & {cell for cell in row if cell} for row in rows[1:4])


def header_rows(rows: Sequence[Row]) -> int:
    """The number of header rows if there is more than one; else 0.

    A row of groups is above the column names: "2024" above "Adults" and "Children".
    """
    depth = 0
    while (
        depth + _FEWEST_BODY < len(rows) - 1
        and depth < _DEEPEST_HEADER
        and _has_groups(rows[depth:])
    ):
        depth += 1
    return depth + 1 if depth else 0


def joined_names(rows: Sequence[Row]) -> list[str]:
    """The column names from several header rows: "2024 Adults"."""
    return [" ".join(dict.fromkeys(filter(None, cells))) for cells in _transpose(rows)]


def filled_groups(rows: Sequence[Row]) -> list[Row]:
    """Header rows in which each group name is repeated above all columns of the group."""
    filled: list[Row] = []
    if not rows:
        return filled
    for upper, lower in pairwise(rows):
        row, name = [], ""
        for column, cell in enumerate(lower):
            above = upper[column] if column < len(upper) else ""
            name = above or name
            row.append(name if cell else above)
        filled.append(row)
    return [*filled, *rows[-1:]]


def _has_groups(rows: Sequence[Row]) -> bool:
    """Whether the first row contains group names for the column names in the second."""
    upper, lower = rows[0], rows[1]
    if any(NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in (*upper, *lower)):
        return False
    groups: list[list[int]] = []
    for column in range(len(lower)):
        cell = upper[column] if column < len(upper) else ""
        if isinstance(cell, MergedCell) or (not cell and groups):
            groups[-1:] = [[*groups[-1], column]] if groups else [[column]]
        else:
            groups.append([column])
    wide = [group for group in groups if len(group) > 1 and upper[group[0]]]
    named = [[lower[column] for column in group] for group in wide]
    if not wide or not all(map(_are_names, named)):
        return False
    repeated = len(named) > 1 and len({tuple(names) for names in named}) == 1
    if repeated and typed_below_first(rows[1:]):
        return True
    merged = any(isinstance(cell, MergedCell) for cell in upper)
    ungrouped = set(range(len(lower))) - {column for group in wide for column in group}
    return merged and all(
        lower[column] in {"", upper[column]} or _is_typed_below(rows[1:], column)
        for column in ungrouped
    )


def _are_names(cells: Sequence[str]) -> bool:
    """Whether the cells below a group are column names: several, all distinct, none empty."""
    origins = [cell for cell in cells if not isinstance(cell, MergedCell)]
    return all(cells) and len(set(origins)) == len(origins) > 1


def typed_below_first(rows: Sequence[Row]) -> bool:
    """Whether a column has text in its first row and only numbers below. Then it is a header."""
    return any(_is_typed_below(rows, column) for column in range(len(rows[0])))


def _is_typed_below(rows: Sequence[Row], column: int) -> bool:
    """Whether this column has text in its first row and only numbers below."""
    name = rows[0][column]
    below = [row[column] for row in rows[1:] if len(row) > column and row[column]]
    if not name or NUMBER.fullmatch(name):
        return False
    return bool(below) and all(map(NUMBER.fullmatch, below))


def add_rows(builder: DocumentBuilder, rows: Iterable[tuple[int, Row]], names: Row | None) -> None:
    """Add numbered rows, one a line. There is a line anchor at the first row and after each gap.

    `names` are the column names; None for a table without a header.
    """
    expected = None
    for number, cells in rows:
        line = row_line(names, cells) if names is not None else plain_line(cells)
        if not line:
            continue
        if number != expected:
            builder.anchor(line=number)
        builder.add(line, end="\n")
        expected = number + 1


def add_table(builder: DocumentBuilder, rows: Sequence[Row], *, header: int | None = None) -> None:
    """Add a table of a text document, one row a line, between empty lines.

    Args:
        builder: The builder to which the lines are added.
        rows: The rows, beginning with the header.
        header: The number of header rows; None to detect it.
    """
    rows = [[_clean_cell(cell) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    builder.close_block()
    titled = False
    while len(rows) > 2 and _is_title(rows[0], rows[1]) and (header or 0) < 2:
        titled = True
        builder.add(plain_line(rows[0]), end="\n")
        rows = rows[1:]
        if header:
            header = header - 1 or None
    if (header or 0) < 2:
        rows = with_units(rows)
    if header is None:
        header = 0 if is_form(rows) else header_rows(rows) or int(first_row_names(rows))
        header = 0 if titled and not all(rows[0]) else header  # below a title, names are complete
    names = list(column_names(joined_names(filled_groups(rows[:header]))))
    body = rows[header:] if len(rows) > header else rows
    for row in body:
        builder.add(
            row_line(names, row) if names and body is not rows else plain_line(row), end="\n"
        )
    builder.close_block()


def _clean_cell(cell: str) -> str:
    return MergedCell(clean(cell)) if isinstance(cell, MergedCell) else clean(cell)


def is_form(rows: Sequence[Row]) -> bool:
    """Whether rows are a form, with labels and values side by side: "Born:", "1815"."""
    filled = [cell for row in rows for cell in row if cell]
    labels = sum(cell.endswith(":") for cell in filled)
    return labels > 1 and labels * _FORM_SHARE >= len(filled)


def _transpose(rows: Sequence[Row]) -> list[list[str]]:
    width = max((len(row) for row in rows), default=0)
    return [[row[column] if column < len(row) else "" for row in rows] for column in range(width)]
