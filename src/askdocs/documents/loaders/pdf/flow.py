"""Joins paragraphs across pages and columns, and finds the headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from askdocs.documents.loaders.pdf.paragraphs import (
    Paragraph,
    continues_word,
    join_lines,
    space_between,
)

_OPEN_END = re.compile(r"[\w,;(\u00ad-]$")
_HEADING_LIMIT = 150  # characters
_BOLD_LIMIT = 90
_HEADING_STEP = 1.75  # font sizes: the largest line spacing in a heading
_SIZE_TOLERANCE = 0.06  # of its font size: the largest difference in one paragraph
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.|[A-Z]\.|§ ?\d+)\s+\S")


def join_over_pages(paragraphs: Sequence[Paragraph], words: frozenset[str]) -> list[Paragraph]:
    """Join a paragraph that ends in mid-sentence to its continuation on the next page or column.

    Smaller text between the two (footnotes, captions) is moved after it.
    """
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        index = _find_unfinished(joined, paragraph)
        if index is None:
            joined.append(paragraph)
        else:
            joined[index] = _join_paragraphs(joined[index], paragraph, words)
    return joined


def _find_unfinished(before: Sequence[Paragraph], rest: Paragraph) -> int | None:
    """The index of the paragraph that `rest` continues, if there is one."""
    if not rest.text[:1].islower() or rest.cells > 1:
        return None
    for index in range(len(before) - 1, max(-1, len(before) - 8), -1):
        candidate = before[index]
        page = candidate.parts[-1][0]
        new_place = page != rest.parts[0][0] or candidate.block != rest.block
        if rest.parts[0][0] - page > 1:
            return None
        if (
            abs(candidate.size - rest.size) <= _SIZE_TOLERANCE * rest.size
            and candidate.bold == rest.bold
        ):
            fits = candidate.cells == 1 and candidate.lines > 1 and _OPEN_END.search(candidate.text)
            return index if new_place and fits else None
        if candidate.size > rest.size:
            return None
    return None


def _join_paragraphs(first: Paragraph, rest: Paragraph, words: frozenset[str]) -> Paragraph:
    (page, text), (next_page, next_text) = first.parts[-1], rest.parts[0]
    lines = first.lines + rest.lines
    if page == next_page:
        parts = (*first.parts[:-1], (page, join_lines(text, next_text, words)))
        return replace(first, parts=parts, lines=lines, block=rest.block)
    if continues_word(text, next_text):
        # The hyphenated word is joined on the page where it begins.
        word, space, remainder = next_text.partition(" ")
        text = join_lines(text, word, words)
        next_text = remainder if space else ""
    parts = (*first.parts[:-1], (page, text))
    if next_text:
        parts = (*parts, (next_page, next_text))
    glue = space_between(text, next_text)
    return replace(first, parts=parts, lines=lines, block=rest.block, glue=glue)


def join_headings(paragraphs: Sequence[Paragraph], words: frozenset[str]) -> list[Paragraph]:
    """Join the lines of a split heading: the same font, and close to one another."""
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
    is_close = before.block == rest.block and 0 < rest.step <= _HEADING_STEP and len(one_page) == 1
    same_size = abs(before.size - rest.size) <= _SIZE_TOLERANCE * rest.size
    if not (same_size and is_close) or _NUMBERED.match(rest.text):
        return False
    first, second = before.text, rest.text
    if len(first) + len(second) > _HEADING_LIMIT or first.endswith((".", ":", ";", "!", "?")):
        return False
    if _is_large(before, body) and _is_large(rest, body):
        return True
    both = _is_bold_heading(before, body) and rest.bold and rest.cells == 1 and rest.lines == 1
    return both and (continues_word(first, second) or second[:1].islower() or before.filled)


def headings_of(paragraphs: Sequence[Paragraph]) -> list[int]:
    """The heading level of each paragraph, by font size, then by bold type; 0 for text."""
    body = _body_size(paragraphs)
    sizes = sorted({_round_to_half(p.size) for p in paragraphs if _is_large(p, body)}, reverse=True)
    levels = {size: min(level, 5) for level, size in enumerate(sizes, 1)}
    mostly_bold = sum(len(p.text) for p in paragraphs if p.bold) * 3 > sum(
        len(p.text) for p in paragraphs
    )
    found = []
    for paragraph in paragraphs:
        level = 0
        if _is_large(paragraph, body):
            level = levels[_round_to_half(paragraph.size)]
        elif _is_bold_heading(paragraph, body) and not mostly_bold:
            level = len(levels) + 1
        found.append(level)
    return found


def _body_size(paragraphs: Sequence[Paragraph]) -> float:
    """The font size of most letters."""
    sizes: Counter[float] = Counter()
    for paragraph in paragraphs:
        sizes[_round_to_half(paragraph.size)] += len(paragraph.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _round_to_half(size: float) -> float:
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
