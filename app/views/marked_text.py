"""The text of a document as HTML with its marks at exact offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from askdocs.output.text_anchor import TextAnchor


class MarkedText:
    """The text of a document with its marks, and the spans of the words searched for."""

    def __init__(
        self, text: str, marks: Mapping[int, TextAnchor], found: Sequence[tuple[int, int]] = ()
    ) -> None:
        """`marks` has the marks by number. The spans in `found` are in order and do not overlap."""
        self.text = text
        self._marks = marks
        self._found = found
        self._found_starts = [start for start, _ in found]

    def html(self, start: int, end: int) -> str:
        """`text[start:end]`, escaped, with a `mark` element around each marked part."""
        here = {n: m for n, m in self._marks.items() if m.start < end and m.end > start}
        found = self._found_between(start, end)
        if not here and not found:
            return escape(self.text[start:end])
        edges = {start, end}
        for mark in here.values():
            inner = (mark.start, mark.end, *(mark.focus or ()))
            edges |= {at for at in inner if start < at < end}
        for _, *span in found:
            edges |= {at for at in span if start < at < end}
        return "".join(self._piece(a, b, here, found) for a, b in pairwise(sorted(edges)))

    def _found_between(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """(number, start, end) of the found spans that overlap this part."""
        first = max(bisect_right(self._found_starts, start) - 1, 0)
        last = bisect_right(self._found_starts, end)
        spans = [(number, *self._found[number]) for number in range(first, last)]
        return [each for each in spans if each[1] < end and each[2] > start]

    def _piece(
        self, start: int, end: int, marks: dict[int, TextAnchor], found: list[tuple[int, int, int]]
    ) -> str:
        words = escape(self.text[start:end])
        covering = [n for n, mark in marks.items() if mark.start <= start and end <= mark.end]
        if any(_focused(marks[number], start, end) for number in covering):
            words = f"<strong>{words}</strong>"
        for number, first, last in found:
            if first <= start and end <= last:
                words = f'<mark class="found" data-found="{number}">{words}</mark>'
        if covering:
            numbers = " ".join(map(str, covering))
            words = f'<mark data-marks="{numbers}">{words}</mark>'
        return words


def _focused(mark: TextAnchor, start: int, end: int) -> bool:
    return mark.focus is not None and mark.focus[0] <= start and end <= mark.focus[1]
