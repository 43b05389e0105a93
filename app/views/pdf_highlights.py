"""The words to highlight on the pages of a PDF, from its extracted text."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from askdocs.output.text_anchor import TextAnchor
from askdocs.types import Document


@dataclass(frozen=True, slots=True)
class Highlight:
    """The words of a mark on one page.

    `words` has the text before the focus, the focus, and the text after it. The same letters occur
    `before` times earlier on the page, in the order of the document's text.
    """

    page: int
    words: tuple[str, str, str]
    before: int


def highlights(document: Document, mark: TextAnchor) -> list[Highlight]:
    """The words of a mark by page."""
    edges = [(each.start, each.page) for each in document.anchors if each.page is not None]
    edges.sort()
    found = []
    for (start, page), (end, _) in pairwise([*edges, (len(document.text), 0)]):
        first, last = max(start, mark.start), min(end, mark.end)
        if page is not None and first < last and document.text[first:last].strip():
            found.append(_highlight(document.text, page, start, (first, last), mark.focus))
    return found


def _highlight(
    text: str, page: int, page_start: int, span: tuple[int, int], focus: tuple[int, int] | None
) -> Highlight:
    start, end = span
    first, last = focus or (end, end)
    first, last = min(max(first, start), end), min(max(last, start), end)
    before = letters(text[page_start:start]).count(letters(text[start:end]))
    return Highlight(page, (text[start:first], text[first:last], text[last:end]), before)


def letters(text: str) -> str:
    """The letters and digits of a text in lower case, with ligatures split."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())
