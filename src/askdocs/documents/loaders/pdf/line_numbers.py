"""Removes line numbers in the margin, which transcripts, laws and manuscripts have."""

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
_ALIGNED = 3.0  # points by which the edges of such numbers may differ
_DIGITS = (
    1.2  # font sizes by which the left edges of right-aligned numbers of 1 and 3 digits differ
)
_FEWEST = 6  # numbers of a page on which each line is numbered
_FEWEST_IN_STEPS = 3  # if only every fifth or tenth line is numbered
_STEPS = (5, 10)
_EVEN = 0.15  # of the usual distance between numbers: the largest deviation
_EVEN_SHARE = 0.7  # of the distances must be the usual one or a multiple of it
_RUNNING = 0.12  # of the numbered lines begin in lower case; fewer: rows of a table
_SAME_PAGES = 2  # pages with the same numbers


@dataclass(frozen=True, slots=True)
class _LineNumber:
    """A number that may be a line number: the whole of `segment`, or its beginning."""

    segment: Segment
    value: int
    alone: bool


def without_line_numbers(pages: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The pages without the numbers of their lines.

    They are on one side of all text, one below the other at even distances, in steps of one, five
    or ten. Two conditions distinguish them from the first column of a table or of a table of
    contents: lines of running text often begin in lower case, or pages have the same numbers.
    """
    found = [_margin_numbers(page) for page in pages]
    sure = {
        number
        for number, numbers in enumerate(found)
        if numbers and _are_of_running_text(pages[number], numbers)
    }
    repeated = Counter(tuple(n.value for n in numbers) for numbers in found if numbers)
    sure |= {
        number
        for number, numbers in enumerate(found)
        if numbers and repeated[tuple(n.value for n in numbers)] >= _SAME_PAGES
    }
    if not sure:
        return [list(page) for page in pages]
    lefts = [line_number.segment.left for number in sure for line_number in found[number]]
    low, high = min(lefts) - _ALIGNED, max(lefts) + _ALIGNED
    kept = []
    for page, numbers in zip(pages, found, strict=True):
        inside = [
            line_number
            for line_number in numbers or _few_numbers(page)
            if low <= line_number.segment.left <= high
        ]
        kept.append(_remove_numbers(page, [*inside, *_numbers_of_next_column(page, inside)]))
    return kept


def _numbers_of_next_column(
    page: Sequence[Segment], numbers: Sequence[_LineNumber]
) -> list[_LineNumber]:
    """The line numbers of a column of text beside one whose lines are numbered, if there are any.

    They go on where those of the first column end, or begin again.
    """
    own = {id(number.segment) for number in numbers}
    others = [n for n in _candidates(page) if id(n.segment) not in own]
    begins = {numbers[0].value, numbers[-1].value + 1} if numbers else set()
    for first in others:
        if first.value in begins and first.segment.left > numbers[0].segment.right:
            reach = _ALIGNED + _DIGITS * first.segment.size
            column = _longest_sequence(
                [n for n in others if abs(n.segment.left - first.segment.left) <= reach]
            )
            if column[0] == first and _are_line_numbers(column):
                return column
    return []


def _margin_numbers(page: Sequence[Segment]) -> list[_LineNumber]:
    """The line numbers at one side of a page, from its top; empty if there are none."""
    numbers = _candidates(page)
    for side in ("left", "right"):
        for first in numbers:
            edge = getattr(first.segment, side)
            reach = _ALIGNED + (_DIGITS * first.segment.size if side == "left" else 0)
            column = [n for n in numbers if abs(getattr(n.segment, side) - edge) <= reach]
            column = _longest_sequence(column)
            if _are_line_numbers(column) and _is_outermost(column, page):
                return column
    return []


def _few_numbers(page: Sequence[Segment]) -> list[_LineNumber]:
    """The possible line numbers of a page with too few lines to decide by itself."""
    column = _longest_sequence(_candidates(page))
    steps = {after.value - before.value for before, after in pairwise(column)}
    return column if len(steps) <= 1 and _is_outermost(column, page) else []


def _candidates(page: Sequence[Segment]) -> list[_LineNumber]:
    found = []
    for segment in page:
        if _ALONE.fullmatch(segment.text):
            found.append(_LineNumber(segment, int(segment.text), True))
        elif (leading := _LEADING.match(segment.text)) and len(segment.starts) > 1:
            found.append(_LineNumber(segment, int(leading.group(1)), False))
    return sorted(found, key=lambda line_number: -line_number.segment.middle)


def _longest_sequence(column: Sequence[_LineNumber]) -> list[_LineNumber]:
    """The longest run of a column whose values increase by the same step."""
    best: list[_LineNumber] = []
    run: list[_LineNumber] = []
    for line_number in column:
        if len(run) > 1 and line_number.value - run[-1].value != run[1].value - run[0].value:
            run = run[-1:]
        if run and line_number.value <= run[-1].value:
            run = []
        run.append(line_number)
        best = list(run) if len(run) > len(best) else best
    return best


def _are_line_numbers(column: Sequence[_LineNumber]) -> bool:
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


def _is_outermost(column: Sequence[_LineNumber], page: Sequence[Segment]) -> bool:
    """Whether all text on the numbered lines is on one side of the numbers."""
    own = {id(line_number.segment) for line_number in column}
    on_lines = [
        s
        for s in page
        if id(s) not in own
        and any(min(s.top, n.segment.top) > max(s.bottom, n.segment.bottom) for n in column)
    ]
    left = min((n.segment.left for n in column), default=0.0)
    right = max((n.segment.right for n in column if n.alone), default=0.0)
    on_the_left = all(s.left > left for s in on_lines)
    on_the_right = all(n.alone for n in column) and all(s.right < right for s in on_lines)
    return on_the_left or on_the_right


def _are_of_running_text(page: Sequence[Segment], numbers: Sequence[_LineNumber]) -> bool:
    """Whether the numbered lines are running text."""
    begin_small = 0
    for line_number in numbers:
        words = (
            _LEADING.sub("", line_number.segment.text)
            if not line_number.alone
            else _numbered_line(line_number, page)
        )
        begin_small += words[:1].islower()
    step = numbers[1].value - numbers[0].value
    if step in _STEPS:  # most lines have no number: any of them may begin in lower case
        return sum(s.text[:1].islower() for s in page) >= _RUNNING * len(page)
    return begin_small >= max(2, _RUNNING * len(numbers))


def _numbered_line(number: _LineNumber, page: Sequence[Segment]) -> str:
    """The text of the line of a number."""
    line = [s for s in page if s is not number.segment and s.bottom < number.segment.middle < s.top]
    return min(line, key=lambda s: s.left).text if line else ""


def _remove_numbers(page: Sequence[Segment], numbers: Sequence[_LineNumber]) -> list[Segment]:
    drop = {id(line_number.segment): line_number for line_number in numbers}
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
