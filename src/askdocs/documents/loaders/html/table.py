"""HTML tables as rows of cells. The text of a spanning cell is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Set

from selectolax.lexbor import LexborNode

from askdocs.documents.loaders.html.inline import IsSkipped, inline_text
from askdocs.documents.loaders.tables.cells import MergedCell
from askdocs.documents.loaders.tables.columns import join_symbol_columns

_SPAN_LIMIT = 100
_CELL_LIMIT = 1500  # characters; a table with a longer cell is a layout table
_SHORT = 300  # characters of a cell in a data row
_WIDE = 12  # the most cells of a data row
_NO_ROW = "table, h1, h2, h3, h4, h5, h6, p + p"
_PROSE = "h1, h2, h3, h4, h5, h6, article, section, form"


def is_data_table(table: LexborNode) -> bool:
    """Whether a table contains data. Otherwise it is a layout table."""
    if (table.attributes.get("role") or "").lower() in {"presentation", "none"}:
        return False
    if len(table.css("table")) > 1 or table.css_first(_PROSE) is not None:
        return False
    cells = table.css("td, th")
    return len(cells) > 1 and all(len(cell.text()) < _CELL_LIMIT for cell in cells)


def table_rows(table: LexborNode, is_skipped: IsSkipped) -> tuple[str, list[list[str]], int | None]:
    """(caption, rows, number of header rows; None if the table does not define it)."""
    rows: list[list[str]] = []
    caption, header, open_header = "", 0, True
    named: set[int] = set()  # columns that have a name
    from_above: dict[
        int, tuple[int, str]
    ] = {}  # column → (rows still to fill, text), from rowspans
    for node in _rows_and_caption(table):
        if node.tag == "caption":
            caption = inline_text(node, is_skipped)
            continue
        if is_skipped(node):
            continue
        cells = [cell for cell in node.iter() if cell.tag in {"td", "th"} and not is_skipped(cell)]
        row = _row_texts(cells, from_above, is_skipped, repeat=open_header, named=named)
        if not any(row):
            continue
        in_head = node.parent is not None and node.parent.tag == "thead"
        open_header = open_header and (in_head or all(cell.tag == "th" for cell in cells))
        if open_header and len(set(filter(None, row))) == 1 and not rows:
            caption = caption or next(filter(None, row))  # a title over the whole width
            continue
        if open_header:
            header += 1
            named |= {column for column, cell in enumerate(row) if cell}
        rows.append(row)
    rows = join_symbol_columns(rows)
    return caption, rows, header or (0 if _has_row_names(table) else None)


def is_data_row(row: LexborNode) -> bool:
    """Whether a row of a layout table is a data row: a name and its value, or short values."""
    cells = [cell for cell in row.iter() if cell.tag in {"td", "th"}]
    if not 2 <= len(cells) <= _WIDE or row.css_first(_NO_ROW) is not None:
        return False
    return all(len(cell.text()) < _SHORT for cell in cells)


def row_cells(row: LexborNode, is_skipped: IsSkipped) -> list[str]:
    """The texts of a row's cells."""
    cells = [cell for cell in row.iter() if cell.tag in {"td", "th"} and not is_skipped(cell)]
    return _row_texts(cells, {}, is_skipped, repeat=False)


def _rows_and_caption(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag in {"tr", "caption"}:
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from (row for row in child.iter() if row.tag == "tr")


def _row_texts(
    cells: list[LexborNode],
    from_above: dict[int, tuple[int, str]],
    is_skipped: IsSkipped,
    *,
    repeat: bool,
    named: Set[int] = frozenset(),
) -> list[str]:
    """The texts of a row. A spanning cell is repeated if it or its columns have names."""
    row: list[str] = []

    def fill_from_above() -> None:
        while len(row) in from_above:
            left, text = from_above.pop(len(row))
            if left > 1:
                from_above[len(row)] = (left - 1, text)
            row.append(text)

    for cell in cells:
        fill_from_above()
        text = inline_text(cell, is_skipped)
        down, across = _span_of(cell, "rowspan"), _span_of(cell, "colspan")
        for offset in range(across):
            if down > 1:
                from_above[len(row)] = (down - 1, text)
            if offset and len(row) in named and not (repeat and cell.tag == "th"):
                row.append(MergedCell(text))
            else:
                row.append(text if offset == 0 or (repeat and cell.tag == "th") else "")
    fill_from_above()
    return row


def _span_of(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return max(1, min(int(value), _SPAN_LIMIT)) if value.isdecimal() and len(value) < 9 else 1


def _has_row_names(table: LexborNode) -> bool:
    return table.css_first("th") is not None
