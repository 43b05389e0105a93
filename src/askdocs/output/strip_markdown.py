"""Quotes and passages from Markdown without its markup.

Only what is shown changes. A citation keeps the exact characters of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from askdocs.documents.document_types import kind_of
from askdocs.types import Statement

_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
_LINE_START = re.compile(r"^[ \t]{0,3}(?:(?:>[ \t]?)+|#{1,6}[ \t]+)", re.MULTILINE)
_FENCED = re.compile(
    r"^[ \t]*(?P<fence>```+|~~~+)[^\n]*\n(?P<code>.*?)(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
# The header row of a table with the line under it: each other row has the column names.
_TABLE_HEAD = re.compile(
    r"^[ \t]*\|?[^\n|]*\|[^\n]*\n[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$",
    re.MULTILINE,
)
_BULLETS = re.compile(r"^([ \t]*)[-*+](?=[ \t]+\S)", re.MULTILINE)
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


def strip_markdown(text: str, source: str) -> str:
    """Return a quote as it is shown.

    Args:
        text: The exact text of the document.
        source: The name of the document; only Markdown has markup.

    Returns:
        The text without markup; unchanged if it contains a code block.
    """
    return without_spans(text, markup_spans(text, source))


def shown_text(statement: Statement) -> str:
    """Return the text of a statement as it is shown: a quote has no markup."""
    if statement.verdict != "quoted" or not statement.citations:
        return statement.text
    return strip_markdown(statement.text, statement.citations[0].source)


def shown_passage(text: str, source: str, start: int = 0, end: int = 0) -> tuple[str, str, str]:
    """Return a passage as it is shown on one line: without markup, and with one kind of bullet.

    Args:
        text: The exact text of the passage.
        source: The name of the document; only Markdown has markup.
        start: Where the quote begins in the text.
        end: Where the quote ends in the text.

    Returns:
        What is before the quote, the quote, and what is after it.
    """
    spans = []
    if kind_of(source) == "Markdown":
        text = _BULLETS.sub(r"\1•", text)  # as long as before
        spans = _passage_spans(text)
    before, quote, after = (
        without_spans(text, spans, *part) for part in ((0, start), (start, end), (end, None))
    )
    return before, quote, after


def _passage_spans(text: str) -> list[Span]:
    """The markup of a passage: outside of its code, and the fences themselves."""
    spans, at = [], 0
    for fenced in _FENCED.finditer(text):
        spans += _block_spans(text, at, fenced.start())
        spans += [(fenced.start(), fenced.start("code")), (fenced.end("code"), fenced.end())]
        at = fenced.end()
    return [*spans, *_block_spans(text, at, len(text))]


def _block_spans(text: str, start: int, end: int) -> list[Span]:
    found = [match.span() for match in _TABLE_HEAD.finditer(text, start, end)]
    found += [match.span() for match in _LINE_START.finditer(text, start, end)]
    return sorted([*found, *_inline(text, start, end)])


def markup_spans(text: str, source: str) -> list[Span]:
    """Return the spans of a quote that `strip_markdown` removes, in order."""
    if kind_of(source) != "Markdown" or _FENCE.search(text):
        return []
    found = [match.span() for match in _LINE_START.finditer(text)]
    bullet = None if "\n" in text.strip() else _BULLET.match(text)
    found += [bullet.span()] if bullet else []
    begins = bullet.end() if bullet else 0
    return sorted([*found, *_inline(text, begins, len(text))])


def without_spans(text: str, spans: list[Span], start: int = 0, end: int | None = None) -> str:
    """Return `text[start:end]` without the characters in `spans`."""
    offset, stop = start, len(text) if end is None else end
    kept = []
    for first, last in spans:
        kept.append(text[offset : max(min(first, stop), offset)])
        offset = max(offset, min(last, stop))
    return "".join([*kept, text[offset:stop]])


def _inline(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the markup of emphasis, links and code; one can be nested in another."""
    for found in _INLINE.finditer(text, start, end):
        name = next(name for name in _SHOWN if found[name] is not None)
        first, last = found.span(name)
        yield found.start(), first
        yield last, found.end()
        if name != "code":
            yield from _inline(text, first, last)
