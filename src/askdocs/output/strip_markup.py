"""Quotes and passages from Markdown and reStructuredText without their markup.

Only what is shown changes. A citation keeps the exact characters of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from askdocs.documents.document_types import kind_of
from askdocs.types import Statement

_FENCE = re.compile(r"^[^\S\n]*(?:```|~~~)", re.MULTILINE)
_LINE_START = re.compile(r"^[ \t]{0,3}(?:(?:>[ \t]?)+|#{1,6}[ \t]+)", re.MULTILINE)
_FENCED = re.compile(
    r"^[ \t]*(?P<fence>```+|~~~+)[^\n]*\n(?P<code>.*?)(?:^[ \t]*(?P=fence)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
# The header row of a table with the line under it: each other row has the column names.
_TABLE_HEAD = re.compile(
    r"^[^\n|]*\|[^\n]*\n[ \t]*(?:\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?"
    r"|\|[ \t]*:?-+:?[ \t]*\|)[ \t]*$",
    re.MULTILINE,
)
_BULLETS = re.compile(r"^([ \t]*)[-*+](?=[ \t]+\S)", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_INLINE = re.compile(
    r"(?<!`)(?P<tick>`{1,2})(?!`)(?P<code>[^`\n]+)(?P=tick)(?!`)"
    r"|!?\[(?P<words>[^\[\]\n]+)\]\((?:[^()\s]|\([^()\s]*\))*"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
    r"|(?<![*\\])(?P<stars>\*{1,3})(?=[^\s*])(?P<strong>[^*]+)(?<=\S)(?P=stars)(?!\*)"
    r"|(?<![\w_\\])(?P<lines>_{1,3})(?=[^\s_])(?P<stressed>[^\n]{1,1000}?)(?<=[^\s_])(?P=lines)(?![\w_])"
)
# ``code``, **strong**, *emphasis*, :role:`words`, `words <address>`_, `words`. A sign that is never
# closed is searched for within that many characters.
RESTRUCTURED_INLINE = re.compile(
    r"``(?P<code>.{1,400}?)``|\*\*(?P<strong>\S(?:.{0,400}?\S)?)\*\*"
    r"|(?<![\w*])\*(?P<em>\S(?:.{0,400}?\S)?)\*(?![\w*])"
    r"|(?<![\w:+.-]):[\w:+.-]{1,60}:`(?P<role>[^`]{1,400}?)(?:\s{0,40}<[^`<>]{0,400}>)?`"
    r"|`(?P<link>[^`]{1,400}?)(?:\s{0,40}<[^`<>]{0,400}>)?`_{0,2}",
    re.DOTALL,
)
_RULE = re.compile(r"^([^\w\s])\1{2,}[ \t]*$", re.MULTILINE)  # under a heading, around metadata
# A directive with its options, or a link target. A file or a language as argument is markup too.
_DIRECTIVE = re.compile(
    r"^[ \t]*\.\.[ \t]+(?:_[^\n]+:[^\n]*$|(?:\|[^|\n]+\|[ \t]+)?(?:(?:code|code-block|sourcecode"
    r"|literalinclude|highlight|include|image|figure|toctree|contents|raw|only)::[^\n]*$"
    r"|[\w:+.-]+::(?:[ \t]+|$)))(?:\n[ \t]+:[\w-]+:[^\n]*)*",
    re.MULTILINE,
)
_FIELD = re.compile(r"^[ \t]*:(?=[A-Za-z][^:`\n]{0,60}:(?:[ \t]|$))", re.MULTILINE)  # :Author: Ada
_LITERAL = re.compile(r"(?<=:):(?=[ \t]*$)", re.MULTILINE)  # "Like this::", above code
_SHOWN = ("code", "words", "strong", "stressed")

Span = tuple[int, int]


def strip_markup(text: str, source: str) -> str:
    """Return a quote as it is shown.

    Args:
        text: The exact text of the document.
        source: The name of the document; only Markdown and reStructuredText have markup.

    Returns:
        The text without markup. Markdown with a code block is unchanged.
    """
    return without_spans(text, markup_spans(text, source))


def shown_text(statement: Statement) -> str:
    """Return the text of a statement as it is shown: a quote has no markup."""
    if statement.verdict != "quoted" or not statement.citations:
        return statement.text
    return strip_markup(statement.text, statement.citations[0].source)


def shown_passage(text: str, source: str, start: int = 0, end: int = 0) -> tuple[str, str, str]:
    """Return a passage as it is shown on one line: without markup, and with one kind of bullet.

    Args:
        text: The exact text of the passage.
        source: The name of the document; only Markdown and reStructuredText have markup.
        start: Where the quote begins in the text.
        end: Where the quote ends in the text.

    Returns:
        What is before the quote, the quote, and what is after it.
    """
    shown, spans = passage_markup(text, source)
    before, quote, after = (
        without_spans(shown, spans, *part) for part in ((0, start), (start, end), (end, None))
    )
    return before, quote if quote.strip() else text[start:end], after


def passage_markup(text: str, source: str) -> tuple[str, list[Span]]:
    """Return a passage with one kind of bullet, as long as before, and its markup in order.

    Args:
        text: The exact text of the passage.
        source: The name of the document; only Markdown and reStructuredText have markup.

    Returns:
        The text, and the spans of it that are not shown. They can overlap.
    """
    if _is_restructured(source):
        blocks = (_RULE, _DIRECTIVE, _FIELD, _LITERAL)
        found = [match.span() for pattern in blocks for match in pattern.finditer(text)]
        return _BULLETS.sub(r"\1•", text), sorted([*_restructured_spans(text), *found])
    if kind_of(source) == "Markdown":
        shown = _BULLETS.sub(r"\1•", text)
        return shown, _passage_spans(shown)
    return text, []


def _is_restructured(source: str) -> bool:
    return source.lower().endswith(".rst")


def _restructured_spans(text: str, start: int = 0) -> Iterator[Span]:
    for found in RESTRUCTURED_INLINE.finditer(text, start):
        first, last = found.span(found.lastgroup or 0)
        yield found.start(), first
        yield last, found.end()


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
    for pattern in (_LINE_START, _RULE):
        found += [match.span() for match in pattern.finditer(text, start, end)]
    return sorted([*found, *_inline(text, start, end)])


def markup_spans(text: str, source: str) -> list[Span]:
    """Return the spans of a quote that `strip_markup` removes, in order."""
    is_restructured = _is_restructured(source)
    if not is_restructured and (kind_of(source) != "Markdown" or _FENCE.search(text)):
        return []
    bullet = None if "\n" in text.strip() else _BULLET.match(text)
    found = [bullet.span()] if bullet else []
    begins = bullet.end() if bullet else 0
    if is_restructured:
        return [*found, *_restructured_spans(text, begins)]
    found += [match.span() for match in _LINE_START.finditer(text)]
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
