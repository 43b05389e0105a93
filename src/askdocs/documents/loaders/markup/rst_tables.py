"""Simple tables and grid tables of reStructuredText as rows with column names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from askdocs.documents.loaders.tables.cells import MergedCell, clean
from askdocs.documents.loaders.tables.text_tables import DrawnTable, write

_BORDER = re.compile(r" *=+(?: +=+)+ *")  # of a simple table
_SPANS = re.compile(r" *-+(?: +-+)* *")  # under group names of columns
_GRID_BORDER = re.compile(r" *\+(?:-+\+)+ *")
_GRID_LINE = re.compile(r" *[+|].*[+|] *")
_GRID_HEADER = re.compile(r" *\+(?:=+\+)+ *")
_CODE = re.compile(r"\s*\.\. (?:code|code-block|sourcecode|parsed-literal|highlight)::")
_CAPTIONED = re.compile(r"\s*\.\. table::")
_FARTHEST = 50  # lines above an indented table that are searched for its directive

_Spans = Sequence[tuple[int, int]]


def with_rows(text: str) -> str:
    """The text with each table row on one line. The number of lines stays the same."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        table, last = None, number
        if _BORDER.fullmatch(lines[number]) and not _is_literal(lines, number):
            table = _simple_table(lines, number)
        elif _GRID_BORDER.fullmatch(lines[number]):
            last = _grid_end(lines, number)
            table = None if _is_literal(lines, number) else _grid_table(lines, number, last)
        if table:
            write(lines, table)
        number = (table.last if table else last) + 1
    return "\n".join(lines)


def _is_literal(lines: Sequence[str], number: int) -> bool:
    """Whether a line is in a code block or another literal block."""
    indent = _indent(lines[number])
    if not indent:
        return False
    for above in reversed(lines[max(number - _FARTHEST, 0) : number]):
        if above.strip() and _indent(above) < indent:
            literal = above.rstrip().endswith("::") and not _CAPTIONED.match(above)
            return literal or bool(_CODE.match(above))
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _simple_table(lines: Sequence[str], first: int) -> DrawnTable | None:
    """The table that begins with a border "=====  ====="; None if it is not a table."""
    spans = _border_spans(lines[first])
    rows: list[list[str]] = []
    starts: list[int] = []
    header = 0
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if _BORDER.fullmatch(line):
            if _border_spans(line)[0] != spans[0] or len(_border_spans(line)) != len(spans):
                return None
            if number + 1 == len(lines) or not lines[number + 1].strip():
                return DrawnTable(first, number, rows, starts, header or None) if rows else None
            if header or not rows:
                return None
            header = len(rows)
        elif line.strip() and not (rows and _is_group_underline(line, spans)):
            under = lines[number + 1] if number + 1 < len(lines) else ""
            grouped = _is_group_underline(under, spans)
            cells = (
                _split_group_cells(line, _border_spans(under), spans)
                if grouped
                else _split_cells(line, spans)
            )
            if cells is None:
                return None
            if cells[0] or grouped or not rows or len(rows) == header:
                rows.append(["" if cell == "\\" else cell for cell in cells])
                starts.append(number)
            else:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
    return None


def _is_group_underline(line: str, spans: _Spans) -> bool:
    """Whether a line "-----------  -----" underlines cells that span several columns."""
    if not _SPANS.fullmatch(line):
        return False
    starts, ends = zip(*spans, strict=True)
    groups = _border_spans(line)
    exact = all(start in starts and end in ends for start, end in groups)
    return exact and len(groups) < len(spans)


def _border_spans(border: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"[=-]+", border)]


def _split_cells(line: str, spans: _Spans) -> list[str] | None:
    """The cells of a line; None if text is between two columns. The last cell may be longer."""
    if any(line[end:start].strip() for (_, end), (start, _) in pairwise(spans)):
        return None
    if line[: spans[0][0]].strip():
        return None
    ends = [end for _, end in spans[:-1]]
    return [
        clean(line[start:end]) for (start, _), end in zip(spans, [*ends, len(line)], strict=True)
    ]


def _split_group_cells(line: str, groups: _Spans, spans: _Spans) -> list[str]:
    """The cells of a line whose cells span the columns of `groups`."""
    row: list[str] = []
    for start, end in spans:
        group = next(((a, b) for a, b in groups if a <= start and end <= b), (start, end))
        words = clean(line[slice(*group)])
        row.append(words if group[0] == start else MergedCell(words))
    return row


def _grid_end(lines: Sequence[str], first: int) -> int:
    """The last of the consecutive lines from `first` that begin and end with "+" or "|"."""
    last = first
    while last + 1 < len(lines) and _GRID_LINE.fullmatch(lines[last + 1]):
        last += 1
    return last


def _grid_table(lines: Sequence[str], first: int, last: int) -> DrawnTable | None:
    """The table that begins with a border "+---+---+"; None if it is not a table."""
    table_lines = [line.rstrip() for line in lines[first : last + 1]]
    if len({len(line) for line in table_lines}) > 1 or not _GRID_BORDER.fullmatch(table_lines[-1]):
        return None
    edges = [line for line in table_lines if line.lstrip()[:1] == "+" or "+-" in line]
    corners = sorted({found.start() for line in edges for found in re.finditer(r"\+", line)})
    bands, starts, header = _grid_rows(table_lines, list(pairwise(corners)))
    if not bands:
        return None
    rows: list[list[str]] = []
    for band in bands:
        row: list[str] = []
        for column, cell in enumerate(band):
            words = clean(" ".join(cell))
            row.append(MergedCell(words) if column and band[column - 1] is cell else words)
        rows.append(row)
    return DrawnTable(first, last, rows, [first + start for start in starts], header or None)


_Band = list[list[str]]  # the texts of the cells of a row; merged cells are one list


def _grid_rows(table_lines: Sequence[str], columns: _Spans) -> tuple[list[_Band], list[int], int]:
    """(the rows between the borders of a grid, their first lines, the number of header rows)."""
    bands: list[_Band] = []
    starts: list[int] = []
    header = 0
    above: _Band = []
    is_new = [True] * len(columns)  # whether a border closed the cell above
    open_band = False
    for number, line in enumerate(table_lines):
        closed = [set(line[left + 1 : right]) <= {"-", "="} for left, right in columns]
        if line.lstrip()[:1] == "+" or ("+-" in line and any(closed)):
            header = len(bands) if _GRID_HEADER.fullmatch(line) else header
            is_new, open_band = closed, False
        elif not open_band:
            open_band = True
            band: _Band = []
            for column, (left, _) in enumerate(columns):
                merged = column and line[left] != "|"
                if merged:
                    band.append(band[-1])
                else:
                    band.append([] if is_new[column] or not above else above[column])
            bands.append(band)
            starts.append(number)
            above = band
        if not (line.lstrip()[:1] == "+" and all(closed)) and bands:
            _add_line(bands[-1], line, columns, closed)
    return bands, starts, header


def _add_line(band: _Band, line: str, columns: _Spans, closed: Sequence[bool]) -> None:
    """Add the content of a line to the cells of a row."""
    column = 0
    while column < len(columns):
        end = column
        while end + 1 < len(columns) and band[end + 1] is band[column]:
            end += 1
        if not closed[column]:
            band[column].append(line[columns[column][0] + 1 : columns[end][1]])
        column = end + 1
