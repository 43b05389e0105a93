"""The stored text of a document: paragraphs, headings and page breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise

from askdocs.text.sentences import unwrapped_lines
from askdocs.types import Document, location_text

from .marked_text import MarkedText

LINE = 160  # a line with more characters is a paragraph
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_HEADING_SIGNS = re.compile(r"^#{1,6}\s+|(?<!\s)\s+#+$")


def text_blocks(document: Document, marked: MarkedText, start: int, end: int) -> Iterator[str]:
    """The HTML of the text between `start` and `end`, every character of it in order."""
    text = document.text
    pages = page_breaks(document)
    headings = {a.start: a.heading for a in document.anchors if a.heading}
    edges = {start, end} | {at for at in pages if start < at < end}
    edges |= {match.end() for match in _BLANK_LINES.finditer(text, start, end)}
    edges |= {at for at in headings if start < at < end}
    for block_start, block_end in pairwise(sorted(edges)):
        if block_start in pages:
            yield page_break(pages[block_start])
        yield from paragraphs(marked, block_start, block_end, headings)


def paragraphs(
    marked: MarkedText, start: int, end: int, headings: Mapping[int, str] | None = None
) -> Iterator[str]:
    """Lines without blank ones between them. Lines that were wrapped by width are joined."""
    for line_start, line_end, kind in _lines(marked.text, start, end, headings or {}):
        tag = "h3" if kind == "heading" else "p"
        words = marked.html(line_start, line_end)
        yield f'<{tag} class="{kind}" data-at="{line_start}" dir="auto">{words}</{tag}>'


def page_breaks(document: Document) -> dict[int, str]:
    """The name of each page by its start offset."""
    return {
        each.start: location_text(document.source, each.page, each.page_label, None, None)
        for each in document.anchors
        if each.page is not None
    }


def page_break(words: str) -> str:
    """The line between two pages."""
    return f'<p class="page-break" data-i18n="location">{escape(words)}</p>'


def _lines(
    text: str, start: int, end: int, headings: Mapping[int, str]
) -> list[tuple[int, int, str]]:
    """The lines of a block as (start, end, kind). Wrapped lines form one paragraph."""
    pieces = [(first, text[first:last]) for first, last in unwrapped_lines(text, start, end)]
    filled = [(first, line.strip()) for first, line in pieces if line.strip()] or [(start, "")]
    starts = [start, *(first for first, _ in filled[1:])]
    kinds = [_kind(line, headings.get(first, "")) for first, line in filled]
    return list(zip(starts, [*starts[1:], end], kinds, strict=True))


def _kind(line: str, heading: str) -> str:
    if is_heading(line, heading):
        return "heading"
    return "line" if len(line) < LINE and "\n" not in line else "flow"


def is_heading(line: str, heading: str) -> bool:
    """Whether a line is the text of the heading that begins there."""
    if not heading:
        return False
    bare = _HEADING_SIGNS.sub("", line.strip()).strip(" *_:")
    return bare == heading.rsplit(" › ", 1)[-1].strip(" *_:")
