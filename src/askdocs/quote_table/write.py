"""A table of quotes as CSV, as a spreadsheet and as HTML."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from html import escape
from pathlib import Path

from askdocs.errors import ConfigError
from askdocs.output.exports import embedded
from askdocs.output.marks import Mark, link
from askdocs.quote_table.fill import Cell, QuoteTable

NOT_SAID = "not said"
PERHAPS = "perhaps: "
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets
_MOST_LETTERS = 32_000  # of a cell of a spreadsheet
Link = Callable[[str, str], str]


def write_table(table: QuoteTable, path: Path, *, link_to: Link) -> None:
    """Write a table in the format that the suffix names.

    Args:
        table: The table.
        path: A file ending in .csv, .xlsx or .html.
        link_to: Gives an address for a source and a fragment of the page's address.

    Raises:
        ConfigError: The suffix is none of these.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".html": _write_html}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ConfigError(f"{path} should end in .csv, .xlsx, .html or .json.")
    writer(table, path, link_to)


def cell_text(cell: Cell | None) -> str:
    """The words of a cell with their places, or that nothing is said."""
    if cell is None or not cell.quotes:
        return NOT_SAID
    words = " ".join(
        f"“{quote['quote']}”" + (f" ({quote['place']})" if quote.get("place") else "")
        for quote in cell.quotes
    )
    return PERHAPS + words if cell.state == "perhaps" else words


def cell_link(cell: Cell, link_to: Link) -> str:
    """The address of the first quote of a cell."""
    first = cell.quotes[0]
    mark = Mark(int(first["start"]), int(first["end"]), str(first["hash"]))
    return link_to(cell.source, link(cell.source, [mark]))


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_csv(table: QuoteTable, path: Path, link_to: Link) -> None:
    del link_to
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["document", *map(_plain, table.questions)])
        for source in table.sources:
            cells = (table.cells.get((source, question)) for question in table.questions)
            writer.writerow([_plain(source), *(_plain(cell_text(cell)) for cell in cells)])


def _write_xlsx(table: QuoteTable, path: Path, link_to: Link) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Quotes"
    sheet.append(["document", *map(_plain, table.questions)])
    for number, source in enumerate(table.sources, 2):
        sheet.cell(number, 1, _plain(source))
        for column, question in enumerate(table.questions, 2):
            cell = table.cells.get((source, question))
            text = ILLEGAL_CHARACTERS_RE.sub("", _plain(cell_text(cell)))[:_MOST_LETTERS]
            written = sheet.cell(number, column, text)
            written.alignment = Alignment(wrap_text=True, vertical="top")
            if cell is not None and cell.quotes:
                written.hyperlink = cell_link(cell, link_to)
    for head in sheet[1]:
        head.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for column in range(2, len(table.questions) + 2):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = 60
    book.save(path)


def _write_html(table: QuoteTable, path: Path, link_to: Link) -> None:
    head = "".join(f"<th>{escape(question)}</th>" for question in table.questions)
    rows = "".join(_html_row(table, source, link_to) for source in table.sources)
    answers = [dict(cell.answer) for source in table.sources for cell in table.row(source)]
    path.write_text(
        "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>Table of quotes</title>\n"
        "<style>body{font:16px/1.5 system-ui;margin:2rem}table{border-collapse:collapse}"
        "th,td{border:1px solid #ccc;padding:.5rem;text-align:start;vertical-align:top}"
        "td{max-width:28rem}.none{color:#777}small{color:#555;font-weight:400}</style>\n"
        f"<table><thead><tr><th>document</th>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n"
        f"{embedded({'answers': json.loads(json.dumps(answers))})}\n</html>\n",
        encoding="utf-8",
    )


def _html_row(table: QuoteTable, source: str, link_to: Link) -> str:
    title = escape(table.titles.get(source) or source)
    cells = (table.cells.get((source, question)) for question in table.questions)
    return (
        f"<tr><th>{title}<br><small>{escape(source)}</small></th>"
        f"{''.join(_html_cell(cell, link_to) for cell in cells)}</tr>\n"
    )


def _html_cell(cell: Cell | None, link_to: Link) -> str:
    if cell is None or not cell.quotes:
        return f'<td class="none">{NOT_SAID}</td>'
    quotes = "".join(
        f"<p>“{escape(str(quote['quote']))}”"
        f" <small>{escape(str(quote.get('place') or ''))}</small></p>"
        for quote in cell.quotes
    )
    doubt = "<small>perhaps</small>" if cell.state == "perhaps" else ""
    return (
        f'<td dir="auto">{doubt}{quotes}<a href="{escape(cell_link(cell, link_to))}">open</a></td>'
    )
