"""Where marked words stand on the pages of a PDF, as far as its text says."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from askdocs.output.text_anchor import TextAnchor
from askdocs.types import Document


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words of a mark on one page.

    `words` are those before the focus, the focus, and those after it. The same letters stand
    `before` times on the page before them, in the order of the document's text.
    """

    page: int
    words: tuple[str, str, str]
    before: int


def highlights(document: Document, mark: TextAnchor) -> list[Highlight]:
    """The words of a mark, page by page."""
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
    """The letters and digits of a text, ligatures taken apart, in lower case."""
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isalnum())
