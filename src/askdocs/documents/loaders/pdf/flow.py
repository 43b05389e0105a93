"""Paragraphs over the borders of pages and columns, and which of them are headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from askdocs.documents.loaders.pdf.paragraphs import Paragraph, goes_on, join_lines, space_between

_OPEN_END = re.compile(r"[\w,;(\u00ad-]$")
_HEADING_LIMIT = 150  # characters
_BOLD_LIMIT = 90
_HEADING_STEP = 1.75  # font sizes from line to line of one heading, at most
_ALIKE = 0.06  # of its size, by which the print of one paragraph differs at most
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.|[A-Z]\.|§ ?\d+)\s+\S")


def join_over_pages(paragraphs: Sequence[Paragraph], words: frozenset[str]) -> list[Paragraph]:
    """Join a paragraph that stops in mid-sentence to its rest in the next column or page.

    Smaller print between the two (footnotes, captions) comes after it.
    """
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        index = _open_one(joined, paragraph)
        if index is None:
            joined.append(paragraph)
        else:
            joined[index] = _join(joined[index], paragraph, words)
    return joined


def _open_one(before: Sequence[Paragraph], rest: Paragraph) -> int | None:
    """The index of the paragraph that `rest` goes on with, if there is one."""
    if not rest.text[:1].islower() or rest.cells > 1:
        return None
    for index in range(len(before) - 1, max(-1, len(before) - 8), -1):
        candidate = before[index]
        page = candidate.parts[-1][0]
        new_place = page != rest.parts[0][0] or candidate.block != rest.block
        if rest.parts[0][0] - page > 1:
            return None
        if abs(candidate.size - rest.size) <= _ALIKE * rest.size and candidate.bold == rest.bold:
            fits = candidate.cells == 1 and candidate.lines > 1 and _OPEN_END.search(candidate.text)
            return index if new_place and fits else None
        if candidate.size > rest.size:
            return None
    return None


def _join(first: Paragraph, rest: Paragraph, words: frozenset[str]) -> Paragraph:
    (page, text), (next_page, next_text) = first.parts[-1], rest.parts[0]
    lines = first.lines + rest.lines
    if page == next_page:
        parts = (*first.parts[:-1], (page, join_lines(text, next_text, words)))
        return replace(first, parts=parts, lines=lines, block=rest.block)
    if goes_on(text, next_text):
        # The broken word stays whole, on the page where it begins.
        word, space, remainder = next_text.partition(" ")
        text = join_lines(text, word, words)
        next_text = remainder if space else ""
    parts = (*first.parts[:-1], (page, text))
    if next_text:
        parts = (*parts, (next_page, next_text))
    glue = space_between(text, next_text)
    return replace(first, parts=parts, lines=lines, block=rest.block, glue=glue)


def join_headings(paragraphs: Sequence[Paragraph], words: frozenset[str]) -> list[Paragraph]:
    """Join the lines of a heading that was cut in two: same print, close below each other."""
    body = _body_size(paragraphs)
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        if joined and _is_rest_of_heading(joined[-1], paragraph, body):
            before = joined[-1]
            page, text = before.parts[-1]
            parts = (*before.parts[:-1], (page, join_lines(text, paragraph.text, words)))
            lines = before.lines + paragraph.lines
            joined[-1] = replace(before, parts=parts, lines=lines, filled=paragraph.filled)
        else:
            joined.append(paragraph)
    return joined


def _is_rest_of_heading(before: Paragraph, rest: Paragraph, body: float) -> bool:
    """Whether a paragraph is the next line of a heading."""
    one_page = {number for number, _ in (*before.parts, *rest.parts)}
    near = before.block == rest.block and 0 < rest.step <= _HEADING_STEP and len(one_page) == 1
    alike = abs(before.size - rest.size) <= _ALIKE * rest.size
    if not (alike and near) or _NUMBERED.match(rest.text):
        return False
    first, second = before.text, rest.text
    if len(first) + len(second) > _HEADING_LIMIT or first.endswith((".", ":", ";", "!", "?")):
        return False
    if _is_large(before, body) and _is_large(rest, body):
        return True
    both = _is_bold_heading(before, body) and rest.bold and rest.cells == 1 and rest.lines == 1
    return both and (goes_on(first, second) or second[:1].islower() or before.filled)


def headings_of(paragraphs: Sequence[Paragraph]) -> list[int]:
    """The level of each paragraph as a heading, 0 for text: by size, then by bold print."""
    body = _body_size(paragraphs)
    sizes = sorted({_rounded(p.size) for p in paragraphs if _is_large(p, body)}, reverse=True)
    levels = {size: min(level, 5) for level, size in enumerate(sizes, 1)}
    mostly_bold = sum(len(p.text) for p in paragraphs if p.bold) * 3 > sum(
        len(p.text) for p in paragraphs
    )
    found = []
    for paragraph in paragraphs:
        level = 0
        if _is_large(paragraph, body):
            level = levels[_rounded(paragraph.size)]
        elif _is_bold_heading(paragraph, body) and not mostly_bold:
            level = len(levels) + 1
        found.append(level)
    return found


def _body_size(paragraphs: Sequence[Paragraph]) -> float:
    """The size of most letters."""
    sizes: Counter[float] = Counter()
    for paragraph in paragraphs:
        sizes[_rounded(paragraph.size)] += len(paragraph.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _is_large(paragraph: Paragraph, body: float) -> bool:
    text = paragraph.text
    return (
        paragraph.size >= 1.15 * body + 0.3
        and len(text) <= _HEADING_LIMIT
        and paragraph.lines <= 4
        and paragraph.cells == 1
        and any(letter.isalpha() for letter in text)
        and not text.endswith((",", ";"))
    )


def _is_bold_heading(paragraph: Paragraph, body: float) -> bool:
    text = paragraph.text
    return (
        paragraph.bold
        and paragraph.size >= 0.95 * body
        and 3 <= len(text) <= _BOLD_LIMIT
        and paragraph.lines <= 2
        and paragraph.cells == 1
        and (text[0].isupper() or bool(_NUMBERED.match(text)))
        and not text.endswith((",", ";", ".", ":"))
        and sum(letter.isalpha() for letter in text) * 2 > len(text)
    )
