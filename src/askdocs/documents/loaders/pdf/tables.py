"""Tables of a page as rows with column names: "Name: Ada; Year: 1843"."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import HYPHEN, Box, Segment, on_one_line
from askdocs.documents.loaders.pdf.line_text import CELL, line_text
from askdocs.documents.loaders.pdf.ruling_lines import RulingLine
from askdocs.documents.loaders.tables.cells import clean
from askdocs.documents.loaders.tables.merged_cells import Span, fill_merged
from askdocs.documents.loaders.tables.rows import (
    column_names,
    filled_groups,
    first_row_names,
    header_rows,
    joined_names,
    plain_line,
    row_line,
)

_EDGE = 2.0  # points by which text may cross the border of its cell
_FEWEST_ROWS = 2
_FEWEST_COLUMNS = 2
_WHOLE_WIDTH = 0.97  # of the table's width; a wider cell is a title of the rows below it
_ABOVE = 0.9  # font sizes: the largest distance of column names above a table
_INNER_ROWS = 3  # lines with several pieces in one cell: it contains rows of a table
_FILLED = 0.4  # of the cells of a ruled table must contain text; otherwise it is a drawing
_LONGEST_CELL = 600  # characters; a longer cell is text in a box
_MOST_COLUMNS = 40
_FIRST_BANDED = 500  # number of the first table with only horizontal lines on a page
_FIRST_UNRULED = 1000
_BAND_GUTTER = 0.35  # as _GUTTER, if lines show that there is a table
_UNRULED_ROWS = 3  # the fewest rows of a table without lines
_OF_ONE_ROW = 4  # the fewest columns of a table without lines that has a single row
_GUTTER = 0.55  # font sizes: the least gap between two columns in all rows
_WIDE = 1.1  # font sizes: the least widest gap between two cells in a row of a table
_SPACE = 0.3  # of the font size, between two words
_INDENT = 2.0  # font sizes; a line indented by more continues a cell of the row above
_ROW_STEP = 2.2  # of the usual row distance; a wider one ends the table
_CONTINUED = 0.8  # of the usual row distance; a closer line continues the row above
_SENTENCE = 90  # characters of a cell; if the median row has more, the columns are text
_PROSE = 28  # letters in the median cell of a text column; a table may have one such column
_SAME_COLUMN = 4.0  # points by which the columns may differ on the next page of a table


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """The column names of the previous table, and the left edges of its columns."""

    cells: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[str]
    bottom: float
    top: float


def with_ruled_tables(
    segments: Sequence[Segment], grids: Sequence[Sequence[Box]], names: ColumnNames
) -> tuple[list[Segment], ColumnNames]:
    """The segments of a page with each row of its ruled tables as one segment.

    Args:
        segments: The segments of the page.
        grids: The cells of each table on it, in points.
        names: The column names of the last table of the previous page. The table may continue here.

    Returns:
        The segments, and the column names of the last table of this page.
    """
    rest = list(segments)
    for number, grid in enumerate(grids, 1):
        columns = _distinct_values([box[0] for box in grid] + [box[2] for box in grid])
        cells = [box for box in grid if box[2] - box[0] < _WHOLE_WIDTH * (columns[-1] - columns[0])]
        inside = [s for s in rest if _is_in_cells(cells, s)]
        rows = _ruled_rows(cells, columns, inside)
        if not _is_table(rows):
            continue
        above = _column_names_above(rest, columns, cells, inside)
        if above and _needs_names(rows, above, inside):
            named = _ruled_names(above, columns)
            rows, inside = [named, *rows], [*above, *inside]
            names = ColumnNames(tuple(named.cells), tuple(columns[:-1]))
        kept = {id(s) for s in inside}
        rest = [s for s in rest if id(s) not in kept]
        made, names = _row_segments(
            rows, tuple(columns[:-1]), inside=inside, before=names, number=number
        )
        rest += made
    return rest, names


def with_banded_tables(
    segments: Sequence[Segment], bands: Sequence[Sequence[RulingLine]]
) -> list[Segment]:
    """The segments of a page with each row of a table with only horizontal lines as one segment.

    Args:
        segments: The segments of the page.
        bands: The lines of each such table, from its top. The column names are between the first
            two.
    """
    rest = list(segments)
    for number, band in enumerate(bands, _FIRST_BANDED):
        left, right = band[0].x0 - _EDGE, band[0].x1 + _EDGE
        inside = [
            s
            for s in rest
            if left <= s.left and s.right <= right and band[-1].y0 < s.middle < band[0].y0
        ]
        rows = _cell_lines(inside)
        names = sum(row[0].middle > band[1].y0 for row in rows)
        above = _line_above(rest, left, right, band[0].y0)
        if rows and _is_header_above(above, rows):
            rows, inside, names = [above, *rows], [*above, *inside], 1
        elif len(rows) == len(band) - 1 > _FEWEST_ROWS and not _may_be_names(rows):
            continue
        if not names or len(rows) - names < _FEWEST_ROWS:
            continue
        made = _unruled_segments(rows, number, names=names)
        if made is not None:
            kept = {id(s) for s in inside}
            rest = [s for s in rest if id(s) not in kept] + made
    return rest


def _line_above(
    segments: Sequence[Segment], left: float, right: float, edge: float
) -> list[Segment]:
    """The segments of the line directly above an edge, within its width, from left to right."""
    close = [
        s
        for s in segments
        if not s.table
        and left <= s.left
        and s.right <= right
        and -_EDGE <= s.bottom - edge <= _ABOVE * s.size
    ]
    if not close:
        return []
    lowest = min(close, key=lambda s: s.bottom)
    return sorted((s for s in close if on_one_line(lowest, s)), key=lambda s: s.left)


def _is_header_above(above: Sequence[Segment], rows: Sequence[list[Segment]]) -> bool:
    """Whether a line contains the column names of the rows below it, which have ruling lines."""
    if len(above) < _FEWEST_COLUMNS or any(map(_has_digit, (s.text for s in above))):
        return False
    widest = max(rows, key=len)
    if len(above) > len(widest) or len(above) * 2 <= len(widest):
        return False
    if len(_column_borders([list(above), *rows], _BAND_GUTTER)) < len(widest) - 1:
        return False
    return _is_bolder(above, [s for row in rows for s in row]) or not _may_be_names(rows)


def _may_be_names(rows: Sequence[list[Segment]]) -> bool:
    """Whether the first row is bold, or has no numbers although the rows below have some."""
    first, below = rows[0], [s for row in rows[1:] for s in row]
    if _is_bolder(first, below):
        return True
    numeric = [s for s in below if _has_digit(s.text)]
    return not any(_has_digit(s.text) for s in first) or not numeric


def _is_bolder(first: Sequence[Segment], below: Sequence[Segment]) -> bool:
    return all(s.bold for s in first) and not all(s.bold for s in below)


def _column_names_above(
    segments: Sequence[Segment],
    columns: Sequence[float],
    cells: Sequence[Box],
    inside: Sequence[Segment],
) -> list[Segment]:
    """The line above a ruled table, if each of its pieces is above a different column."""
    taken = {id(s) for s in inside}
    free = [s for s in segments if id(s) not in taken]
    top = max(box[3] for box in cells)
    above = _line_above(free, columns[0] - _EDGE, columns[-1] + _EDGE, top)
    over = [_column_of(s, columns) for s in above]
    width = len(columns) - 1
    fits = -1 not in over and len(set(over)) == len(over) > width / 2 and len(over) > 1
    return above if fits else []


def _column_of(segment: Segment, columns: Sequence[float]) -> int:
    """The index of the column of a segment; -1 if it spans several."""
    first = bisect_right(columns, segment.left + _EDGE) - 1
    last = bisect_right(columns, segment.right - _EDGE) - 1
    return first if first == last else -1


def _needs_names(rows: Sequence[_Row], above: Sequence[Segment], inside: Sequence[Segment]) -> bool:
    """Whether the line above a ruled table has the column names that its first row has not."""
    if any(_has_digit(s.text) for s in above):
        return False
    cells = [row.cells for row in rows]
    named = header_rows(cells) or first_row_names(cells)
    return _is_bolder(above, inside) or not named


def _ruled_names(above: Sequence[Segment], columns: Sequence[float]) -> _Row:
    cells = [""] * (len(columns) - 1)
    for segment in above:
        cells[_column_of(segment, columns)] = segment.text
    return _Row(cells, min(s.bottom for s in above), max(s.top for s in above))


def _is_in_cells(grid: Sequence[Box], segment: Segment) -> bool:
    x = min(segment.left + _EDGE, segment.right)
    y = segment.middle
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in grid)


def _distinct_values(values: Sequence[float]) -> list[float]:
    """The sorted values, without values that are almost equal to the one before."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _EDGE:
            found.append(value)
    return found


def _ruled_rows(
    grid: Sequence[Box], columns: Sequence[float], segments: Sequence[Segment]
) -> list[_Row]:
    """The rows of a ruled table, from the top. A merged cell is repeated in all that it covers."""
    if not grid:
        return []
    heights = _distinct_values([box[1] for box in grid] + [box[3] for box in grid])
    texts: dict[tuple[int, int], list[Segment]] = {}
    for segment in segments:
        borders = sorted(box[0] for box in grid if box[1] <= segment.middle <= box[3])[1:]
        for part in _split_at_borders(segment, borders):
            cell = _cell_of(grid, part)
            if cell is not None:
                place = (_nearest_index(heights, cell[3]), _nearest_index(columns, cell[0]))
                texts.setdefault(place, []).append(part)
    if any(map(_has_columns, texts.values())):
        return []
    backwards = _right_to_left(segments)
    numbers = range(len(heights) - 1, 0, -1)
    cells = [
        [_cell_text(texts.get((number, n), ()), backwards) for n in range(len(columns) - 1)]
        for number in numbers
    ]
    filled = [any(row) for row in cells]
    fill_merged(cells, _merged_spans(grid, columns, heights))
    return [
        _Row(row[::-1] if backwards else row, heights[number - 1], heights[number])
        for number, row, keep in zip(numbers, cells, filled, strict=True)
        if keep
    ]


def _merged_spans(
    grid: Sequence[Box], columns: Sequence[float], heights: Sequence[float]
) -> list[Span]:
    """The merged cells of a ruled table. Rows are counted from the top."""
    top = len(heights) - 1
    spans: list[Span] = []
    for left, bottom, right, above in grid:
        first = (top - _nearest_index(heights, above), _nearest_index(columns, left))
        last = (top - _nearest_index(heights, bottom) - 1, _nearest_index(columns, right) - 1)
        if first != last:
            spans.append((first, last))
    return spans


def _has_columns(parts: Sequence[Segment]) -> bool:
    """Whether a cell contains several rows of cells. Then lines do not separate all rows."""
    return sum(_count_cells(line) > 1 for line in _cell_lines(parts)) >= _INNER_ROWS


def _nearest_index(values: Sequence[float], value: float) -> int:
    return min(range(len(values)), key=lambda n: abs(values[n] - value))


def _cell_of(grid: Sequence[Box], part: Segment) -> Box | None:
    x, y = min(part.left + _EDGE, part.right), part.middle
    candidates = [
        b for b in grid if b[0] - _EDGE <= x <= b[2] and b[1] - _EDGE <= y <= b[3] + _EDGE
    ]
    return min(candidates, key=lambda b: (b[2] - b[0]) * (b[3] - b[1])) if candidates else None


def _split_at_borders(segment: Segment, borders: Sequence[float]) -> Iterator[Segment]:
    """Split a segment at the borders of columns."""
    words = segment.text.split()
    if len(words) != len(segment.starts) or len(words) < 2:
        yield segment
        return
    begin = 0
    for end in range(1, len(words) + 1):
        crosses = end < len(words) and bisect_right(
            borders, segment.starts[end] + 1
        ) > bisect_right(borders, segment.starts[begin] + 1)
        if end == len(words) or crosses:
            right = segment.right if end == len(words) else segment.starts[end] - 1
            yield replace(
                segment,
                text=" ".join(words[begin:end]),
                left=segment.starts[begin],
                right=right,
                starts=segment.starts[begin:end],
                spans=segment.spans if (begin, end) == (0, len(words)) else (),
            )
            begin = end


def _cell_text(parts: Sequence[Segment], right_to_left: bool = False) -> str:
    """The text of a cell, line by line."""
    text = ""
    for line in _cell_lines(parts):
        ordered = sorted(line, key=lambda s: -s.left if right_to_left else s.left)
        words = line_text(ordered).replace(CELL, " ")
        if text.endswith((HYPHEN, "-")) and words[:1].islower():
            text = text[:-1] + words
        else:
            text = f"{text} {words}"
    return clean(text).replace(HYPHEN, "-")


def _cell_lines(parts: Sequence[Segment]) -> list[list[Segment]]:
    """Group the parts of a cell by line, from its top."""
    lines: list[list[Segment]] = []
    for part in sorted(parts, key=lambda s: -s.middle):
        if lines and on_one_line(max(lines[-1], key=lambda s: s.size), part):
            lines[-1].append(part)
        else:
            lines.append([part])
    return lines


def _right_to_left(segments: Sequence[Segment]) -> bool:
    """Whether most of the letters are written from right to left."""
    letters = [letter for segment in segments for letter in segment.text if letter.isalpha()]
    backwards = sum(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in letters)
    return backwards * 2 > len(letters)


def _is_table(rows: Sequence[_Row]) -> bool:
    """Whether rows are a table, not a drawing or text in boxes."""
    width = max((len(row.cells) for row in rows), default=0)
    if len(rows) < _FEWEST_ROWS or not _FEWEST_COLUMNS <= width <= _MOST_COLUMNS:
        return False
    cells = [cell for row in rows for cell in row.cells]
    filled = [cell for cell in cells if cell]
    columns = sum(any(row.cells[n] for row in rows) for n in range(width))
    wide = sum(sum(map(bool, row.cells)) >= _FEWEST_COLUMNS for row in rows)
    return (
        columns >= _FEWEST_COLUMNS
        and wide * 2 >= len(rows)
        and len(filled) >= _FILLED * len(rows) * columns
        and max(map(len, filled)) <= _LONGEST_CELL
    )


def _row_segments(
    rows: Sequence[_Row],
    edges: tuple[float, ...],
    *,
    inside: Sequence[Segment],
    before: ColumnNames,
    number: int,
) -> tuple[list[Segment], ColumnNames]:
    """A segment for each row with its column names, and these names."""
    cells = [row.cells for row in rows]
    names, body = _column_names(cells, edges, before)
    size = median(s.size for s in inside)
    left, right = min(s.left for s in inside), max(s.right for s in inside)
    made = []
    for row in rows[len(rows) - body :]:
        line = row_line(names, row.cells) if names else plain_line(row.cells)
        made.append(
            Segment(line, left, right, row.bottom, row.top, size, False, math.nan, table=number)
        )
    return made, ColumnNames(tuple(names), edges)


def _column_names(
    cells: Sequence[Sequence[str]], edges: tuple[float, ...], before: ColumnNames
) -> tuple[Sequence[str], int]:
    """The column names, and the number of rows below them."""
    continues = len(before.edges) == len(edges) and all(
        abs(a - b) <= _SAME_COLUMN for a, b in zip(before.edges, edges, strict=True)
    )
    depth = 0 if _is_key_value_table(cells) else header_rows(cells) or int(first_row_names(cells))
    named = column_names(joined_names(filled_groups(cells[:depth]))) if depth else ()
    if continues and before.cells and before.cells in (tuple(cells[0]), tuple(named)):
        return before.cells, len(cells) - max(depth, 1)
    if depth:
        return list(named), len(cells) - depth
    if continues and before.cells:
        return before.cells, len(cells)
    return [], len(cells)


def _is_key_value_table(cells: Sequence[Sequence[str]]) -> bool:
    """Whether each row is a key and its value, as in a form."""
    return all(len(row) == 2 for row in cells) and sum(row[0].endswith(":") for row in cells) > 1


def with_unruled_tables(rows: Sequence[list[Segment]]) -> Iterator[list[Segment]]:
    """The lines of a block with each row of its tables without lines as one segment.

    A table is a run of lines with common gaps between their words. Its first line contains the
    column names.
    """
    start = 0
    number = _FIRST_UNRULED
    while start < len(rows):
        end = _table_end(rows, start)
        block = rows[start:end]
        made = None
        if len(block) >= _UNRULED_ROWS:
            made = _unruled_segments(block, number)
        elif _are_names_and_values(block):
            made = _unruled_segments(block, number, names=1)
        if made is None:
            yield rows[start]
            start += 1
            continue
        number += 1
        yield from ([segment] for segment in made)
        start = end


def _are_names_and_values(rows: Sequence[list[Segment]]) -> bool:
    """Whether two lines are the column names and a single row of a table."""
    if len(rows) != _FEWEST_ROWS:
        return False
    names, values = rows
    if _count_cells(names) != _count_cells(values) or _count_cells(names) < _OF_ONE_ROW:
        return False
    with_digits = sum(_has_digit(s.text) for s in values)
    return not any(_has_digit(s.text) for s in names) and with_digits * 2 >= len(values)


def _table_end(rows: Sequence[list[Segment]], start: int) -> int:
    """The index after the last line that may belong to a table that begins at `start`."""
    end = start
    first = min(s.left for s in rows[start])
    while end < len(rows):
        row = rows[end]
        indented = end > start and min(s.left for s in row) > first + _INDENT * row[0].size
        continues = indented and len(row) == 1 and not row[0].table and not row[0].is_separate
        if not (_has_cells(row) or continues) or (end > start and not _is_next_line(rows, end)):
            break
        end += 1
    return end


def _has_cells(row: Sequence[Segment]) -> bool:
    if any(s.table or s.is_separate for s in row):
        return False
    ordered = sorted(row, key=lambda s: s.left)
    return any(b.left - a.right > _WIDE * a.size for a, b in pairwise(ordered))


def _is_next_line(rows: Sequence[list[Segment]], end: int) -> bool:
    """Whether the distance of a line from the line before is about one line height."""
    step = rows[end - 1][0].middle - rows[end][0].middle
    height = max(s.top - s.bottom for s in (*rows[end - 1], *rows[end]))
    return 0 < step <= _ROW_STEP * height


def _unruled_segments(
    rows: Sequence[list[Segment]], number: int, *, names: int = 0
) -> list[Segment] | None:
    """A segment for each row of a table without lines; None if the lines are not a table.

    `names` is the number of lines that are known to contain the column names.
    """
    borders = _column_borders(rows, _BAND_GUTTER if names else _GUTTER)
    if not max(map(_count_cells, rows)) <= len(borders) + 1 <= _MOST_COLUMNS:
        return None
    steps = [a[0].middle - b[0].middle for a, b in pairwise(rows)]
    usual = median(steps)
    found: list[_Row] = []
    for index, row in enumerate(rows):
        parts: list[list[Segment]] = [[] for _ in range(len(borders) + 1)]
        for segment in sorted(row, key=lambda s: s.left):
            for part in _split_at_borders(segment, borders):
                parts[bisect_right(borders, part.left + 1)].append(part)
        cells = [_cell_text(cell_parts) for cell_parts in parts]
        bottom, top = min(s.bottom for s in row), max(s.top for s in row)
        continues = (
            index and not cells[0] and _continues_row(found[-1], cells, steps[index - 1], usual)
        )
        if continues or 0 < index < names:
            merged = [clean(f"{a} {b}") for a, b in zip(found[-1].cells, cells, strict=True)]
            found[-1] = _Row(merged, bottom, found[-1].top)
        else:
            found.append(_Row(cells, bottom, top))
    texts = [row.cells for row in found]
    if len(found) < (_FEWEST_ROWS if names else _UNRULED_ROWS):
        return None
    if not names and not _is_named(rows, texts):
        return None
    if sum(_is_prose(column) for column in zip(*texts, strict=True)) > 1:
        return None
    if median(max(map(len, row)) for row in texts) > _SENTENCE or not _is_table(found):
        return None
    inside = [segment for row in rows for segment in row]
    # Known column names are passed as if they came from the previous page.
    before = ColumnNames(tuple(texts[0]), ()) if names else ColumnNames()
    made, _ = _row_segments(found, (), inside=inside, before=before, number=number)
    return made


def _is_prose(column: Sequence[str]) -> bool:
    """Whether the cells of a column are as long as lines of running text."""
    widths = [
        sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
        for cell in column
        if cell
    ]
    return bool(widths) and median(widths) > _PROSE


def _is_named(rows: Sequence[list[Segment]], texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first line of a table without lines contains the column names.

    They must be above numbers, or bold. In a form, the first label and its value are not the column
    names of the lines below.
    """
    names = [cell for cell in texts[0] if cell]
    if any(name.endswith(":") for name in names) or not first_row_names(texts):
        return False
    is_bold = all(s.bold for s in rows[0]) and not all(s.bold for row in rows[1:] for s in row)
    return is_bold or (len(names) * 2 > len(texts[0]) and _is_above_numbers(texts))


def _is_above_numbers(texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row has no digits, but all cells of a column below it have."""
    if any(map(_has_digit, texts[0])):
        return False
    for column, name in enumerate(texts[0]):
        below = [row[column] for row in texts[1:] if any(map(str.isalnum, row[column]))]
        if name and len(below) > 1 and all(map(_has_digit, below)):
            return True
    return False


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _count_cells(row: Sequence[Segment]) -> int:
    """The least number of cells of a line."""
    ordered = sorted(row, key=lambda s: s.left)
    return 1 + sum(b.left - a.right > _WIDE * a.size for a, b in pairwise(ordered))


def _continues_row(before: _Row, cells: Sequence[str], step: float, usual: float) -> bool:
    """Whether a line continues cells of the row above."""
    filled = [n for n, cell in enumerate(cells) if cell]
    return step < _CONTINUED * usual and all(before.cells[n] for n in filled)


def _column_borders(rows: Sequence[list[Segment]], gutter: float) -> list[float]:
    """The x coordinates between columns, where no row has a word."""
    size = median(s.size for row in rows for s in row)
    words = sorted(word for row in rows for s in row for word in _word_extents(s))
    borders: list[float] = []
    reach = words[0][1]
    for left, right in words[1:]:
        if left - reach > gutter * size:
            borders.append(left - _EDGE / 2)
        reach = max(reach, right)
    return borders


def _word_extents(segment: Segment) -> Iterator[tuple[float, float]]:
    """(left, right) of each word of a segment."""
    starts = segment.starts or (segment.left,)
    for left, following in pairwise(starts):
        yield left, following - _SPACE * segment.size
    yield starts[-1], segment.right
