"""What repeats at the top and foot of pages: running titles and page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from askdocs.loaders.pdf_layout import Line

_ZONE = 0.14  # of the page's height, at its top and foot
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|p\.?|s\.?)?\s*(\d{1,6})(?:\s*(?:/|of|von|\|)\s*\d+)?\W*$", re.I
)
_ROMAN = re.compile(r"^\W*([ivxlc]{1,6})\W*$")


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without lines at their edges that repeat on other pages, digits apart."""
    marks = [{_mark(line) for line in page if _at_edge(line)} for page in pages]
    counts = Counter(mark for page in marks for mark in page)
    filled = sum(1 for page in pages if page)
    needed = max(2, min(filled, round(0.3 * filled)))
    repeated = {mark for mark, count in counts.items() if count >= needed}
    kept = []
    for page in pages:
        lines = [line for line in page if not (_at_edge(line) and _mark(line) in repeated)]
        kept.append([line for line in lines if not _lone_number(line, page)])
    return kept


def printed_numbers(pages: Sequence[Sequence[Line]]) -> dict[int, str]:
    """Page as counted → number printed at its edge, where those run on with the pages."""
    offsets: defaultdict[int, set[int]] = defaultdict(set)
    for counted, page in enumerate(pages, 1):
        for line in page:
            found = _PAGE_NUMBER.match(line.text) if _at_edge(line) else None
            if found:
                offsets[int(found.group(1)) - counted].add(counted)
    if not offsets:
        return {}
    offset, support = max(offsets.items(), key=lambda item: len(item[1]))
    if len(support) < max(2, len(pages) // 2):
        return {}
    return {counted: str(counted + offset) for counted in support if counted + offset > 0}


def _at_edge(line: Line) -> bool:
    return line.y < _ZONE or line.y > 1 - _ZONE


def _mark(line: Line) -> tuple[str, int]:
    """What makes a line of a page the same as one of another: words and height, without digits."""
    return _DIGITS.sub("#", " ".join(line.text.lower().split())), round(line.y * 50)


def _lone_number(line: Line, page: Sequence[Line]) -> bool:
    """Whether a line is a page number alone, the first or last of its page."""
    is_number = _PAGE_NUMBER.match(line.text) or _ROMAN.match(line.text)
    if not _at_edge(line) or not is_number:
        return False
    heights = [other.y for other in page]
    return len(page) > 1 and line.y in (min(heights), max(heights))
