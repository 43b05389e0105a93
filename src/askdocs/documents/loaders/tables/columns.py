"""Joins columns that contain only symbols, such as "$" and ")", to the numbers next to them."""

from __future__ import annotations

from collections.abc import Sequence

_BEFORE = frozenset("$ € £ ¥ ( $( (".split())
_AFTER = frozenset(") % )% %) pp x".split())
_HEADER_ROWS = 3  # above the numbers, at most

Rows = list[list[str]]


def join_symbol_columns(rows: Sequence[Sequence[str]]) -> Rows:
    """The rows with "$", "1,234" and ")" in one cell, and without empty columns."""
    width = max((len(row) for row in rows), default=0)
    columns = [[row[n] if n < len(row) else "" for row in rows] for n in range(width)]
    tidy: list[list[str]] = []
    prefix: list[str] | None = None
    for column in columns:
        if not any(column):
            continue
        if prefix is not None and not _are_both_named(prefix, column):
            column = [before + cell for before, cell in zip(prefix, column, strict=True)]
            prefix = None
        elif prefix is not None:
            tidy.append(prefix)
            prefix = None
        if (
            _has_only(column, _AFTER)
            and tidy
            and not _are_both_named(tidy[-1][:_HEADER_ROWS], column)
        ):
            tidy[-1] = [cell + after for cell, after in zip(tidy[-1], column, strict=True)]
        elif _has_only(column, _BEFORE):
            prefix = column
        else:
            tidy.append(column)
    if prefix is not None:
        tidy.append(prefix)
    return [[column[index] for column in tidy] for index in range(len(rows))]


def _has_only(column: Sequence[str], symbols: frozenset[str]) -> bool:
    """Whether a column contains only the given symbols, or nothing, below its names."""
    below = [cell for cell in column[_HEADER_ROWS:] if cell]
    above = [cell for cell in column[:_HEADER_ROWS] if cell and cell not in symbols]
    if not below and symbols is _AFTER:
        return not above
    return all(cell in symbols for cell in below) and len(above) < _HEADER_ROWS


def _are_both_named(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether both columns have names. Joining them would mix the names."""
    return any(
        one and other and one not in _BEFORE and other not in _AFTER
        for one, other in zip(first, second, strict=False)
    )
