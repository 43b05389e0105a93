"""Tables of AsciiDoc, between lines "|===", as rows with column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from askdocs.documents.loaders.tables.cells import MergedCell, clean
from askdocs.documents.loaders.tables.text_tables import DrawnTable, write

_DELIMITER = re.compile(r"\|={3,}\s*")
_FENCE = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|```\w*)\s*")
_ATTRIBUTES = re.compile(r"\[.*\]\s*")
_CAPTION = re.compile(r"\.\w.*")
_COLUMNS = re.compile(r"cols\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^,\]]*))")
_HEADER = re.compile(r"%header\b|\b(?:options?|opts)\s*=[^\]]*?\bheader\b")
_NO_HEADER = re.compile(r"\bnoheader\b")
_OTHER_FORMAT = re.compile(r"\b(?:format|separator)\s*=")
_BAR = re.compile(r"(?<!\\)\|")
# The specifier before the bar of a cell: its column and row span, alignment and style.
_SPEC = re.compile(
    r"(?:^|(?<=\s))(?:(?P<columns>\d{1,2})?(?:\.(?P<rows>\d{1,2}))?(?P<sign>[+*]))?"
    r"[<^>]?(?:\.[<^>])?[ademhlsv]?$"
)
_MOST_COLUMNS = 200


@dataclass(slots=True)
class _Cell:
    line: int
    columns: int
    rows: int
    text: list[str]


def with_rows(text: str) -> str:
    """The text with each table row on one line. The number of lines stays the same."""
    lines = text.split("\n")
    for table in list(_find_tables(lines)):
        write(lines, table)
    return "\n".join(lines)


def _find_tables(lines: Sequence[str]) -> Iterator[DrawnTable]:
    fence = ""
    begun: int | None = None
    for number, line in enumerate(lines):
        if begun is not None:
            if line.strip() == lines[begun].strip():
                table = _parse_table(lines, begun, number)
                begun = None
                if table:
                    yield table
        elif fence:
            fence = "" if line.strip() == fence else fence
        elif _FENCE.fullmatch(line):
            fence = line.strip()[:3] if line.startswith("```") else line.strip()
        elif _DELIMITER.fullmatch(line):
            begun = number


def _parse_table(lines: Sequence[str], begun: int, last: int) -> DrawnTable | None:
    """The table between two delimiters; None if its format is not supported."""
    first, attributes = _attributes(lines, begun)
    if _OTHER_FORMAT.search(attributes):
        return None
    inner = [("" if line.startswith("//") else line) for line in lines[begun + 1 : last]]
    cells = list(_parse_cells(inner, begun + 1))
    filled = [number for number, line in enumerate(inner) if line.strip()]
    if not cells or not filled:
        return None
    columns = _column_count(attributes) or sum(
        cell.columns for cell in cells if cell.line == begun + 1 + filled[0]
    )
    if not 0 < columns <= _MOST_COLUMNS:
        return None
    rows, starts = _arrange_rows(cells, columns)
    # A first row directly below the delimiter, followed by an empty line, is the header.
    on_one_line = sum(cell.columns for cell in cells if cell.line == begun + 1) == columns
    implied = on_one_line and len(inner) > 1 and not inner[1].strip()
    header = 1 if implied or _HEADER.search(attributes) else None
    header = 0 if _NO_HEADER.search(attributes) else header
    return DrawnTable(first, last, rows, starts, header)


def _attributes(lines: Sequence[str], begun: int) -> tuple[int, str]:
    """The first line of a table, and its attributes, which are above the delimiter."""
    first, attributes = begun, ""
    for number in range(begun - 1, max(begun - 4, -1), -1):
        if _ATTRIBUTES.fullmatch(lines[number]):
            attributes += lines[number]
            if first == number + 1:
                first = number
        elif not _CAPTION.fullmatch(lines[number]):
            break
    return first, attributes


def _column_count(attributes: str) -> int:
    """The number of columns in `cols`: 3 for "1,2,1" and for "3*"; 0 without `cols`."""
    found = _COLUMNS.search(attributes)
    if not found:
        return 0
    named = next(filter(None, found.groups()), "")
    times = [re.match(r"\s*(\d{1,3})\*", spec) for spec in re.split("[,;]", named)]
    return sum(int(spec[1]) if spec else 1 for spec in times)


def _parse_cells(inner: Sequence[str], first: int) -> Iterator[_Cell]:
    """The cells of a table in order, each with all its lines."""
    cell, times = None, 1
    for number, line in enumerate(inner, first):
        pieces = _BAR.split(line)
        for index, piece in enumerate(pieces):
            spec = _SPEC.search(piece) if index < len(pieces) - 1 else None
            words = piece[: spec.start()] if spec else piece
            if cell:
                cell.text.append(words)
            if index == len(pieces) - 1:
                continue
            if cell:
                yield from [cell] * times
            cell, times = _Cell(number, 1, 1, []), 1
            if spec and spec["sign"] == "+":
                cell.columns, cell.rows = int(spec["columns"] or 1), int(spec["rows"] or 1)
            elif spec and spec["sign"]:
                times = int(spec["columns"] or 1)
    if cell:
        yield from [cell] * times


def _arrange_rows(cells: Sequence[_Cell], columns: int) -> tuple[list[list[str]], list[int]]:
    """The rows of a table, and the lines on which they begin."""
    rows: list[list[str]] = []
    starts: list[int] = []
    row: list[str] = []
    above: dict[int, tuple[str, int]] = {}  # column → (text from above, rows still to fill)
    for cell in cells:
        _fill_from_above(row, above)
        if len(rows) == len(starts):
            starts.append(cell.line)
        words = clean(" ".join(cell.text).replace("\\|", "|"))
        for index in range(min(cell.columns, columns)):
            if cell.rows > 1:
                above[len(row)] = (words, cell.rows - 1)
            row.append(MergedCell(words) if index else words)
        _fill_from_above(row, above)
        if len(row) >= columns:
            rows.append(row)
            row = []
    return ([*rows, row] if row else rows), starts


def _fill_from_above(row: list[str], above: dict[int, tuple[str, int]]) -> None:
    """Fill the next columns of a row with the cells that span into it from above."""
    while len(row) in above:
        column = len(row)
        words, left = above.pop(column)
        if left > 1:
            above[column] = (words, left - 1)
        row.append(words)
