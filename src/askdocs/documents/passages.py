"""Splits documents into passages of whole sentences, about 100 tokens, with exact offsets."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from askdocs.text.sentences import block_sentences, blocks
from askdocs.text.tokens import TOKEN, estimate_tokens
from askdocs.types import Document, Passage

_GAP = re.compile(r"\s+")
_LINE_END = re.compile(r"\n")
_CLAUSE_END = re.compile(r"[;:,.!?)\]，、；：][ \t\n]+|\n|[，、；：。]")
_FULL, _LONGEST, _SMALLEST = (
    1.3,
    1.6,
    0.3,
)  # of the target size of a passage: the next sentence fits, a sentence is cut, a group is small
_LONGEST_WORD = 300  # characters; a longer run without a gap is cut
# Each passage repeats title and heading; very long ones would make the work quadratic.
_LONGEST_CONTEXT = 2000  # characters of a title or heading that passages repeat


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document with its passages in reading order."""

    document: Document
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """The span of a passage. `last` is the start of its last sentence, which sets the heading."""

    start: int
    last: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    tokens: int
    opens_block: bool
    cut_before: bool  # an anchor that passages do not cross
    page: int | None


def split(document: Document, *, tokens: int = 100) -> list[Passage]:
    """Split a document into passages.

    Args:
        document: The document; its text is not changed.
        tokens: The target size of a passage, in tokens.

    Returns:
        The passages in order. They do not overlap, and together they contain all words of the
        document. Each ends at the end of a sentence, unless a sentence is far longer than
        `tokens`. No passage crosses a page, heading or table anchor.
    """
    return passages_at(document, passage_spans(document, tokens=tokens))


def passage_spans(document: Document, *, tokens: int = 100) -> list[PassageSpan]:
    """Find the spans of the passages of a document; see `split`. The time is linear."""
    locations = _Locations(document)
    groups = _group_sentences(list(_sentences(document, locations, tokens)), tokens)
    return [PassageSpan(group[0].start, group[-1].start, group[-1].end) for group in groups]


def passages_at(document: Document, spans: Iterable[PassageSpan]) -> list[Passage]:
    """Make the passages at the given spans of a document."""
    locations = _Locations(document)
    return [_make_passage(document, locations, span) for span in spans]


def with_id(passage: Passage) -> Passage:
    """The passage with an id that is a hash of all its other fields."""
    location = (passage.start, passage.end, passage.page, passage.page_label, passage.line)
    words = (passage.source, passage.title, passage.heading, passage.text)
    content = "\0".join(map(str, (*location, *words)))
    name = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return replace(passage, id=name)


class _Locations:
    """The page, heading and line at an offset of a document, by its anchors."""

    def __init__(self, document: Document) -> None:
        ordered = sorted(document.anchors, key=lambda anchor: anchor.start)
        self.cuts = sorted(
            {a.start for a in ordered if a.heading is not None or a.line is not None}
        )
        self.cut_set = frozenset(self.cuts)
        self._pages = [(a.start, a.page, a.page_label) for a in ordered if a.page is not None]
        self._headings = [
            (a.start, a.heading[:_LONGEST_CONTEXT]) for a in ordered if a.heading is not None
        ]
        self._lines = [(a.start, a.line) for a in ordered if a.line is not None]
        self._line_ends = [found.start() for found in _LINE_END.finditer(document.text)]

    def page(self, offset: int) -> tuple[int | None, str | None]:
        at = bisect_right(self._pages, offset, key=lambda page: page[0])
        return self._pages[at - 1][1:] if at else (None, None)

    def heading(self, offset: int) -> str | None:
        at = bisect_right(self._headings, offset, key=lambda heading: heading[0])
        return (self._headings[at - 1][1] or None) if at else None

    def line(self, offset: int) -> int | None:
        at = bisect_right(self._lines, offset, key=lambda line: line[0])
        if not at:
            return None
        start, line = self._lines[at - 1]
        return line + bisect_left(self._line_ends, offset) - bisect_left(self._line_ends, start)


def _make_passage(document: Document, locations: _Locations, span: PassageSpan) -> Passage:
    page, page_label = locations.page(span.start)
    return with_id(
        Passage(
            id="",
            source=document.source,
            text=document.text[span.start : span.end],
            start=span.start,
            end=span.end,
            title=document.title[:_LONGEST_CONTEXT],
            page=page,
            page_label=page_label,
            heading=locations.heading(span.last),
            line=locations.line(span.start),
        )
    )


def _sentences(document: Document, locations: _Locations, tokens: int) -> Iterator[_Sentence]:
    text = document.text
    for block_start, block_end in blocks(text, locations.cuts):
        opens_block = True
        for sentence in block_sentences(text, block_start, block_end):
            for start, end in _cut_long(text, *sentence, limit=int(tokens * _LONGEST)):
                yield _Sentence(
                    start=start,
                    end=end,
                    tokens=estimate_tokens(text[start:end]),
                    opens_block=opens_block,
                    cut_before=block_start in locations.cut_set and opens_block,
                    page=locations.page(start)[0],
                )
                opens_block = False


def _group_sentences(sentences: Sequence[_Sentence], tokens: int) -> list[list[_Sentence]]:
    """Group neighbouring sentences to about `tokens`. A small last group joins its neighbour."""
    groups: list[list[_Sentence]] = []
    size = 0
    for sentence in sentences:
        if groups and not _must_separate(groups[-1][-1], sentence):
            full = size + sentence.tokens > tokens * _FULL or size >= tokens
            if not full:
                groups[-1].append(sentence)
                size += sentence.tokens
                continue
        groups.append([sentence])
        size = sentence.tokens
    merged: list[list[_Sentence]] = []
    for group in groups:
        size = sum(sentence.tokens for sentence in group)
        if merged and size < tokens * _SMALLEST and not _must_separate(merged[-1][-1], group[0]):
            merged[-1].extend(group)
        else:
            merged.append(group)
    return merged


def _must_separate(before: _Sentence, after: _Sentence) -> bool:
    return after.cut_before or before.page != after.page


def _cut_long(text: str, start: int, end: int, *, limit: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence far longer than a passage: at clauses, else between words, else anywhere.

    The rest is never scanned as a whole, since a line may be as long as its file.
    """
    while _is_longer(text, start, end, limit):
        cut = _cut_point(text, start, end, limit)
        if text[start:cut].strip():
            right = start + len(text[start:cut].rstrip())
            yield start, right
        gap = _GAP.match(text, cut, end)
        start = gap.end() if gap else cut
    if start < end:
        yield start, end


def _is_longer(text: str, start: int, end: int, limit: int) -> bool:
    """Whether there are more than `limit` tokens between two offsets."""
    return next(islice(TOKEN.finditer(text, start, end), limit, None), None) is not None


def _cut_point(text: str, start: int, end: int, limit: int) -> int:
    """The offset at which to cut: at most about `limit` tokens are to the left of it."""
    last = start
    for count, match in enumerate(TOKEN.finditer(text, start, end), 1):
        last = match.end()
        if count >= limit:
            break
    earliest = start + (last - start) // 2
    clauses = [match.end() for match in _CLAUSE_END.finditer(text, earliest, last)]
    if clauses:
        return clauses[-1]
    gaps = [match.start() for match in _GAP.finditer(text, earliest, last)]
    if gaps and gaps[-1] > start:
        return gaps[-1]
    return min(last, start + _LONGEST_WORD) if last - start > _LONGEST_WORD else last
