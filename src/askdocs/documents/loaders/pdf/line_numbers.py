"""Numbers of lines in the margin, as transcripts, laws and manuscripts have them: no text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import Segment

_ALONE = re.compile(r"\d{1,4}")
_LEADING = re.compile(r"(\d{1,4})\s+(?=\S)")
_ALIGNED = 3.0  # points by which the edges of such numbers differ at most
_DIGITS = (
    1.2  # font sizes that the left edges differ by where numbers of 1 and 3 digits are set right
)
_FEWEST = 6  # numbers of a page that count each line
_FEWEST_IN_STEPS = 3  # that count every fifth or tenth line
_STEPS = (5, 10)
_EVEN = 0.15  # of the usual distance from number to number, by which distances differ at most
_EVEN_SHARE = 0.7  # of the distances that are the usual one, or a multiple of it
_RUNNING = 0.12  # of the numbered lines that begin in lower case, as rows of a table do not
_SAME_PAGES = 2  # pages with the same numbers at the same place


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that may count a line: alone, or at the beginning of `segment`."""

    segment: Segment
    value: int
    alone: bool


def without_line_numbers(pages: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The pages without the numbers of their lines.

    They stand at one side of all text, one below the other at even distances, and count by one,
    five or ten. What tells them from the first column of a table, or from a table of contents:
    lines of running text often begin in lower case, or the pages all have the same numbers.
    """
    found = [_margin_numbers(page) for page in pages]
    sure = {
        number
        for number, numbers in enumerate(found)
        if numbers and _count_running_text(pages[number], numbers)
    }
    repeated = Counter(tuple(n.value for n in numbers) for numbers in found if numbers)
    sure |= {
        number
        for number, numbers in enumerate(found)
        if numbers and repeated[tuple(n.value for n in numbers)] >= _SAME_PAGES
    }
    if not sure:
        return [list(page) for page in pages]
    lefts = [each.segment.left for number in sure for each in found[number]]
    low, high = min(lefts) - _ALIGNED, max(lefts) + _ALIGNED
    kept = []
    for page, numbers in zip(pages, found, strict=True):
        inside = [
            each for each in numbers or _few_numbers(page) if low <= each.segment.left <= high
        ]
        kept.append(_without(page, inside))
    return kept


def _margin_numbers(page: Sequence[Segment]) -> list[_Number]:
    """The numbers at a side of a page that count lines, from its top; none where they do not."""
    numbers = _candidates(page)
    for side in ("left", "right"):
        for first in numbers:
            edge = getattr(first.segment, side)
            reach = _ALIGNED + (_DIGITS * first.segment.size if side == "left" else 0)
            column = [n for n in numbers if abs(getattr(n.segment, side) - edge) <= reach]
            column = _ascending(column)
            if _counts_lines(column) and _is_outermost(column, page):
                return column
    return []


def _few_numbers(page: Sequence[Segment]) -> list[_Number]:
    """The numbers at the side of a page with too few lines to be sure by itself."""
    column = _ascending(_candidates(page))
    steps = {after.value - before.value for before, after in pairwise(column)}
    return column if len(steps) <= 1 and _is_outermost(column, page) else []


def _candidates(page: Sequence[Segment]) -> list[_Number]:
    found = []
    for segment in page:
        if _ALONE.fullmatch(segment.text):
            found.append(_Number(segment, int(segment.text), True))
        elif (leading := _LEADING.match(segment.text)) and len(segment.starts) > 1:
            found.append(_Number(segment, int(leading.group(1)), False))
    return sorted(found, key=lambda each: -each.segment.middle)


def _ascending(column: Sequence[_Number]) -> list[_Number]:
    """The longest run of a column whose values rise by the same step."""
    best: list[_Number] = []
    run: list[_Number] = []
    for each in column:
        if len(run) > 1 and each.value - run[-1].value != run[1].value - run[0].value:
            run = run[-1:]
        if run and each.value <= run[-1].value:
            run = []
        run.append(each)
        best = list(run) if len(run) > len(best) else best
    return best


def _counts_lines(column: Sequence[_Number]) -> bool:
    if len(column) < _FEWEST_IN_STEPS:
        return False
    step = column[1].value - column[0].value
    counts_each = step == 1 and len(column) >= _FEWEST
    if not counts_each and not (step in _STEPS and column[0].value % step == 0):
        return False
    distances = [a.segment.middle - b.segment.middle for a, b in pairwise(column)]
    usual = median(distances)
    if usual <= 0:
        return False
    even = sum(
        abs(distance / usual - max(1, round(distance / usual))) <= _EVEN for distance in distances
    )
    return even >= _EVEN_SHARE * len(distances)


def _is_outermost(column: Sequence[_Number], page: Sequence[Segment]) -> bool:
    """Whether all text beside the numbers is on one side of them."""
    own = {id(each.segment) for each in column}
    beside = [
        s
        for s in page
        if id(s) not in own
        and any(min(s.top, n.segment.top) > max(s.bottom, n.segment.bottom) for n in column)
    ]
    left = min((n.segment.left for n in column), default=0.0)
    right = max((n.segment.right for n in column if n.alone), default=0.0)
    on_the_left = all(s.left > left for s in beside)
    on_the_right = all(n.alone for n in column) and all(s.right < right for s in beside)
    return on_the_left or on_the_right


def _count_running_text(page: Sequence[Segment], numbers: Sequence[_Number]) -> bool:
    """Whether the lines beside the numbers are those of a running text."""
    begin_small = 0
    for each in numbers:
        words = _LEADING.sub("", each.segment.text) if not each.alone else _beside(each, page)
        begin_small += words[:1].islower()
    step = numbers[1].value - numbers[0].value
    if step in _STEPS:  # most lines have no number: any of them may begin in lower case
        return sum(s.text[:1].islower() for s in page) >= _RUNNING * len(page)
    return begin_small >= max(2, _RUNNING * len(numbers))


def _beside(number: _Number, page: Sequence[Segment]) -> str:
    """The text of the line that a number counts."""
    line = [s for s in page if s is not number.segment and s.bottom < number.segment.middle < s.top]
    return min(line, key=lambda s: s.left).text if line else ""


def _without(page: Sequence[Segment], numbers: Sequence[_Number]) -> list[Segment]:
    drop = {id(each.segment): each for each in numbers}
    kept = []
    for segment in page:
        number = drop.get(id(segment))
        if number is None:
            kept.append(segment)
        elif not number.alone:
            text = _LEADING.sub("", segment.text, count=1)
            starts = segment.starts[1:]
            kept.append(replace(segment, text=text, left=starts[0], starts=starts))
    return kept
