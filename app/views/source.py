"""A stored document as HTML to read, with words marked in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from askdocs.documents.sentences import unwrapped_lines
from askdocs.output.marks import Mark
from askdocs.types import Document, place

WINDOW = 200_000  # characters shown at once: more makes browsers slow
LINE = 160  # a line with more characters is a paragraph
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_HEADING_SIGNS = re.compile(r"^#{1,6}\s+|\s+#+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, or the part of it from `start` to `end`, as safe HTML.

    Mark number i is every `<mark>` element whose `data-marks` holds i; their texts together are
    the marked words exactly. A mark whose words have changed since it was made is in `lost`, and
    not marked.
    """

    source: str
    title: str
    html: str
    places: tuple[str, ...]
    lost: tuple[int, ...]
    start: int
    end: int
    length: int


def read(document: Document, marks: Sequence[Mark] = (), *, at: int | None = None) -> Reading:
    """The document with `marks`, around character `at` (default: the first mark) if it is long."""
    text = document.text
    lost = tuple(number for number, mark in enumerate(marks) if not mark.holds(text))
    kept = {number: mark for number, mark in enumerate(marks) if number not in lost}
    if at is None:
        at = next((mark.start for mark in kept.values()), 0)
    start, end = _window(text, at)
    return Reading(
        source=document.source,
        title=document.title or document.source,
        html="".join(_blocks(document, kept, start, end)),
        places=tuple("" if i in lost else _place(document, m.start) for i, m in enumerate(marks)),
        lost=lost,
        start=start,
        end=end,
        length=len(text),
    )


def page_at(document: Document, offset: int) -> int | None:
    """The page that character `offset` stands on, counted from 1; None where there are none."""
    pages = [each for each in document.anchors if each.page is not None and each.start <= offset]
    return max(pages, key=lambda each: each.start).page if pages else None


def _window(text: str, at: int) -> tuple[int, int]:
    """At most about WINDOW characters around `at`, from the start to the end of lines."""
    if len(text) <= WINDOW:
        return 0, len(text)
    at = min(max(at, 0), len(text))
    start = max(0, min(at - WINDOW // 2, len(text) - WINDOW))
    start = text.rfind("\n", start - 2000 if start > 2000 else 0, start) + 1 or start
    end = min(len(text), start + WINDOW)
    line_end = text.find("\n", end, end + 2000)
    return start, end if line_end < 0 else line_end + 1


def _place(document: Document, offset: int) -> str:
    """Where `offset` lies, in words: what the anchors up to it say of page, heading and line."""
    page = page_label = heading = line = None
    for anchor in sorted(document.anchors, key=lambda each: each.start):
        if anchor.start > offset:
            break
        if anchor.page is not None:
            page, page_label = anchor.page, anchor.page_label
        if anchor.heading is not None:
            heading = anchor.heading
        if anchor.line is not None:
            line = anchor.line + document.text.count("\n", anchor.start, offset)
    return place(document.source, page, page_label, heading, line)


def _blocks(document: Document, marks: dict[int, Mark], start: int, end: int) -> Iterator[str]:
    """The paragraphs, headings and page breaks between `start` and `end`."""
    text = document.text
    pages = {
        a.start: place(document.source, a.page, a.page_label, None, None)
        for a in document.anchors
        if a.page is not None
    }
    headings = {a.start: a.heading for a in document.anchors if a.heading}
    edges = {start, end} | {at for at in pages if start < at < end}
    edges |= {match.end() for match in _BLANK_LINES.finditer(text, start, end)}
    edges |= {at for at in headings if start < at < end}
    for block_start, block_end in pairwise(sorted(edges)):
        if block_start in pages:
            yield f'<p class="page-break">{escape(pages[block_start])}</p>'
        for line_start, line_end, kind in _lines(text, block_start, block_end, headings):
            tag = "h3" if kind == "heading" else "p"
            words = _marked(text, line_start, line_end, marks)
            yield f'<{tag} class="{kind}" dir="auto">{words}</{tag}>'


def _lines(text: str, start: int, end: int, headings: dict[int, str]) -> list[tuple[int, int, str]]:
    """A block as (start, end, kind): lines that were wrapped by width are a flowing paragraph."""
    pieces = [(first, text[first:last]) for first, last in unwrapped_lines(text, start, end)]
    filled = [(first, line.strip()) for first, line in pieces if line.strip()] or [(start, "")]
    starts = [start, *(first for first, _ in filled[1:])]
    kinds = [_kind(line, headings.get(first, "")) for first, line in filled]
    return list(zip(starts, [*starts[1:], end], kinds, strict=True))


def _kind(line: str, heading: str) -> str:
    if _is_heading(line, heading):
        return "heading"
    return "line" if len(line) < LINE and "\n" not in line else "flow"


def _is_heading(line: str, heading: str) -> bool:
    bare = _HEADING_SIGNS.sub("", line.strip()).strip(" *_:")
    return bool(heading) and bare == heading.rsplit(" › ", 1)[-1].strip(" *_:")


def _marked(text: str, start: int, end: int, marks: dict[int, Mark]) -> str:
    """`text[start:end]`, escaped, with each stretch under the marks that cover it."""
    here = {number: mark for number, mark in marks.items() if mark.start < end and mark.end > start}
    if not here:
        return escape(text[start:end])
    edges = {start, end}
    for mark in here.values():
        edges |= {at for at in (mark.start, mark.end, *(mark.focus or ())) if start < at < end}
    pieces = []
    for a, b in pairwise(sorted(edges)):
        words = escape(text[a:b])
        covering = [number for number, mark in here.items() if mark.start <= a and b <= mark.end]
        if any(_focused(here[number], a, b) for number in covering):
            words = f"<strong>{words}</strong>"
        if covering:
            numbers = " ".join(map(str, covering))
            words = f'<mark data-marks="{numbers}">{words}</mark>'
        pieces.append(words)
    return "".join(pieces)


def _focused(mark: Mark, start: int, end: int) -> bool:
    return mark.focus is not None and mark.focus[0] <= start and end <= mark.focus[1]
