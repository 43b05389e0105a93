"""Text anchors: a span of a document that fits into a link and can be checked later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from askdocs.output.checksum import checksum
from askdocs.types import Citation, Document, Passage

_ANCHOR = re.compile(r"(\d{1,12})-(\d{1,12})(?:~(\d{1,12})-(\d{1,12}))?\.([0-9a-f]{12})")

_FARTHEST = 100_000  # characters before and after its offset in which moved text is searched
_MOST_COMPARED = 20_000_000  # characters hashed to find one anchor; anyone can write a link
_OTHER_LENGTHS = 8  # characters by which a text may be longer or shorter after it was wrapped anew
_LONGEST_WRAPPED = 2000  # characters of a text that is found where it is wrapped elsewhere
_NEAREST = 1000  # words at which a text of another length is searched for
_FEW = 10  # anchors that are each searched up to these limits; more share them
_SEARCHED_BY_BROWSERS = {".html", ".htm", ".xhtml", ".txt"}  # for the words of a link
_WORDS_OF_AN_END = 5
_WORD_START = re.compile(r"\b\w|(?<!\S)\S")
_WITHIN_WORD = re.compile(r"\w\w|\s")  # at the last character: the text does not end a word


_DIFFERENCES = sorted(range(-_OTHER_LENGTHS, _OTHER_LENGTHS + 1), key=abs)


def words_checksum(text: str) -> str:
    """Return the checksum of a text, whatever white space is between its words if it is short."""
    return checksum(" ".join(text.split()) if len(text) <= _LONGEST_WRAPPED else text)


@dataclass(frozen=True, slots=True)
class TextAnchor:
    """The span `text[start:end]` of a document, with the checksum of its text.

    `check` is what `words_checksum` returned when the anchor was made, or `checksum`, as older
    links and exports have it. They differ only where there is more than single spaces. `focus` is
    the part of the span that answers most directly. `str` writes an anchor as
    `120-300~150-170.1a2b3c4d5e6f`.
    """

    start: int
    end: int
    check: str
    focus: tuple[int, int] | None = None

    def __str__(self) -> str:
        focus = f"~{self.focus[0]}-{self.focus[1]}" if self.focus else ""
        return f"{self.start}-{self.end}{focus}.{self.check}"

    def matches(self, text: str) -> bool:
        """Return whether the span of `text` still has the same words."""
        inside = 0 <= self.start < self.end <= len(text)
        return inside and self._has_words(text[self.start : self.end])

    def _has_words(self, words: str) -> bool:
        if self.check == checksum(words):
            return True
        joined = " ".join(words.split()) if len(words) <= _LONGEST_WRAPPED else words
        return joined != words and self.check == checksum(joined)

    def find_in(self, text: str, *, among: int = 1) -> TextAnchor | None:
        """Return the anchor of the closest span of `text` with the same words.

        White space between them may have changed: lines wrapped elsewhere, indented, or with fewer
        spaces.

        Args:
            text: The current text of the document.
            among: How many anchors are searched for. The more, the less each is searched.

        Returns:
            The anchor itself if its text has not moved; None if the text is gone or far away.
        """
        if self.matches(text):
            return self
        length = self.end - self.start
        if not 0 < length <= len(text) + _OTHER_LENGTHS:
            return None
        farthest, most_compared, most_rewrapped = (
            most * _FEW // max(among, _FEW) for most in (_FARTHEST, _MOST_COMPARED, _NEAREST)
        )
        first, last = max(self.start - farthest, 0), self.start + farthest
        starts = (match.start() for match in _WORD_START.finditer(text, first, last))
        nearest = sorted(starts, key=lambda start: abs(start - self.start))
        for differs in _DIFFERENCES if length <= _LONGEST_WRAPPED else (0,):
            most = most_compared // length + 1
            for start in nearest[: min(most, most_rewrapped) if differs else most]:
                end = start + length + differs
                if not start < end <= len(text) or _WITHIN_WORD.match(text, end - 1):
                    continue
                if self._has_words(text[start:end]):
                    return self._moved(start, end)
        return None

    def _moved(self, start: int, end: int) -> TextAnchor:
        """The anchor at another place. Its focus is known only if it is as long as before."""
        by = start - self.start
        same = end - start == self.end - self.start
        focus = (self.focus[0] + by, self.focus[1] + by) if self.focus and same else None
        return TextAnchor(start, end, self.check, focus)


def find_anchors(text: str, anchors: Sequence[TextAnchor]) -> dict[int, TextAnchor | None]:
    """Return each anchor where its text is now, by its number; see `TextAnchor.find_in`.

    The more anchors do not match, the less each is searched: a link with a hundred wrong
    anchors costs as much as one with ten.
    """
    wrong = sum(not anchor.matches(text) for anchor in anchors)
    return {number: anchor.find_in(text, among=wrong) for number, anchor in enumerate(anchors)}


def citation_anchor(citation: Citation) -> TextAnchor:
    """Return the anchor of a citation's quote."""
    return TextAnchor(citation.start, citation.end, words_checksum(citation.quote), citation.focus)


def passage_anchor(passage: Passage) -> TextAnchor:
    """Return the anchor of a whole passage."""
    return TextAnchor(passage.start, passage.end, words_checksum(passage.text))


def parse_anchor(written: str) -> TextAnchor | None:
    """Read an anchor that `str(anchor)` wrote; None for anything else."""
    match = _ANCHOR.fullmatch(written)
    if match is None:
        return None
    start, end, focus_start, focus_end, check = match.groups()
    focus = (int(focus_start), int(focus_end)) if focus_start else None
    return TextAnchor(int(start), int(end), check, focus)


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """What a link opens: a document, at the first of its anchors.

    `page` and `words` lead to the same place where the file itself is opened.
    """

    source: str
    anchors: tuple[TextAnchor, ...] = ()
    page: int | None = None
    words: str = ""


def citation_target(citation: Citation) -> LinkTarget:
    """Return what a link to a citation's quote opens."""
    anchors = (citation_anchor(citation),)
    return LinkTarget(citation.source, anchors, citation.page, citation.quote)


def passage_target(passage: Passage) -> LinkTarget:
    """Return what a link to a whole passage opens."""
    return LinkTarget(passage.source, (passage_anchor(passage),), passage.page, passage.text)


def document_target(document: Document, anchor: TextAnchor | None = None) -> LinkTarget:
    """Return what a link to a document, or to a span of it, opens."""
    if anchor is None:
        return LinkTarget(document.source)
    pages = [at.page for at in document.anchors if at.start <= anchor.start and at.page is not None]
    words = document.text[anchor.start : anchor.end]
    return LinkTarget(document.source, (anchor,), pages[-1] if pages else None, words)


def address_of(server: str, corpus: Path, target: LinkTarget) -> str:
    """Return the address that opens a place: on the page, or in the file if there is no page.

    A PDF opens at its page, and HTML and plain text at the words, in programs that can do so.

    Args:
        server: The address of the page, or "".
        corpus: The folder of documents.
        target: The place.
    """
    if server:
        return f"{server.rstrip('/')}/{link(target.source, target.anchors)}"
    return f"{(corpus.resolve() / target.source).as_uri()}{_fragment_of_file(target)}"


def _fragment_of_file(target: LinkTarget) -> str:
    kind = PurePosixPath(target.source).suffix.lower()
    if kind == ".pdf" and target.page is not None:
        return f"#page={target.page}"
    if kind in _SEARCHED_BY_BROWSERS and target.words.strip():
        return f"#:~:text={_text_directive(target.words)}"
    return ""


def _text_directive(words: str) -> str:
    """Words as browsers search them: whole, or by beginning and end if long or of several lines.

    https://wicg.github.io/scroll-to-text-fragment/
    """
    lines = [line.split() for line in words.splitlines() if line.strip()]
    if len(lines) == 1 and len(lines[0]) <= 2 * _WORDS_OF_AN_END:
        return _directive_part(lines[0])
    first, last = lines[0][:_WORDS_OF_AN_END], lines[-1][-_WORDS_OF_AN_END:]
    return f"{_directive_part(first)},{_directive_part(last)}"


def _directive_part(words: Sequence[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")  # "-" has a meaning there


def link(source: str, anchors: Sequence[TextAnchor] = ()) -> str:
    """Return the fragment of the page's address that opens a source at the first anchor."""
    return "#source=" + "&mark=".join([quote(source, safe="/"), *map(str, anchors)])
