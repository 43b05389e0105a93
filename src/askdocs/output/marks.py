"""A mark: words of a document, in a form that fits into a link and can be checked later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from askdocs.output.exports import checksum
from askdocs.types import Citation, Passage

_WRITTEN = re.compile(r"(\d{1,12})-(\d{1,12})(?:~(\d{1,12})-(\d{1,12}))?\.([0-9a-f]{12})")

_FARTHEST = 100_000  # characters that words are looked for before and after their place
_MOST_COMPARED = 20_000_000  # characters that are hashed to find one mark; anybody can write one
_FEW = 10  # marks, each of which is looked for as far as that
_WORD_START = re.compile(r"\b\w|(?<!\S)\S")
_WITHIN_WORD = re.compile(r"\w\w|\s")  # from the last character on: no words end here


@dataclass(frozen=True, slots=True)
class Mark:
    """The words `text[start:end]` of a document; `check` is their hash when the mark was made.

    `focus` is the part of them that answers most directly. `str` writes it as
    `120-300~150-170.1a2b3c4d5e6f`.
    """

    start: int
    end: int
    check: str
    focus: tuple[int, int] | None = None

    def __str__(self) -> str:
        focus = f"~{self.focus[0]}-{self.focus[1]}" if self.focus else ""
        return f"{self.start}-{self.end}{focus}.{self.check}"

    def holds(self, text: str) -> bool:
        """Whether the same words still stand at the same place of `text`."""
        inside = 0 <= self.start < self.end <= len(text)
        return inside and checksum(text[self.start : self.end]) == self.check

    def found_in(self, text: str, *, farthest: int = _FARTHEST) -> Mark | None:
        """The mark at the place of `text`, nearest to its own, where the same words stand now.

        Args:
            text: The text of the document as it is now.
            farthest: How many characters before and after its own place it is looked for.

        Returns:
            The mark itself where its words have not moved, None where they are gone or far away.
        """
        if self.holds(text):
            return self
        length = self.end - self.start
        if not 0 < length <= len(text):
            return None
        first, last = max(self.start - farthest, 0), self.start + farthest
        starts = (match.start() for match in _WORD_START.finditer(text, first, last))
        nearest = sorted(starts, key=lambda start: abs(start - self.start))
        for start in nearest[: _MOST_COMPARED // length + 1]:
            end = start + length
            if end <= len(text) and not _WITHIN_WORD.match(text, end - 1):
                moved = self._moved(start - self.start)
                if moved.holds(text):
                    return moved
        return None

    def _moved(self, by: int) -> Mark:
        focus = (self.focus[0] + by, self.focus[1] + by) if self.focus else None
        return Mark(self.start + by, self.end + by, self.check, focus)


def find_marks(text: str, marks: Sequence[Mark]) -> dict[int, Mark | None]:
    """The marks by their numbers, each where its words stand now.

    The more of them do not hold, the less far each is looked for: an address with a hundred wrong
    ones costs as much as one with ten.
    """
    wrong = sum(not mark.holds(text) for mark in marks)
    farthest = _FARTHEST * _FEW // max(wrong, _FEW)
    return {number: mark.found_in(text, farthest=farthest) for number, mark in enumerate(marks)}


def mark_citation(citation: Citation) -> Mark:
    return Mark(citation.start, citation.end, checksum(citation.quote), citation.focus)


def mark_passage(passage: Passage) -> Mark:
    return Mark(passage.start, passage.end, checksum(passage.text))


def parse_mark(written: str) -> Mark | None:
    """The mark as `str(mark)` wrote it; None for anything else."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        return None
    start, end, focus_start, focus_end, check = match.groups()
    focus = (int(focus_start), int(focus_end)) if focus_start else None
    return Mark(int(start), int(end), check, focus)


def address_of(page: str, corpus: Path, source: str, fragment: str) -> str:
    """Return where a source opens: on the page at its address, or the file where there is none.

    Args:
        page: The address of the page, or "".
        corpus: The folder of documents.
        source: The name of the document.
        fragment: What `link` gives for it.
    """
    if page:
        return f"{page.rstrip('/')}/{fragment}"
    return (corpus.resolve() / source).as_uri()


def link(source: str, marks: Sequence[Mark] = ()) -> str:
    """The address, within the page, that opens a source at the first of its marks."""
    return "#source=" + "&mark=".join([quote(source, safe="/"), *map(str, marks)])
