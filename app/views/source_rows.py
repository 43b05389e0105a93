"""Rows such as "Name: Ada; Year: 1843" as tables. The text of the cells is exact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from .marked_text import MarkedText

_LONGEST_NAME = 80  # characters of a column's name
_LONGEST_LABEL = 40  # of the only name in its row
_MOST_FIELDS = 100_000  # rows times columns: a larger table with mostly empty cells is not rendered
_LABEL = re.compile(rf"[^.!?:]{{1,{_LONGEST_LABEL}}}")  # of a row, before its named cells
_FEW_ROWS = 4  # up to this number, a name that occurs in one row is accepted


@dataclass(frozen=True, slots=True)
class Cell:
    """The value `text[start:end]` of the column `name`, which is "" for the label of a row."""

    name: str
    start: int
    end: int


Line = tuple[int, int]  # from its first character to its line end


def has_cells(line: str) -> bool:
    """Whether a line may be a row of a table."""
    return " | " in line or bool(_cells(line, 0, len(line)))


def is_table(text: str, lines: Sequence[Line], *, is_sheet: bool) -> bool:
    """Whether lines are rows: of named columns, of cells between "|", or labels with values."""
    words = [text[start:end] for start, end in lines]
    if all(" | " in each for each in words) and len(lines) > 1:
        return True
    rows = _rows(text, lines)
    if any(not row for row in rows) or (len(lines) < 2 and not is_sheet):
        return False
    if all(len(row) == 1 for row in rows):
        return all(len(row[0].name) <= _LONGEST_LABEL for row in rows) and len(lines) > 1
    names = Counter(cell.name for row in rows for cell in row if cell.name)
    has_labels = any(not cell.name for row in rows for cell in row)
    return is_sheet or (len(names) + has_labels > 1 and names.total() > len(names))


def table(
    marked: MarkedText,
    lines: Sequence[Line],
    numbers: Sequence[int | None] = (),
    words: Callable[[int, int], str] | None = None,
) -> str:
    """The lines as a table.

    `numbers` has the row numbers in the file, if there are any. `words` renders a cell.
    """
    text = marked.text
    words = words or marked.html
    rows = _rows(text, lines)
    if all(row and len(row) == 1 for row in rows) and len({row[0].name for row in rows}) > 1:
        body = "".join(
            f'<tr data-at="{start}"><th scope="row" dir="auto">{escape(row[0].name)}</th>'
            f"<td>{words(row[0].start, row[0].end)}</td></tr>"
            for (start, _), row in zip(lines, rows, strict=True)
        )
        return _framed(f'<table class="labels"><tbody>{body}</tbody></table>')
    if not all(rows) or len({cell.name for row in rows for cell in row}) * len(rows) > _MOST_FIELDS:
        return _framed(f"<table><tbody>{_bare_rows(marked, lines)}</tbody></table>")
    names = _columns(rows)
    numbered = any(numbers)
    head = '<th scope="col" class="row" data-i18n>Row</th>' if numbered else ""
    head += "".join(
        f'<th scope="col" dir="auto">{escape(name)}</th>' if name else "<td></td>" for name in names
    )
    body = ""
    for at, ((start, _), row) in enumerate(zip(lines, rows, strict=True)):
        body += f'<tr data-at="{start}">'
        if numbered:
            body += f'<th scope="row" class="row">{numbers[at] or ""}</th>'
        for name in names:
            values = [words(c.start, c.end) for c in row if c.name == name]
            tag = "td" if name else 'th scope="row"'
            body += f'<{tag} dir="auto">{"; ".join(values)}</{tag[:2]}>'
        body += "</tr>"
    return _framed(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _framed(content: str) -> str:
    return f'<div class="table" tabindex="0" role="region" aria-label="Table">{content}</div>'


def _bare_rows(marked: MarkedText, lines: Sequence[Line]) -> str:
    body = ""
    for start, end in lines:
        body += f'<tr data-at="{start}">'
        at = start
        for cell in marked.text[start:end].split(" | "):
            body += f'<td dir="auto">{marked.html(at, at + len(cell))}</td>'
            at += len(cell) + len(" | ")
        body += "</tr>"
    return body


def _rows(text: str, lines: Sequence[Line]) -> list[list[Cell]]:
    """The cells of each line; an empty row if a line has no named cell."""
    rows = [_cells(text, start, end) for start, end in lines]
    counts = Counter(cell.name for row in rows for cell in row)
    if len(lines) <= _FEW_ROWS:
        return rows
    common = {name for name, count in counts.items() if count > 1}
    return [_joined(row, common) for row in rows]


def _cells(text: str, start: int, end: int) -> list[Cell]:
    cells: list[Cell] = []
    at = start
    for piece in text[start:end].split("; "):
        name, colon, value = piece.partition(": ")
        stop = at + len(piece)
        if colon and value.strip() and 0 < len(name) <= _LONGEST_NAME:
            cells.append(Cell(name.strip(), stop - len(value), stop))
        elif cells and cells[-1].name:
            cells[-1] = Cell(cells[-1].name, cells[-1].start, stop)
        elif cells or not _LABEL.fullmatch(piece):
            return []
        else:
            cells.append(Cell("", at, stop))
        at = stop + len("; ")
    return cells if any(cell.name for cell in cells) else []


def _joined(row: Sequence[Cell], names: set[str]) -> list[Cell]:
    """The row. A name that no other row has is added to the value before it."""
    joined: list[Cell] = []
    for cell in row:
        if joined and cell.name not in names:
            joined[-1] = Cell(joined[-1].name, joined[-1].start, cell.end)
        else:
            joined.append(cell)
    return joined


def _columns(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The names of all columns in order, also of those that a row leaves out."""
    names: list[str] = []
    for row in rows:
        place = 0
        for cell in row:
            if cell.name not in names:
                names.insert(place, cell.name)
            place = names.index(cell.name) + 1
    return names
