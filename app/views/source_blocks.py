"""Headings, lists, tables and code of a document in a format without markup."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import PurePosixPath

from askdocs.types import Document

from .marked_text import MarkedText
from .source_links import SourceLinks
from .source_rows import Line, has_cells, is_table, table
from .source_text import is_heading, page_break, page_breaks, paragraphs

SHEETS = frozenset(".csv .tsv .xlsx .xlsm .xlsb .xls .ods".split())
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n[\n]*")
_ITEM = re.compile(r"([ \t]*)(?:([-*+•◦–—·])|\(?(\d{1,3}|[A-Za-z])[.)])[ \t]+")
_INDENTED = re.compile(r"(?: {4}|\t)")
_LONGEST_CODE = 160  # characters of a line
_STEP = 2  # spaces that an item of the next level is indented by


def built_blocks(
    document: Document, marked: MarkedText, links: SourceLinks, start: int, end: int
) -> Iterator[str]:
    """The HTML of the text between `start` and `end`."""
    del links
    text = document.text
    pages = page_breaks(document)
    headings = {a.start: a.heading for a in document.anchors if a.heading}
    numbers = _RowNumbers(document)
    edges = {start, end} | {at for at in (*pages, *headings) if start < at < end}
    edges |= {match.end() for match in _BLANK_LINES.finditer(text, start, end)}
    for block_start, block_end in pairwise(sorted(edges)):
        if block_start in pages:
            yield page_break(pages[block_start])
        lines = list(lines_between(text, block_start, block_end))
        if lines and is_heading(text[slice(*lines[0])].strip(), headings.get(block_start, "")):
            yield heading_html(marked, *lines.pop(0), headings[block_start])
        if lines:
            yield from _block(marked, lines, numbers)


def heading_html(marked: MarkedText, start: int, end: int, heading: str) -> str:
    """A heading. Its level is below that of the panel's own heading, which has level 2."""
    level = min(heading.count(" › ") + 3, 6)
    return f'<h{level} data-at="{start}" dir="auto">{marked.html(start, end)}</h{level}>'


def code_html(marked: MarkedText, lines: Sequence[Line], indent: int = 0) -> str:
    """Lines of code without their first `indent` characters of white space."""
    if not lines:
        return ""
    body = "\n".join(
        marked.html(min(start + _spaces(marked.text, start, end, indent), end), end)
        for start, end in lines
    )
    return f'<pre data-at="{lines[0][0]}" tabindex="0" dir="ltr"><code>{body}</code></pre>'


def _spaces(text: str, start: int, end: int, most: int) -> int:
    line = text[start:end]
    return min(len(line) - len(line.lstrip(" \t")), most)


def code_blocks(
    document: Document, marked: MarkedText, links: SourceLinks, start: int, end: int
) -> Iterator[str]:
    """A source file: every line unchanged."""
    del document, links
    yield code_html(marked, list(lines_between(marked.text, start, end, blank=True)))


def lines_between(text: str, start: int, end: int, *, blank: bool = False) -> Iterator[Line]:
    """The lines of a part of the text; with `blank`, also the blank lines."""
    at = start
    for line in text[start:end].split("\n"):
        if line.strip() or blank:
            yield at, at + len(line)
        at += len(line) + 1


def _block(marked: MarkedText, lines: Sequence[Line], numbers: _RowNumbers) -> Iterator[str]:
    """Lines between blank ones: code, or tables, list items and paragraphs one after the other."""
    text = marked.text
    if _is_code([text[start:end] for start, end in lines]):
        yield code_html(marked, lines)
        return
    for kind, group in groupby(lines, key=lambda line: _kind(text[slice(*line)])):
        run = list(group)
        if kind == "row" and is_table(text, run, is_sheet=numbers.is_sheet):
            yield table(marked, run, [numbers.at(start) for start, _ in run])
        elif kind == "item":
            yield items_html(marked, run)
        else:
            yield from paragraphs(marked, run[0][0], run[-1][1])


def _kind(line: str) -> str:
    if _ITEM.match(line):
        return "item"
    return "row" if has_cells(line) else "words"


def _is_code(lines: Sequence[str]) -> bool:
    """Whether lines are indented like code, and are neither list items nor wrapped prose."""
    indented = [line for line in lines if _INDENTED.match(line)]
    is_prose = any(_ITEM.match(line) for line in lines) or max(map(len, lines)) > _LONGEST_CODE
    return bool(indented) and not is_prose and len(lines) > 1


def items_html(
    marked: MarkedText, lines: Sequence[Line], words: Callable[[int, int], str] | None = None
) -> str:
    """List items with the markers of the document; `words` renders the rest."""
    items = ""
    for start, end in lines:
        found = _ITEM.match(marked.text[start:end])
        sign_start = start + len(found[1]) if found else start
        sign_end = start + found.end() if found else start
        level = (sign_start - start) // _STEP
        items += (
            f'<li data-at="{start}" dir="auto" class="level-{min(level, 5)}">'
            f'<span class="sign">{marked.html(sign_start, sign_end)}</span>'
            f"<span>{(words or marked.html)(sign_end, end)}</span></li>"
        )
    return f'<ul class="items">{items}</ul>'


class _RowNumbers:
    """The rows of a spreadsheet's lines; None for other formats."""

    def __init__(self, document: Document) -> None:
        self.is_sheet = PurePosixPath(document.source).suffix.lower() in SHEETS
        self._text = document.text
        anchors = [(each.start, each.line) for each in document.anchors if each.line is not None]
        self._anchors = sorted(anchors) if self.is_sheet else []
        self._last = (0, 0)  # the last offset and its row

    def at(self, offset: int) -> int | None:
        """The row that begins at an offset."""
        place = bisect_right(self._anchors, offset, key=lambda each: each[0])
        if not place:
            return None
        begin, row = self._anchors[place - 1]
        if begin < self._last[0] <= offset:
            begin, row = self._last
        self._last = (offset, row + self._text.count("\n", begin, offset))
        return self._last[1]
