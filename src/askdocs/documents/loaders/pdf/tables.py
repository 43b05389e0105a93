"""Tables of a page as rows with the names of their columns: "Name: Ada; Year: 1843"."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import HYPHEN, Box, Segment
from askdocs.documents.loaders.pdf.line_text import CELL, line_text
from askdocs.documents.loaders.pdf.ruling_lines import Rule
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

_ONE_LINE = 0.5  # of the lower one's height that two words on one line share
_EDGE = 2.0  # points by which text may stand over the border of its cell
_FEWEST_ROWS = 2
_FEWEST_COLUMNS = 2
_WHOLE_WIDTH = 0.97  # of the table's width: a cell as wide is a title of the rows below it
_ABOVE = 0.9  # font sizes, at most, between a table and the names of its columns above it
_INNER_ROWS = 3  # lines with several pieces in one cell, for it to hold rows of a table
_FILLED = 0.4  # of the cells of a ruled table that hold text; a grid with fewer is a drawing
_LONGEST_CELL = 600  # characters; a longer one is a text that stands in a box
_MOST_COLUMNS = 40
_FIRST_BANDED = 500  # number of the first table of a page with lines across only
_FIRST_UNRULED = 1000
_BAND_GUTTER = 0.35  # as _GUTTER, where lines say that there is a table
_UNRULED_ROWS = 3  # of a table without lines, one below the other
_OF_ONE_ROW = 4  # columns, at least, of a table without lines that has a single row
_GUTTER = 0.55  # font sizes that stay free between two columns in all rows
_WIDE = 1.1  # font sizes between two cells, somewhere in a row that is one of a table
_SPACE = 0.3  # of the font's size, between two words
_INDENT = 2.0  # font sizes: a line so far to the right goes on with a cell of the row above
_ROW_STEP = 2.2  # of the usual distance of rows: a wider one ends the table
_CONTINUED = 0.8  # of the usual distance of rows: a line that is nearer goes on with the row above
_SENTENCE = 90  # characters of a cell; where the middle row has more, the columns are text
_PROSE = 28  # letters in the middle cell of a column of text; one such column may be in a table
_SAME_COLUMN = 4.0  # points by which the columns of a table on the next page may be off


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the columns of the table before, and the left edges of the columns."""

    cells: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[str]
    bottom: float
    top: float


def with_ruled_tables(
    segments: Sequence[Segment], grids: Sequence[Sequence[Box]], names: Names
) -> tuple[list[Segment], Names]:
    """The segments of a page with each row of its ruled tables as one segment.

    Args:
        segments: What stands on the page.
        grids: The cells of each table on it, in points.
        names: The names of the last table of the page before, which may go on here.

    Returns:
        The segments, and the names of the last table of this page.
    """
    rest = list(segments)
    for number, grid in enumerate(grids, 1):
        columns = _lines([box[0] for box in grid] + [box[2] for box in grid])
        cells = [box for box in grid if box[2] - box[0] < _WHOLE_WIDTH * (columns[-1] - columns[0])]
        inside = [s for s in rest if _holds(cells, s)]
        rows = _ruled_rows(cells, columns, inside)
        if not _is_table(rows):
            continue
        above = _names_above(rest, columns, cells, inside)
        if above and _needs_names(rows, above, inside):
            named = _ruled_names(above, columns)
            rows, inside = [named, *rows], [*above, *inside]
            names = Names(tuple(named.cells), tuple(columns[:-1]))
        kept = {id(s) for s in inside}
        rest = [s for s in rest if id(s) not in kept]
        made, names = _row_segments(rows, tuple(columns[:-1]), inside, names, number)
        rest += made
    return rest, names


def with_banded_tables(
    segments: Sequence[Segment], bands: Sequence[Sequence[Rule]]
) -> list[Segment]:
    """The segments of a page with each row of a table between lines across as one segment.

    Args:
        segments: What stands on the page.
        bands: The lines of each such table, from its top. What stands between the first two is
            taken for the names of the columns.
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
        if rows and _is_over(above, rows):
            rows, inside, names = [above, *rows], [*above, *inside], 1
        elif len(rows) == len(band) - 1 > _FEWEST_ROWS and not _may_be_names(rows):
            continue
        if not names or len(rows) - names < _FEWEST_ROWS:
            continue
        made = _unruled(rows, number, names=names)
        if made is not None:
            kept = {id(s) for s in inside}
            rest = [s for s in rest if id(s) not in kept] + made
    return rest


def _line_above(
    segments: Sequence[Segment], left: float, right: float, edge: float
) -> list[Segment]:
    """What stands on the line right above an edge, within its width, in order."""
    near = [
        s
        for s in segments
        if not s.table
        and left <= s.left
        and s.right <= right
        and -_EDGE <= s.bottom - edge <= _ABOVE * s.size
    ]
    if not near:
        return []
    lowest = min(near, key=lambda s: s.bottom)
    return sorted((s for s in near if _on_one_line(lowest, s)), key=lambda s: s.left)


def _is_over(above: Sequence[Segment], rows: Sequence[list[Segment]]) -> bool:
    """Whether a line names the columns of the rows below it, which have lines between them."""
    if len(above) < _FEWEST_COLUMNS or any(map(_has_digit, (s.text for s in above))):
        return False
    widest = max(rows, key=len)
    if len(above) > len(widest) or len(above) * 2 <= len(widest):
        return False
    if len(_borders([list(above), *rows], _BAND_GUTTER)) < len(widest) - 1:
        return False
    return _is_bolder(above, [s for row in rows for s in row]) or not _may_be_names(rows)


def _may_be_names(rows: Sequence[list[Segment]]) -> bool:
    """Whether the first row has no figures where those below have some, or is in bold print."""
    first, below = rows[0], [s for row in rows[1:] for s in row]
    if _is_bolder(first, below):
        return True
    figured = [s for s in below if _has_digit(s.text)]
    return not any(_has_digit(s.text) for s in first) or not figured


def _is_bolder(first: Sequence[Segment], below: Sequence[Segment]) -> bool:
    return all(s.bold for s in first) and not all(s.bold for s in below)


def _names_above(
    segments: Sequence[Segment],
    columns: Sequence[float],
    cells: Sequence[Box],
    inside: Sequence[Segment],
) -> list[Segment]:
    """The line above a table with lines, if its pieces stand each over a column of their own."""
    taken = {id(s) for s in inside}
    free = [s for s in segments if id(s) not in taken]
    top = max(box[3] for box in cells)
    above = _line_above(free, columns[0] - _EDGE, columns[-1] + _EDGE, top)
    over = [_column_of(s, columns) for s in above]
    width = len(columns) - 1
    fits = -1 not in over and len(set(over)) == len(over) > width / 2 and len(over) > 1
    return above if fits else []


def _column_of(segment: Segment, columns: Sequence[float]) -> int:
    """The index of the column that a segment stands in; -1 where it is in several."""
    first = bisect_right(columns, segment.left + _EDGE) - 1
    last = bisect_right(columns, segment.right - _EDGE) - 1
    return first if first == last else -1


def _needs_names(rows: Sequence[_Row], above: Sequence[Segment], inside: Sequence[Segment]) -> bool:
    """Whether a line above a table with lines names its columns, which its first row does not."""
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


def _holds(grid: Sequence[Box], segment: Segment) -> bool:
    x = min(segment.left + _EDGE, segment.right)
    y = segment.middle
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in grid)


def _lines(values: Sequence[float]) -> list[float]:
    """Different values in order, those that are almost the same once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _EDGE:
            found.append(value)
    return found


def _ruled_rows(
    grid: Sequence[Box], columns: Sequence[float], segments: Sequence[Segment]
) -> list[_Row]:
    """The rows of a table with lines, from the top; a merged cell is in all that it covers."""
    if not grid:
        return []
    heights = _lines([box[1] for box in grid] + [box[3] for box in grid])
    texts: dict[tuple[int, int], list[Segment]] = {}
    for segment in segments:
        borders = sorted(box[0] for box in grid if box[1] <= segment.middle <= box[3])[1:]
        for part in _split(segment, borders):
            cell = _cell_of(grid, part)
            if cell is not None:
                place = (_index(heights, cell[3]), _index(columns, cell[0]))
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
    fill_merged(cells, _spans(grid, columns, heights))
    return [
        _Row(row[::-1] if backwards else row, heights[number - 1], heights[number])
        for number, row, keep in zip(numbers, cells, filled, strict=True)
        if keep
    ]


def _spans(grid: Sequence[Box], columns: Sequence[float], heights: Sequence[float]) -> list[Span]:
    """The merged cells of a table with lines, rows counted from the top."""
    top = len(heights) - 1
    spans: list[Span] = []
    for left, bottom, right, above in grid:
        first = (top - _index(heights, above), _index(columns, left))
        last = (top - _index(heights, bottom) - 1, _index(columns, right) - 1)
        if first != last:
            spans.append((first, last))
    return spans


def _has_columns(parts: Sequence[Segment]) -> bool:
    """Whether a cell holds several rows of cells: then lines do not divide all rows."""
    return sum(_pieces(line) > 1 for line in _cell_lines(parts)) >= _INNER_ROWS


def _index(values: Sequence[float], value: float) -> int:
    return min(range(len(values)), key=lambda n: abs(values[n] - value))


def _cell_of(grid: Sequence[Box], part: Segment) -> Box | None:
    x, y = min(part.left + _EDGE, part.right), part.middle
    around = [b for b in grid if b[0] - _EDGE <= x <= b[2] and b[1] - _EDGE <= y <= b[3] + _EDGE]
    return min(around, key=lambda b: (b[2] - b[0]) * (b[3] - b[1])) if around else None


def _split(segment: Segment, borders: Sequence[float]) -> Iterator[Segment]:
    """The parts of a segment that runs over the borders of columns."""
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
    """The words of a cell, line by line."""
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
    """The parts of a cell on one line together, from its top."""
    lines: list[list[Segment]] = []
    for part in sorted(parts, key=lambda s: -s.middle):
        if lines and _on_one_line(max(lines[-1], key=lambda s: s.size), part):
            lines[-1].append(part)
        else:
            lines.append([part])
    return lines


def _on_one_line(first: Segment, second: Segment) -> bool:
    shared = min(first.top, second.top) - max(first.bottom, second.bottom)
    height = min(first.top - first.bottom, second.top - second.bottom)
    return shared > _ONE_LINE * height


def _right_to_left(segments: Sequence[Segment]) -> bool:
    """Whether most of the letters are written from right to left."""
    letters = [letter for segment in segments for letter in segment.text if letter.isalpha()]
    backwards = sum(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in letters)
    return backwards * 2 > len(letters)


def _is_table(rows: Sequence[_Row]) -> bool:
    """Whether rows are those of a table, not a drawing or a text in boxes."""
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
    inside: Sequence[Segment],
    before: Names,
    number: int,
) -> tuple[list[Segment], Names]:
    """A segment for each row, with the names of its columns, and those names."""
    cells = [row.cells for row in rows]
    names, body = _names(cells, edges, before)
    size = median(s.size for s in inside)
    left, right = min(s.left for s in inside), max(s.right for s in inside)
    made = []
    for row in rows[len(rows) - body :]:
        line = row_line(names, row.cells) if names else plain_line(row.cells)
        made.append(
            Segment(line, left, right, row.bottom, row.top, size, False, math.nan, table=number)
        )
    return made, Names(tuple(names), edges)


def _names(
    cells: Sequence[Sequence[str]], edges: tuple[float, ...], before: Names
) -> tuple[Sequence[str], int]:
    """The names of the columns, and how many rows at the end are not such names."""
    goes_on = len(before.edges) == len(edges) and all(
        abs(a - b) <= _SAME_COLUMN for a, b in zip(before.edges, edges, strict=True)
    )
    depth = 0 if _pairs(cells) else header_rows(cells) or int(first_row_names(cells))
    named = column_names(joined_names(filled_groups(cells[:depth]))) if depth else ()
    if goes_on and before.cells and before.cells in (tuple(cells[0]), tuple(named)):
        return before.cells, len(cells) - max(depth, 1)
    if depth:
        return list(named), len(cells) - depth
    if goes_on and before.cells:
        return before.cells, len(cells)
    return [], len(cells)


def _pairs(cells: Sequence[Sequence[str]]) -> bool:
    """Whether each row is a name and its value, as in a form."""
    return all(len(row) == 2 for row in cells) and sum(row[0].endswith(":") for row in cells) > 1


def with_unruled_tables(rows: Sequence[list[Segment]]) -> Iterator[list[Segment]]:
    """The lines of a block with each row of its tables without lines as one segment.

    A table is several lines below each other between whose words the same gaps stay free, and
    whose first line names the columns.
    """
    start = 0
    number = _FIRST_UNRULED
    while start < len(rows):
        end = _table_end(rows, start)
        block = rows[start:end]
        made = None
        if len(block) >= _UNRULED_ROWS:
            made = _unruled(block, number)
        elif _are_names_and_values(block):
            made = _unruled(block, number, names=1)
        if made is None:
            yield rows[start]
            start += 1
            continue
        number += 1
        yield from ([segment] for segment in made)
        start = end


def _are_names_and_values(rows: Sequence[list[Segment]]) -> bool:
    """Whether two lines are the names of several columns and a single row below them."""
    if len(rows) != _FEWEST_ROWS:
        return False
    names, values = rows
    if _pieces(names) != _pieces(values) or _pieces(names) < _OF_ONE_ROW:
        return False
    figures = sum(_has_digit(s.text) for s in values)
    return not any(_has_digit(s.text) for s in names) and figures * 2 >= len(values)


def _table_end(rows: Sequence[list[Segment]], start: int) -> int:
    """The index after the last line that may belong to a table that begins at `start`."""
    end = start
    first = min(s.left for s in rows[start])
    while end < len(rows):
        row = rows[end]
        indented = end > start and min(s.left for s in row) > first + _INDENT * row[0].size
        continues = indented and len(row) == 1 and not row[0].table and not row[0].apart
        if not (_has_cells(row) or continues) or (end > start and not _near(rows, end)):
            break
        end += 1
    return end


def _has_cells(row: Sequence[Segment]) -> bool:
    if any(s.table or s.apart for s in row):
        return False
    ordered = sorted(row, key=lambda s: s.left)
    return any(b.left - a.right > _WIDE * a.size for a, b in pairwise(ordered))


def _near(rows: Sequence[list[Segment]], end: int) -> bool:
    """Whether a line is not much further below the one before than a line of its print is."""
    step = rows[end - 1][0].middle - rows[end][0].middle
    height = max(s.top - s.bottom for s in (*rows[end - 1], *rows[end]))
    return 0 < step <= _ROW_STEP * height


def _unruled(rows: Sequence[list[Segment]], number: int, *, names: int = 0) -> list[Segment] | None:
    """A segment for each row of a table without lines; None where the lines are no table.

    `names` is how many of the first lines surely name the columns.
    """
    borders = _borders(rows, _BAND_GUTTER if names else _GUTTER)
    if not max(map(_pieces, rows)) <= len(borders) + 1 <= _MOST_COLUMNS:
        return None
    steps = [a[0].middle - b[0].middle for a, b in pairwise(rows)]
    usual = median(steps)
    found: list[_Row] = []
    for index, row in enumerate(rows):
        parts: list[list[Segment]] = [[] for _ in range(len(borders) + 1)]
        for segment in sorted(row, key=lambda s: s.left):
            for part in _split(segment, borders):
                parts[bisect_right(borders, part.left + 1)].append(part)
        cells = [_cell_text(each) for each in parts]
        bottom, top = min(s.bottom for s in row), max(s.top for s in row)
        goes_on = index and not cells[0] and _goes_on(found[-1], cells, steps[index - 1], usual)
        if goes_on or 0 < index < names:
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
    before = Names(tuple(texts[0]), ()) if names else Names()  # as if they stood overleaf
    made, _ = _row_segments(found, (), inside, before, number)
    return made


def _is_prose(column: Sequence[str]) -> bool:
    """Whether the cells of a column are as long as lines of a text."""
    widths = [
        sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)
        for cell in column
        if cell
    ]
    return bool(widths) and median(widths) > _PROSE


def _is_named(rows: Sequence[list[Segment]], texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first line of a table without lines names its columns.

    It has to stand above numbers, or in bold print: in a form, the first label and its value are
    no names of what stands below them.
    """
    names = [cell for cell in texts[0] if cell]
    if any(name.endswith(":") for name in names) or not first_row_names(texts):
        return False
    is_bold = all(s.bold for s in rows[0]) and not all(s.bold for row in rows[1:] for s in row)
    return is_bold or (len(names) * 2 > len(texts[0]) and _stands_above_numbers(texts))


def _stands_above_numbers(texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first row has no digits, but a column has them in all of its cells below."""
    if any(map(_has_digit, texts[0])):
        return False
    for column, name in enumerate(texts[0]):
        below = [row[column] for row in texts[1:] if any(map(str.isalnum, row[column]))]
        if name and len(below) > 1 and all(map(_has_digit, below)):
            return True
    return False


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _pieces(row: Sequence[Segment]) -> int:
    """How many cells a line surely has."""
    ordered = sorted(row, key=lambda s: s.left)
    return 1 + sum(b.left - a.right > _WIDE * a.size for a, b in pairwise(ordered))


def _goes_on(before: _Row, cells: Sequence[str], step: float, usual: float) -> bool:
    """Whether a line holds the rest of cells of the row above."""
    filled = [n for n, cell in enumerate(cells) if cell]
    return step < _CONTINUED * usual and all(before.cells[n] for n in filled)


def _borders(rows: Sequence[list[Segment]], gutter: float) -> list[float]:
    """The places between columns: no word of any row stands there."""
    size = median(s.size for row in rows for s in row)
    words = sorted(word for row in rows for s in row for word in _words(s))
    borders: list[float] = []
    reach = words[0][1]
    for left, right in words[1:]:
        if left - reach > gutter * size:
            borders.append(left - _EDGE / 2)
        reach = max(reach, right)
    return borders


def _words(segment: Segment) -> Iterator[tuple[float, float]]:
    """(left, right) of each word of a segment."""
    starts = segment.starts or (segment.left,)
    for left, following in pairwise(starts):
        yield left, following - _SPACE * segment.size
    yield starts[-1], segment.right
