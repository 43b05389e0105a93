"""Removes the boilerplate of pages: headers, footers, page numbers and watermarks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from askdocs.documents.loaders.pdf.characters import Segment
from askdocs.documents.loaders.pdf.layout import Line
from askdocs.documents.loaders.pdf.line_text import CELL

_ZONE = 0.25  # of the page's height: the top and bottom zones with headers and footers
_NUMBER_ZONE = 0.14
_MARKED_PAGES = 4  # the fewest pages with the same words at the same position: a watermark
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|p\.?|s\.?)?\s*(\d{1,6})(?:\s*(?:/|of|von|\|)\s*\d+)?\W*$", re.I
)
_ROMAN = re.compile(r"^\W*([ivxlc]{1,6})\W*$")


def without_watermarks(
    pages: Sequence[Sequence[Segment]], heights: Sequence[float]
) -> list[list[Segment]]:
    """The pages without watermarks: words at the same position on most pages.

    The first page of each watermark keeps it. `without_headers_footers` handles the top and the
    bottom of the pages.
    """
    marks = [
        {
            _position(segment)
            for segment in page
            if _NUMBER_ZONE < segment.middle / (height or 1) < 1 - _NUMBER_ZONE
        }
        for page, height in zip(pages, heights, strict=True)
    ]
    counts = Counter(mark for page in marks for mark in page)
    needed = max(_MARKED_PAGES, round(0.5 * sum(1 for page in pages if page)))
    repeated = {mark for mark, count in counts.items() if count >= needed}
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for page, found in zip(pages, marks, strict=True):
        kept.append([segment for segment in page if _position(segment) not in repeated & seen])
        seen |= found
    return kept


def _position(segment: Segment) -> tuple[str, int, int]:
    return segment.text, round(segment.left / 4), round(segment.middle / 4)


def without_headers_footers(
    pages: Sequence[Sequence[Line]], printed: Mapping[int, str]
) -> list[list[Line]]:
    """The pages without headers, footers and page numbers.

    These are the outermost lines of a page that repeat on other pages (apart from digits) or
    contain the page number. A number next to other words is the page number only if it is in
    `printed`. Otherwise it may be the first cell of a table.
    """
    marks = [{_repetition_key(line) for line in page if _at_edge(line, _ZONE)} for page in pages]
    counts = Counter(mark for page in marks for mark in page)
    filled = sum(1 for page in pages if page)
    needed = max(2, round(0.3 * filled))
    repeated = {mark for mark, count in counts.items() if count >= needed}
    kept = []
    for counted, page in enumerate(pages, 1):
        removed: set[int] = set()
        for ordered in (_by_height(page), _by_height(page)[::-1]):
            for line in ordered:
                is_repeated = _at_edge(line, _ZONE) and _repetition_key(line) in repeated
                number = printed.get(counted, str(counted))
                may_be_number = line.cells == 1 or counted in printed
                if not is_repeated and not (
                    may_be_number and _is_page_number(line, number, len(page))
                ):
                    break
                removed.add(id(line))
        kept.append([line for line in page if id(line) not in removed])
    return kept


def printed_numbers(pages: Sequence[Sequence[Line]]) -> dict[int, str]:
    """Page index from 1 → printed page number, if the printed numbers increase with the pages."""
    offsets: defaultdict[int, set[int]] = defaultdict(set)
    for counted, page in enumerate(pages, 1):
        ordered = _by_height(page)
        for line in {*ordered[:2], *ordered[-2:]}:
            for number in _possible_numbers(line):
                offsets[number - counted].add(counted)
    if not offsets:
        return {}
    offset, support = max(offsets.items(), key=lambda item: (len(item[1]), -abs(item[0])))
    if len(support) < max(2, len(pages) // 2):
        return {}
    return {counted: str(counted + offset) for counted in support if counted + offset > 0}


def _possible_numbers(line: Line) -> list[int]:
    """The possible page numbers in a line: the whole line, its first or its last cell."""
    parts = {line.text, line.text.split(CELL)[0], line.text.split(CELL)[-1]}
    return [int(found.group(1)) for part in parts if (found := _PAGE_NUMBER.match(part))]


def _is_page_number(line: Line, number: str, lines: int) -> bool:
    """Whether a line is the page number, alone or next to a header."""
    if lines < 2 or not _at_edge(line, _ZONE):
        return False
    alone = _PAGE_NUMBER.match(line.text) or _ROMAN.match(line.text)
    return int(number) in _possible_numbers(line) or bool(alone and _at_edge(line, _NUMBER_ZONE))


def _by_height(page: Sequence[Line]) -> list[Line]:
    return sorted(page, key=lambda line: line.y)


def _at_edge(line: Line, zone: float) -> bool:
    return line.y < zone or line.y > 1 - zone


def _repetition_key(line: Line) -> tuple[str, int]:
    """A key that is equal for repeated lines: words without digits, and the height on the page."""
    return _DIGITS.sub("#", " ".join(line.text.lower().split())), round(line.y * 25)
