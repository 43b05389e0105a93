"""Documents into passages: whole sentences, about 100 tokens, with exact offsets."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from sentencex import get_sentence_boundaries

from askdocs.types import Document, Passage

# Words up to 6 letters are mostly one WordPiece token, longer ones more; CJK is one a character.
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]|\w{1,6}|[^\w\s]"
)
_GAP = re.compile(r"\s+")
_LINE_END = re.compile(r"\n")
_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BULLET = re.compile(r"[ \t]*(?:[-*+•◦–—·>|]|\(?\w{1,3}[.)]|\d+(?:\.\d+)+)[ \t]")
_ITEM = re.compile(r"[ \t]*(?:[-*+•◦–—·]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)])[ \t]")
_CLAUSE_END = re.compile(r"[;:,.!?)\]，、；：][ \t\n]+|\n|[，、；：。]")
_CELL_MARKS = (" | ", "\t")
_ROW_MARKS = ("; ", *_CELL_MARKS)  # between the cells of a row
_ROW_LABEL = re.compile(r"\W*(?:\w*\d\S*|[^\W\d_][^\s:]*:)(?=\s)")  # "2026-05-01", "Name:"
_FEWEST_ROWS = 4  # lines none of which goes on in lower case: a list, not wrapped prose
# No sentence ends after a number that counts it ("4. Deposit."), …
_ENUMERATOR = re.compile(r"[#\s]*\(?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[A-Za-z])[.)]\s*")
# … after these before a figure ("approx. 12 km"), nor between the day and the month.
_ABBREVIATED = re.compile(
    r"\b(?:approx|apt|app|chap|ch|div|eq|eqs|est|excl|ext|fax|fol|incl|max|min|par|para|ref|rm"
    r"|resp|tab|tel|temp|vol|vols)\.\s+(?=[\d+(])"
    r"|\b\d{1,2}\.\s+(?=(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober"
    r"|November|Dezember|januar|februar|mars|april|mai|juni|juli|august|september|oktober"
    r"|november|desember|december)\b)",
    re.IGNORECASE,
)
_MAY = re.compile(r"\bMay\. +(?=[A-Z])")  # sentencex holds the month for an abbreviation
_FULL, _LONGEST, _SMALLEST = 1.3, 1.6, 0.3  # of the wished size; chosen with it (docs/decisions)
_WRAP_WIDTHS = range(40, 121)  # widths, in characters, at which prose is wrapped by hand
_LONGEST_WORD = 300  # characters without a gap that are still called a word


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    tokens: int
    opens_block: bool
    cut_before: bool  # an anchor that passages do not cross
    page: int | None


def estimate_tokens(text: str) -> int:
    """About the number of WordPiece tokens in a text, without a tokenizer."""
    return sum(1 for _ in _TOKEN.finditer(text))


def split(document: Document, *, tokens: int = 100) -> list[Passage]:
    """The passages of a document in order: none overlap, and together they hold all its words.

    Each aims at `tokens` tokens, ends at the end of a sentence where sentences are not far
    longer than that, and stays on one side of each page, heading and table anchor.
    """
    places = _Places(document)
    groups = _pack(list(_sentences(document, places, tokens)), tokens)
    return [_passage(document, places, group) for group in groups]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, without the white space around it.

    A blank line ends a sentence, and so does a line end unless the text is wrapped by hand.
    """
    return [span for block in _blocks(text, ()) for span in _block_sentences(text, *block)]


def is_row(line: str) -> bool:
    """Whether a line has cells with figures: "Year: 2020; Cost: 4", "2020 | 4"."""
    has_cells = any(mark in line for mark in _CELL_MARKS) or ("; " in line and ": " in line)
    return has_cells and any(letter.isdigit() for letter in line)


def is_item(line: str) -> bool:
    """Whether a line begins as the items of lists do: with a bullet, a number or a letter."""
    return bool(_ITEM.match(line))


def with_id(passage: Passage) -> Passage:
    """The passage with an id that is the same exactly when all else in it is the same."""
    place = (passage.start, passage.end, passage.page, passage.page_label, passage.line)
    words = (passage.source, passage.title, passage.heading, passage.text)
    content = "\0".join(map(str, (*place, *words)))
    name = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return replace(passage, id=name)


class _Places:
    """What the anchors of a document say at an offset."""

    def __init__(self, document: Document) -> None:
        ordered = sorted(document.anchors, key=lambda anchor: anchor.start)
        self.cuts = sorted(
            {a.start for a in ordered if a.heading is not None or a.line is not None}
        )
        self.cut_set = frozenset(self.cuts)
        self._pages = [(a.start, a.page, a.page_label) for a in ordered if a.page is not None]
        self._headings = [(a.start, a.heading) for a in ordered if a.heading is not None]
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


def _passage(document: Document, places: _Places, group: Sequence[_Sentence]) -> Passage:
    start, end = group[0].start, group[-1].end
    page, page_label = places.page(start)
    return with_id(
        Passage(
            id="",
            source=document.source,
            text=document.text[start:end],
            start=start,
            end=end,
            title=document.title,
            page=page,
            page_label=page_label,
            heading=places.heading(group[-1].start),
            line=places.line(start),
        )
    )


def _sentences(document: Document, places: _Places, tokens: int) -> Iterator[_Sentence]:
    text = document.text
    for block_start, block_end in _blocks(text, places.cuts):
        opens_block = True
        for sentence in _block_sentences(text, block_start, block_end):
            for start, end in _cut_long(text, *sentence, limit=int(tokens * _LONGEST)):
                yield _Sentence(
                    start=start,
                    end=end,
                    tokens=estimate_tokens(text[start:end]),
                    opens_block=opens_block,
                    cut_before=block_start in places.cut_set and opens_block,
                    page=places.page(start)[0],
                )
                opens_block = False


def _pack(sentences: Sequence[_Sentence], tokens: int) -> list[list[_Sentence]]:
    """Neighbouring sentences in groups of about `tokens`; a small rest joins its neighbour."""
    groups: list[list[_Sentence]] = []
    size = 0
    for sentence in sentences:
        if groups and not _must_part(groups[-1][-1], sentence):
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
        if merged and size < tokens * _SMALLEST and not _must_part(merged[-1][-1], group[0]):
            merged[-1].extend(group)
        else:
            merged.append(group)
    return merged


def _must_part(before: _Sentence, after: _Sentence) -> bool:
    return after.cut_before or before.page != after.page


def _blocks(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans between blank lines and cuts."""
    edges = [(cut, cut) for cut in cuts if 0 < cut < len(text)]
    edges += [match.span() for match in _BLANK_LINE.finditer(text)]
    start = 0
    for end, next_start in sorted(edges):
        if end > start:
            yield start, end
        start = max(start, next_start)
    if start < len(text):
        yield start, len(text)


def _block_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for piece_start, piece_end in unwrapped_lines(text, start, end):
        # A soft line end reads as a space: the lengths, and so the offsets, stay.
        piece = text[piece_start:piece_end].replace("\n", " ")
        ends = {boundary["end_index"] for boundary in get_sentence_boundaries("en", piece)}
        ends.update(found.end() for found in _MAY.finditer(piece))
        ends.difference_update(found.end() for found in _ABBREVIATED.finditer(piece))
        counted = _ENUMERATOR.match(piece)
        ends.discard(counted.end() if counted else 0)
        for first, last in pairwise(sorted({0, len(piece), *ends})):
            words = piece[first:last]
            left = piece_start + first + len(words) - len(words.lstrip())
            right = left + len(words.strip())
            if left < right:
                yield left, right


def unwrapped_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """(start, end) of the lines of a block; those that were broken to fit a width are one."""
    lines: list[tuple[int, int]] = []
    at = start
    for line in text[start:end].split("\n"):
        lines.append((at, at + len(line)))
        at += len(line) + 1
    width = max(line_end - line_start for line_start, line_end in lines)
    wrapped = width in _WRAP_WIDTHS and not _is_list([text[first:last] for first, last in lines])
    piece_start, piece_end = line_before, _ = lines[0]
    for line_start, line_end in lines[1:]:
        soft = wrapped and _is_soft(text, piece_end, line_start, line_end, width)
        if soft and not _are_rows(text[line_before:piece_end], text[line_start:line_end]):
            line_before, piece_end = line_start, line_end
            continue
        yield piece_start, piece_end
        piece_start, piece_end = line_before, _ = line_start, line_end
    yield piece_start, piece_end


def _is_list(lines: Sequence[str]) -> bool:
    """Whether lines are too many that all begin with a capital or a figure to be wrapped prose."""
    starts = [line.lstrip("\"'“‘( \t")[:1] for line in lines]
    return len(lines) >= _FEWEST_ROWS and all(
        start.isupper() or start.isdigit() for start in starts
    )


def _are_rows(before: str, line: str) -> bool:
    """Whether two lines are rows of a table or records: both have cells, or labels alike."""
    if any(before.count(mark) == line.count(mark) > 0 for mark in _ROW_MARKS):
        return True
    return _label_shape(before) == _label_shape(line) != ""


def _label_shape(line: str) -> str:
    """What a label looks like: ":" for "Name:" and "OKAFOR:", "00:00" for "10:30"; "" for none."""
    label = _ROW_LABEL.match(line)
    if not label:
        return ""
    shape = re.sub(r"\d", "0", label.group())
    return ":" if shape.endswith(":") and shape.strip()[:1].isupper() else shape


def _is_soft(text: str, before_end: int, start: int, end: int, width: int) -> bool:
    """Whether the line end at `before_end` only wraps: the next word would not have fitted."""
    line = text[start:end]
    if not line.strip() or _BULLET.match(line):
        return False
    first_word = line.split(maxsplit=1)[0]
    before = before_end - (text.rfind("\n", 0, before_end) + 1)
    return before + 1 + len(first_word) > width or line[:1].islower()


def _cut_long(text: str, start: int, end: int, *, limit: int) -> Iterator[tuple[int, int]]:
    """A sentence far longer than a passage in pieces, cut at clauses, else words, else anywhere.

    What is still to be cut is never looked at as a whole: a line may be as long as its file.
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
    """Whether there are more than `limit` tokens between two places."""
    return next(islice(_TOKEN.finditer(text, start, end), limit, None), None) is not None


def _cut_point(text: str, start: int, end: int, limit: int) -> int:
    """Where to cut so that about the first `limit` tokens, at most, are on the left."""
    last = start
    for count, match in enumerate(_TOKEN.finditer(text, start, end), 1):
        last = match.end()
        if count >= limit:
            break
    earliest = start + (last - start) // 2
    clauses = [match.end() for match in _CLAUSE_END.finditer(text, earliest, last)]
    if clauses:
        return clauses[-1]
    gap = max(text.rfind(" ", earliest, last), text.rfind("\n", earliest, last))
    if gap > start:
        return gap
    return min(last, start + _LONGEST_WORD) if last - start > _LONGEST_WORD else last
