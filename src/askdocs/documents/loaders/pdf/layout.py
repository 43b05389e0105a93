"""From segments to lines in reading order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import Segment, on_one_line
from askdocs.documents.loaders.pdf.line_text import CELL, line_text
from askdocs.documents.loaders.pdf.tables import with_unruled_tables

_COLUMN_LINES = 4  # the fewest lines of a text column
_COLUMN_PIECES = 1.5  # the most pieces per line on average; rows of tables have more
_STRETCHED = 1.2  # of the font size: the widest space in justified text; table gaps are wider
_COLUMN_FILLED = 0.5  # of the column width, by the median line
_COLUMN_LETTERS = 18  # of the median line; cells of tables have fewer


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block. `y` is its distance from the top, as a share of the page's height.

    `table` is the number of the table on the page, if the line is a row of it; else 0.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    block: int
    cells: int
    y: float
    table: int = 0


def lines_in_order(segments: Sequence[Segment], height: float) -> list[Line]:
    """The lines of a page in reading order: column by column, and tables row by row."""
    lines: list[Line] = []
    right_to_left = _mostly_right_to_left("".join(segment.text for segment in segments))
    for number, block in enumerate(_split_blocks(list(segments), right_to_left, 0)):
        for row in with_unruled_tables(_group_by_line(block)):
            row = sorted(row, key=lambda s: -s.left if right_to_left else s.left)
            text = line_text(row)
            longest = max(row, key=lambda s: len(s.text))
            lines.append(
                Line(
                    text=text,
                    left=min(s.left for s in row),
                    right=max(s.right for s in row),
                    bottom=min(s.bottom for s in row),
                    top=max(s.top for s in row),
                    size=longest.size,
                    bold=all(s.bold for s in row),
                    block=number,
                    cells=text.count(CELL) + 1 + any(s.is_separate or s.table for s in row),
                    table=longest.table,
                    y=1 - longest.middle / height if height else 0.0,
                )
            )
    return lines


def _split_blocks(segments: list[Segment], right_to_left: bool, depth: int) -> list[list[Segment]]:
    """Split the page into blocks in reading order: horizontal bands, and columns in them."""
    found = _find_columns(segments) if len(segments) >= 2 * _COLUMN_LINES and depth < 8 else None
    if found is None:
        return [segments] if segments else []
    gutter, top, foot = found
    above = [s for s in segments if s.middle >= top]
    below = [s for s in segments if s.middle <= foot]
    band = [s for s in segments if foot < s.middle < top]
    left = [s for s in band if (s.left + s.right) / 2 < gutter]
    right = [s for s in band if (s.left + s.right) / 2 >= gutter]
    parts = [above, right, left, below] if right_to_left else [above, left, right, below]
    return [block for part in parts for block in _split_blocks(part, right_to_left, depth + 1)]


def _find_columns(segments: Sequence[Segment]) -> tuple[float, float, float] | None:
    """Find two text columns side by side: (x between them, their top, their bottom)."""
    best: tuple[int, float, float, float] | None = None
    for gutter in _gap_positions(segments):
        crossing = sorted(
            s.middle for s in segments if s.left < gutter - 1 and s.right > gutter + 1
        )
        edges = [float("-inf"), *crossing, float("inf")]
        for foot, top in pairwise(edges):
            band = [s for s in segments if foot < s.middle < top]
            if len(band) < 2 * _COLUMN_LINES:
                continue
            left = [s for s in band if s.right <= gutter + 1]
            right = [s for s in band if s.left >= gutter - 1]
            letters = min(sum(len(s.text) for s in side) for side in (left, right))
            if best is not None and letters <= best[0]:
                continue
            if _is_column(left) and _is_column(right):
                best = (letters, gutter, top, foot)
    return best[1:] if best else None


def _gap_positions(segments: Sequence[Segment]) -> list[float]:
    """Distinct x coordinates in the gaps between neighbours on a line, near their right ends."""
    found: dict[int, float] = {}
    for row in _group_by_line(segments):
        ordered = sorted(row, key=lambda s: s.left)
        for before, after in pairwise(ordered):
            if after.left - before.right > 0.5 * before.size:
                x = max((before.right + after.left) / 2, after.left - 3)
                found.setdefault(round(x / 4), x)
    return [found[key] for key in sorted(found)]


def _is_column(segments: Sequence[Segment]) -> bool:
    """Whether segments are running text in one or more columns, not cells of a table."""
    rows = _group_by_line(segments)
    if len(rows) < _COLUMN_LINES:
        return False
    enough = _COLUMN_LETTERS // 2 if _is_dense(segments) else _COLUMN_LETTERS
    pieces = [piece for row in rows for piece in _split_at_wide_gaps(row)]
    if median(sum(len(s.text) for s in piece) for piece in pieces) < enough:
        return False
    if len(pieces) > _COLUMN_PIECES * len(rows):
        return _find_columns(segments) is not None
    width = max(s.right for s in segments) - min(s.left for s in segments)
    return median(sum(s.right - s.left for s in row) for row in rows) >= _COLUMN_FILLED * width


def _split_at_wide_gaps(row: Sequence[Segment]) -> list[list[Segment]]:
    """The segments of a line, grouped by gaps that are wider than a stretched space."""
    ordered = sorted(row, key=lambda s: s.left)
    pieces = [ordered[:1]]
    for before, segment in pairwise(ordered):
        if segment.left - before.right > _STRETCHED * before.size:
            pieces.append([])
        pieces[-1].append(segment)
    return pieces


def _is_dense(segments: Sequence[Segment]) -> bool:
    """Whether the script is dense: a word has few characters (Chinese, Japanese, Korean)."""
    text = "".join(s.text for s in segments[:50])
    return sum("\u2e80" <= c <= "\ud7ff" for c in text) * 2 > len(text)


def _group_by_line(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Group segments by line, from the top of the page to its bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-s.middle, s.left)):
        if rows and on_one_line(max(rows[-1], key=lambda s: s.size), segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return rows


def _mostly_right_to_left(text: str) -> bool:
    sample = text[:2000]
    backwards = sum(unicodedata.bidirectional(c) in {"R", "AL"} for c in sample)
    return backwards * 2 > sum(c.isalpha() for c in sample)
