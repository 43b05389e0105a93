"""The words to highlight on the pages of a PDF, from its extracted text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from askdocs.output.text_anchor import TextAnchor
from askdocs.types import Document

_AROUND = 60  # characters


@dataclass(frozen=True, slots=True)
class Highlight:
    """The words of a mark on one page.

    `words` has the text before the focus, the focus, and the text after it. The same letters occur
    `before` times earlier on the page, in the order of the document's text. `around` has some text
    of the page before and after them.
    """

    page: int
    words: tuple[str, str, str]
    before: int
    around: tuple[str, str]


def highlights(document: Document, mark: TextAnchor) -> list[Highlight]:
    """The words of a mark by page."""
    edges = [(each.start, each.page) for each in document.anchors if each.page is not None]
    edges.sort()
    found = []
    for (start, page), (end, _) in pairwise([*edges, (len(document.text), 0)]):
        first, last = max(start, mark.start), min(end, mark.end)
        if page is not None and first < last and document.text[first:last].strip():
            whole = (start, end)
            found.append(_highlight(document.text, page, whole, (first, last), mark.focus))
    return found


def _highlight(
    text: str,
    page: int,
    page_span: tuple[int, int],
    span: tuple[int, int],
    focus: tuple[int, int] | None,
) -> Highlight:
    page_start, page_end = page_span
    start, end = span
    first, last = focus or (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)
    before = letters(text[page_start:start]).count(letters(text[start:end]))
    words = (text[start:first], text[first:last], text[last:end])
    around = (
        text[max(page_start, start - _AROUND) : start],
        text[end : min(page_end, end + _AROUND)],
    )
    return Highlight(page, words, before, around)


def letters(text: str) -> str:
    """The letters and digits of a text in lower case, with ligatures split."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())
