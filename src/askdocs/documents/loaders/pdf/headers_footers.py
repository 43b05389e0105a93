"""What repeats on the pages: running titles, page numbers, watermarks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from askdocs.documents.loaders.pdf.characters import Segment
from askdocs.documents.loaders.pdf.layout import Line
from askdocs.documents.loaders.pdf.line_text import CELL

_ZONE = 0.25  # of the page's height, at its top and foot, where running titles stand
_NUMBER_ZONE = 0.14
_MARKED_PAGES = 4  # that carry the same words at the same place, for them to be a watermark
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|seite|p\.?|s\.?)?\s*(\d{1,6})(?:\s*(?:/|of|von|\|)\s*\d+)?\W*$", re.I
)
_ROMAN = re.compile(r"^\W*([ivxlc]{1,6})\W*$")


def without_watermarks(
    pages: Sequence[Sequence[Segment]], heights: Sequence[float]
) -> list[list[Segment]]:
    """The pages without words that stand at the same place of most pages, but for the first.

    At the top and foot that is left to `without_furniture`.
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


def without_furniture(
    pages: Sequence[Sequence[Line]], printed: Mapping[int, str]
) -> list[list[Line]]:
    """The pages without running titles and page numbers.

    Those are the outermost lines of a page, as long as they repeat on other pages, digits apart,
    or hold the page's number. A number beside other words is that of the page only where `printed`
    says so: it may be the first cell of a table.
    """
    marks = [{_mark(line) for line in page if _at_edge(line, _ZONE)} for page in pages]
    counts = Counter(mark for page in marks for mark in page)
    filled = sum(1 for page in pages if page)
    needed = max(2, round(0.3 * filled))
    repeated = {mark for mark, count in counts.items() if count >= needed}
    kept = []
    for counted, page in enumerate(pages, 1):
        left_out: set[int] = set()
        for ordered in (_by_height(page), _by_height(page)[::-1]):
            for line in ordered:
                is_title = _at_edge(line, _ZONE) and _mark(line) in repeated
                number = printed.get(counted, str(counted))
                beside = line.cells == 1 or counted in printed
                if not is_title and not (beside and _is_number(line, number, len(page))):
                    break
                left_out.add(id(line))
        kept.append([line for line in page if id(line) not in left_out])
    return kept


def printed_numbers(pages: Sequence[Sequence[Line]]) -> dict[int, str]:
    """Page as counted → number printed at its edge, where those run on with the pages."""
    offsets: defaultdict[int, set[int]] = defaultdict(set)
    for counted, page in enumerate(pages, 1):
        ordered = _by_height(page)
        for line in {*ordered[:2], *ordered[-2:]}:
            for number in _numbers(line):
                offsets[number - counted].add(counted)
    if not offsets:
        return {}
    offset, support = max(offsets.items(), key=lambda item: (len(item[1]), -abs(item[0])))
    if len(support) < max(2, len(pages) // 2):
        return {}
    return {counted: str(counted + offset) for counted in support if counted + offset > 0}


def _numbers(line: Line) -> list[int]:
    """The numbers that a line at the edge may give the page: alone, or first or last in it."""
    parts = {line.text, line.text.split(CELL)[0], line.text.split(CELL)[-1]}
    return [int(found.group(1)) for part in parts if (found := _PAGE_NUMBER.match(part))]


def _is_number(line: Line, number: str, lines: int) -> bool:
    """Whether a line is the number of its page, alone or with a running title beside it."""
    if lines < 2 or not _at_edge(line, _ZONE):
        return False
    alone = _PAGE_NUMBER.match(line.text) or _ROMAN.match(line.text)
    return int(number) in _numbers(line) or bool(alone and _at_edge(line, _NUMBER_ZONE))


def _by_height(page: Sequence[Line]) -> list[Line]:
    return sorted(page, key=lambda line: line.y)


def _at_edge(line: Line, zone: float) -> bool:
    return line.y < zone or line.y > 1 - zone


def _mark(line: Line) -> tuple[str, int]:
    """What makes a line of a page the same as one of another: words and height, without digits."""
    return _DIGITS.sub("#", " ".join(line.text.lower().split())), round(line.y * 25)
