"""A table of quotes as CSV, as a spreadsheet and as HTML."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from html import escape
from pathlib import Path

from askdocs.errors import ConfigError, CorpusError
from askdocs.output.exports import embedded
from askdocs.output.text_anchor import LinkTarget, TextAnchor
from askdocs.quote_table.fill import Cell, QuoteTable

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet runs a cell that begins so
_MOST_LETTERS = 32_000  # of a cell of a spreadsheet
_LONGEST_TITLE = 31  # of a sheet
Link = Callable[[LinkTarget], str]


@dataclass(frozen=True, slots=True)
class Wording:
    """The labels of a table in one language.

    `place` translates a location in a document, such as "page 4, Results".
    """

    language: str = "en"
    right_to_left: bool = False
    title: str = "Table of quotes"
    document: str = "document"
    not_said: str = "not said"
    perhaps: str = "perhaps:"
    open: str = "open"
    place: Callable[[str], str] = str


ENGLISH = Wording()


def write_table(
    table: QuoteTable, path: Path, *, link_to: Link, wording: Wording = ENGLISH
) -> None:
    """Write a table in the format of the suffix.

    Args:
        table: The table.
        path: A file ending in .csv, .xlsx or .html.
        link_to: Returns the address of a place in a source.
        wording: The labels.

    Raises:
        ConfigError: The suffix is not one of these.
        CorpusError: The file cannot be written.
    """
    check_suffix(path)
    try:
        _WRITERS[path.suffix.lower()](table, path, link_to, wording)
    except OSError as error:
        raise CorpusError(f"{path} cannot be written: {error.strerror or error}.") from error


def check_suffix(path: Path, *, others: Collection[str] = ()) -> None:
    """Check that a table can be written in the format of a suffix.

    Args:
        path: The file.
        others: Suffixes that are allowed too.

    Raises:
        ConfigError: It cannot.
    """
    if path.suffix.lower() not in {*_WRITERS, *others}:
        raise ConfigError(f"{path} should end in .csv, .xlsx, .html or .json.")


def cell_text(cell: Cell | None, wording: Wording = ENGLISH) -> str:
    """Return the quotes of a cell with their locations, or that nothing is said.

    A cell that was never asked is empty: nobody knows what its document says.
    """
    if cell is None:
        return ""
    if not cell.quotes:
        return wording.not_said
    words = " ".join(
        f"“{quote['quote']}”"
        + (f" ({wording.place(quote['place'])})" if quote.get("place") else "")
        for quote in cell.quotes
    )
    return f"{wording.perhaps} {words}" if cell.state == "perhaps" else words


def cell_link(cell: Cell, link_to: Link) -> str:
    """Return the address of the first quote of a cell."""
    first = cell.quotes[0]
    anchor = TextAnchor(int(first["start"]), int(first["end"]), str(first["hash"]))
    return link_to(LinkTarget(cell.source, (anchor,), first.get("page"), str(first["quote"])))


def _not_a_formula(text: str) -> str:
    """Return text that no spreadsheet reads as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_csv(table: QuoteTable, path: Path, link_to: Link, wording: Wording) -> None:
    del link_to
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_not_a_formula(wording.document), *map(_not_a_formula, table.questions)])
        for source in table.sources:
            cells = (table.cells.get((source, question)) for question in table.questions)
            writer.writerow(
                [
                    _not_a_formula(source),
                    *(_not_a_formula(cell_text(cell, wording)) for cell in cells),
                ]
            )


def _write_xlsx(table: QuoteTable, path: Path, link_to: Link, wording: Wording) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = wording.title[:_LONGEST_TITLE]
    sheet.sheet_view.rightToLeft = wording.right_to_left
    sheet.append([_not_a_formula(wording.document), *map(_not_a_formula, table.questions)])
    for number, source in enumerate(table.sources, 2):
        sheet.cell(number, 1, _not_a_formula(source))
        for column, question in enumerate(table.questions, 2):
            cell = table.cells.get((source, question))
            text = ILLEGAL_CHARACTERS_RE.sub("", _not_a_formula(cell_text(cell, wording)))[
                :_MOST_LETTERS
            ]
            written = sheet.cell(number, column, text)
            written.alignment = Alignment(wrap_text=True, vertical="top")
            if cell is not None and cell.quotes:
                written.hyperlink = cell_link(cell, link_to)
    for header in sheet[1]:
        header.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for column in range(2, len(table.questions) + 2):
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = 60
    book.save(path)


def _write_html(table: QuoteTable, path: Path, link_to: Link, wording: Wording) -> None:
    direction = "rtl" if wording.right_to_left else "ltr"
    head = "".join(f"<th dir='auto'>{escape(question)}</th>" for question in table.questions)
    rows = "".join(_html_row(table, source, link_to, wording) for source in table.sources)
    answers = [dict(cell.answer) for source in table.sources for cell in table.row(source)]
    path.write_text(
        f"<!doctype html>\n<html lang='{wording.language}' dir='{direction}'><meta charset='utf-8'>"
        f"<title>{escape(wording.title)}</title>\n"
        "<style>body{font:16px/1.5 system-ui;margin:2rem}table{border-collapse:collapse}"
        "th,td{border:1px solid #ccc;padding:.5rem;text-align:start;vertical-align:top}"
        "td{max-width:28rem}.none{color:#777}small{color:#555;font-weight:400}</style>\n"
        f"<table><thead><tr><th>{escape(wording.document)}</th>{head}</tr></thead><tbody>\n"
        f"{rows}</tbody></table>\n"
        f"{embedded({'answers': json.loads(json.dumps(answers))})}\n</html>\n",
        encoding="utf-8",
    )


def _html_row(table: QuoteTable, source: str, link_to: Link, wording: Wording) -> str:
    title = escape(table.titles.get(source) or source)
    cells = (table.cells.get((source, question)) for question in table.questions)
    return (
        f"<tr><th dir='auto'>{title}<br><small>{escape(source)}</small></th>"
        f"{''.join(_html_cell(cell, link_to, wording) for cell in cells)}</tr>\n"
    )


def _html_cell(cell: Cell | None, link_to: Link, wording: Wording) -> str:
    if cell is None:
        return "<td></td>"
    if not cell.quotes:
        return f'<td class="none">{escape(wording.not_said)}</td>'
    quotes = "".join(
        f"<p dir='auto'>“{escape(str(quote['quote']))}”"
        f" <small><bdi>{escape(wording.place(str(quote.get('place') or '')))}</bdi></small></p>"
        for quote in cell.quotes
    )
    doubt = f"<small>{escape(wording.perhaps)}</small>" if cell.state == "perhaps" else ""
    address = escape(cell_link(cell, link_to))
    return f'<td>{doubt}{quotes}<a href="{address}">{escape(wording.open)}</a></td>'


_WRITERS = {".csv": _write_csv, ".xlsx": _write_xlsx, ".html": _write_html}
