"""Text anchors: a span of a document that fits into a link and can be checked later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from askdocs.output.checksum import checksum
from askdocs.types import Citation, Passage

_ANCHOR = re.compile(r"(\d{1,12})-(\d{1,12})(?:~(\d{1,12})-(\d{1,12}))?\.([0-9a-f]{12})")

_FARTHEST = 100_000  # characters before and after its offset in which moved text is searched
_MOST_COMPARED = 20_000_000  # characters hashed to find one anchor; anyone can write a link
_FEW = 10  # anchors that are each searched as far as _FARTHEST
_WORD_START = re.compile(r"\b\w|(?<!\S)\S")
_WITHIN_WORD = re.compile(r"\w\w|\s")  # at the last character: the text does not end a word


@dataclass(frozen=True, slots=True)
class TextAnchor:
    """The span `text[start:end]` of a document, with the checksum of its text.

    `check` is the checksum when the anchor was made. `focus` is the part of the span that answers
    most directly. `str` writes an anchor as `120-300~150-170.1a2b3c4d5e6f`.
    """

    start: int
    end: int
    check: str
    focus: tuple[int, int] | None = None

    def __str__(self) -> str:
        focus = f"~{self.focus[0]}-{self.focus[1]}" if self.focus else ""
        return f"{self.start}-{self.end}{focus}.{self.check}"

    def matches(self, text: str) -> bool:
        """Return whether the span of `text` still has the same characters."""
        inside = 0 <= self.start < self.end <= len(text)
        return inside and checksum(text[self.start : self.end]) == self.check

    def find_in(self, text: str, *, farthest: int = _FARTHEST) -> TextAnchor | None:
        """Return the anchor of the closest span of `text` with the same characters.

        Args:
            text: The current text of the document.
            farthest: How many characters before and after its offset are searched.

        Returns:
            The anchor itself if its text has not moved; None if the text is gone or far away.
        """
        if self.matches(text):
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
                if moved.matches(text):
                    return moved
        return None

    def _moved(self, by: int) -> TextAnchor:
        focus = (self.focus[0] + by, self.focus[1] + by) if self.focus else None
        return TextAnchor(self.start + by, self.end + by, self.check, focus)


def find_anchors(text: str, anchors: Sequence[TextAnchor]) -> dict[int, TextAnchor | None]:
    """Return each anchor where its text is now, by its number; see `TextAnchor.find_in`.

    The more anchors do not match, the less far each is searched: a link with a hundred wrong
    anchors costs as much as one with ten.
    """
    wrong = sum(not anchor.matches(text) for anchor in anchors)
    farthest = _FARTHEST * _FEW // max(wrong, _FEW)
    return {
        number: anchor.find_in(text, farthest=farthest) for number, anchor in enumerate(anchors)
    }


def citation_anchor(citation: Citation) -> TextAnchor:
    """Return the anchor of a citation's quote."""
    return TextAnchor(citation.start, citation.end, checksum(citation.quote), citation.focus)


def passage_anchor(passage: Passage) -> TextAnchor:
    """Return the anchor of a whole passage."""
    return TextAnchor(passage.start, passage.end, checksum(passage.text))


def parse_anchor(written: str) -> TextAnchor | None:
    """Read an anchor that `str(anchor)` wrote; None for anything else."""
    match = _ANCHOR.fullmatch(written)
    if match is None:
        return None
    start, end, focus_start, focus_end, check = match.groups()
    focus = (int(focus_start), int(focus_end)) if focus_start else None
    return TextAnchor(int(start), int(end), check, focus)


def address_of(page: str, corpus: Path, source: str, fragment: str) -> str:
    """Return the address that opens a source: on the page, or the file if there is no page.

    Args:
        page: The address of the page, or "".
        corpus: The folder of documents.
        source: The name of the document.
        fragment: What `link` returns for it.
    """
    if page:
        return f"{page.rstrip('/')}/{fragment}"
    return (corpus.resolve() / source).as_uri()


def link(source: str, anchors: Sequence[TextAnchor] = ()) -> str:
    """Return the fragment of the page's address that opens a source at the first anchor."""
    return "#source=" + "&mark=".join([quote(source, safe="/"), *map(str, anchors)])
