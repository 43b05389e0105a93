"""From segments to lines in reading order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import Segment
from askdocs.documents.loaders.pdf.line_text import CELL, line_text
from askdocs.documents.loaders.pdf.tables import with_unruled_tables

_COLUMN_LINES = 4  # lines that a column of text has at least
_COLUMN_PIECES = 1.5  # pieces of its lines on average at most; rows of tables have more
_STRETCHED = 1.2  # of the font's size: spaces in justified lines are no wider, gaps of tables are
_COLUMN_FILLED = 0.5  # of its width, by a line in the middle
_COLUMN_LETTERS = 18  # letters that its lines have in the middle; cells of tables have fewer


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a block; `y` is a share of the page's height, from its top.

    `table` is the number of the table of its page that it is a row of, else 0.
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
    """The lines of a page: columns one after the other, tables row by row."""
    lines: list[Line] = []
    right_to_left = _mostly_right_to_left("".join(segment.text for segment in segments))
    for number, block in enumerate(_blocks(list(segments), right_to_left, 0)):
        for row in with_unruled_tables(_rows(block)):
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
                    cells=text.count(CELL) + 1 + any(s.apart or s.table for s in row),
                    table=longest.table,
                    y=1 - longest.middle / height if height else 0.0,
                )
            )
    return lines


def _blocks(segments: list[Segment], right_to_left: bool, depth: int) -> list[list[Segment]]:
    """Cut the page into blocks to be read one after the other: bands across, columns in them."""
    found = _columns(segments) if len(segments) >= 2 * _COLUMN_LINES and depth < 8 else None
    if found is None:
        return [segments] if segments else []
    gutter, top, foot = found
    above = [s for s in segments if s.middle >= top]
    below = [s for s in segments if s.middle <= foot]
    band = [s for s in segments if foot < s.middle < top]
    left = [s for s in band if (s.left + s.right) / 2 < gutter]
    right = [s for s in band if (s.left + s.right) / 2 >= gutter]
    parts = [above, right, left, below] if right_to_left else [above, left, right, below]
    return [block for part in parts for block in _blocks(part, right_to_left, depth + 1)]


def _columns(segments: Sequence[Segment]) -> tuple[float, float, float] | None:
    """Where two columns of text stand side by side: (x between them, their top, their foot)."""
    best: tuple[int, float, float, float] | None = None
    for gutter in _gaps(segments):
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


def _gaps(segments: Sequence[Segment]) -> list[float]:
    """Places in the gaps between neighbours on a line, near their right ends, each once."""
    found: dict[int, float] = {}
    for row in _rows(segments):
        ordered = sorted(row, key=lambda s: s.left)
        for before, after in pairwise(ordered):
            if after.left - before.right > 0.5 * before.size:
                place = max((before.right + after.left) / 2, after.left - 3)
                found.setdefault(round(place / 4), place)
    return [found[key] for key in sorted(found)]


def _is_column(segments: Sequence[Segment]) -> bool:
    """Whether segments are lines of running text, or columns of it, not cells of a table."""
    rows = _rows(segments)
    if len(rows) < _COLUMN_LINES:
        return False
    enough = _COLUMN_LETTERS // 2 if _is_dense(segments) else _COLUMN_LETTERS
    pieces = [piece for row in rows for piece in _pieces(row)]
    if median(sum(len(s.text) for s in piece) for piece in pieces) < enough:
        return False
    if len(pieces) > _COLUMN_PIECES * len(rows):
        return _columns(segments) is not None
    width = max(s.right for s in segments) - min(s.left for s in segments)
    return median(sum(s.right - s.left for s in row) for row in rows) >= _COLUMN_FILLED * width


def _pieces(row: Sequence[Segment]) -> list[list[Segment]]:
    """The segments of a line, those together that only a stretched space divides."""
    ordered = sorted(row, key=lambda s: s.left)
    pieces = [ordered[:1]]
    for before, segment in pairwise(ordered):
        if segment.left - before.right > _STRETCHED * before.size:
            pieces.append([])
        pieces[-1].append(segment)
    return pieces


def _is_dense(segments: Sequence[Segment]) -> bool:
    """Whether the script needs few characters for much text (Chinese, Japanese, Korean)."""
    text = "".join(s.text for s in segments[:50])
    return sum("\u2e80" <= c <= "\ud7ff" for c in text) * 2 > len(text)


def _rows(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments on one line together, from the top of the page to its foot."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-s.middle, s.left)):
        if rows:
            reference = max(rows[-1], key=lambda s: s.size)
            height = min(reference.top - reference.bottom, segment.top - segment.bottom)
            shared = min(reference.top, segment.top) - max(reference.bottom, segment.bottom)
            if shared > 0.5 * height:
                rows[-1].append(segment)
                continue
        rows.append([segment])
    return rows


def _mostly_right_to_left(text: str) -> bool:
    sample = text[:2000]
    backwards = sum(unicodedata.bidirectional(c) in {"R", "AL"} for c in sample)
    return backwards * 2 > sum(c.isalpha() for c in sample)
