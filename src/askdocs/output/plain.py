"""Quotes from Markdown as people read them: without the signs of emphasis, links and code.

Only what is shown changes. A citation keeps the words as they stand in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from askdocs.documents.document_types import kind_of
from askdocs.types import Statement

_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
_BEGINNING = re.compile(r"^[ \t]{0,3}(?:(?:>[ \t]?)+|#{1,6}[ \t]+)", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_INLINE = re.compile(
    r"(?<!`)(?P<tick>`{1,2})(?!`)(?P<code>[^`\n]+)(?P=tick)(?!`)"
    r"|!?\[(?P<words>[^\[\]\n]+)\]\((?:[^()\s]|\([^()\s]*\))*"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
    r"|(?<![*\\])(?P<stars>\*{1,3})(?=[^\s*])(?P<strong>[^*]+)(?<=\S)(?P=stars)(?!\*)"
    r"|(?<![\w_\\])(?P<lines>_{1,3})(?=[^\s_])(?P<stressed>[^\n]+?)(?<=[^\s_])(?P=lines)(?![\w_])"
)
_SHOWN = ("code", "words", "strong", "stressed")

Span = tuple[int, int]


def plain(text: str, source: str) -> str:
    """A quote from a document as it is shown.

    Args:
        text: The words as they stand in the document.
        source: The name of the document; only Markdown has signs that are left out.

    Returns:
        The text without its signs, or as it is where it holds a block of code.
    """
    return without(text, signs(text, source))


def shown_text(statement: Statement) -> str:
    """The text of a statement as it is shown: a quote without its signs."""
    if statement.verdict != "quoted" or not statement.citations:
        return statement.text
    return plain(statement.text, statement.citations[0].source)


def signs(text: str, source: str) -> list[Span]:
    """The spans of a quote that `plain` leaves out, in order."""
    if kind_of(source) != "Markdown" or _FENCE.search(text):
        return []
    found = [each.span() for each in _BEGINNING.finditer(text)]
    bullet = None if "\n" in text.strip() else _BULLET.match(text)
    found += [bullet.span()] if bullet else []
    begins = bullet.end() if bullet else 0
    return sorted([*found, *_inline(text, begins, len(text))])


def without(text: str, spans: list[Span], start: int = 0, end: int | None = None) -> str:
    """The part of a text from `start` to `end` without what lies in `spans`."""
    at, stop = start, len(text) if end is None else end
    kept = []
    for first, last in spans:
        kept.append(text[at : max(min(first, stop), at)])
        at = max(at, min(last, stop))
    return "".join([*kept, text[at:stop]])


def _inline(text: str, start: int, end: int) -> Iterator[Span]:
    """The signs around what is emphasised, linked or code, one within the other."""
    for found in _INLINE.finditer(text, start, end):
        name = next(name for name in _SHOWN if found[name] is not None)
        first, last = found.span(name)
        yield found.start(), first
        yield last, found.end()
        if name != "code":
            yield from _inline(text, first, last)
