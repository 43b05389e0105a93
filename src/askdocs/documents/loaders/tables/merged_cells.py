"""Merged cells of a table: their text is repeated in all the cells that they cover."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.documents.loaders.tables.cells import MergedCell

Grid = list[list[str]]
Span = tuple[tuple[int, int], tuple[int, int]]  # the corners of merged cells: (row, column) from 0


def fill_merged(grid: Grid, spans: Sequence[Span]) -> None:
    """Write the text of merged cells into all cells that they cover. A title is not repeated."""
    for (top, left), (bottom, right) in spans:
        if not (0 <= top < len(grid) and 0 <= left < len(grid[top]) and grid[top][left]):
            continue
        text = grid[top][left]
        rest_of_row = grid[top][:left] + grid[top][right + 1 :]
        below = grid[bottom + 1][left : right + 1] if bottom + 1 < len(grid) else []
        is_title = not any(rest_of_row) and (left == 0 or sum(map(bool, below)) < right - left + 1)
        for row in grid[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                if column == left:
                    row[column] = text
                elif not is_title:
                    row[column] = MergedCell(text)
