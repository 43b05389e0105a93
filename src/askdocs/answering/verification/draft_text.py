"""Finds the statements of a draft: its sentences without the lines that claim nothing.

Titles, headings, captions, list labels, salutations, signatures and table heads are not judged. In
a draft from a file, the headings that its format marks get a "#". Other headings are recognised by
the shape of their line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from askdocs.text.english import (
    AUXILIARIES,
    CLOSING_ADJECTIVES,
    CLOSING_ADVERBS,
    CLOSING_NOUNS,
    GOOD_DAY,
    QUESTION_WORDS,
    SALUTATIONS,
    any_of,
)
from askdocs.text.language import is_function_word
from askdocs.text.sentences import sentence_spans
from askdocs.types import Document

_MIN_WORDS = 3  # of a statement; shorter text is a heading or a caption
_MAX_SIGNATURE_LINES = 6
_LINES_AHEAD = 5  # text has to follow a heading among this many lines, counted from the heading
_HEADING_SHARE = 0.8  # share of its line that a heading takes; the rest may be its number
_MAX_HEADING_WORDS = 14  # of a heading that is recognised by its shape
_WORD = re.compile(r"\w+(?:['’.,:/-]\w+)*")
_LIST_MARKER = re.compile(r"^\s*(?:[-*+•>#]+|\d{1,3}[.)])\s+")  # "- ", "1) "
_MARKDOWN_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,})\s*")  # the line below a heading
_ITEM = re.compile(r"\s*(?:[-*+•◦–—·]|\(?\w{1,2}\))\s")
# The number of a heading or list item: "2.1", "IV.", "A)".
_NUMBER = re.compile(r"^\s*(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[IVX]{1,5}[.)]|[A-Z][.)])\s+")
_ENDS_SENTENCE = re.compile(r"[.!?…;,。！？][\"'”’»)\]*_]*\s*$")
_LABEL = re.compile(r"[:：][*_]{0,3}\s*$")
_VERB = re.compile(rf"\b{any_of(AUXILIARIES)}\b|n['’]t\b|['’](?:s|re|ve|ll)\s+(?:been|not)\b", re.I)
_VERB_OR_FIGURE = re.compile(rf"{_VERB.pattern}|\d", re.IGNORECASE)
_QUESTION = re.compile(rf"\W*{any_of(QUESTION_WORDS)}\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"\W*(?:fig(?:ure|\.)?|tab(?:le|\.)|photo(?:graph)?|image|chart|map|plate|diagram|box|exhibit)"
    r"\s*\d+(?:[.-]\d+)*\s*(?:[.:–—-]|$)",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    rf"\W*+(?:{any_of(SALUTATIONS)}|{GOOD_DAY}|to whom it may concern)\b[^.!?]*+!?\s*+$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    rf"\W*+(?:(?:with |my |our )*(?:{any_of(CLOSING_ADJECTIVES)} )*{any_of(CLOSING_NOUNS)}"
    rf"|yours(?: \w+){{0,2}}|{any_of(CLOSING_ADVERBS)}(?: yours)?|thank you)\s*+[,.!]?\s*+$",
    re.IGNORECASE,
)
_ROW = re.compile(r"\s*\|.*\|\s*|[^\t]+(?:\t+[^\t]+)+")  # cells between bars or tabs
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d|\d\d")  # "2024/25"
# The line below the head of a Markdown table: "|---|---|".
_TABLE_RULE = re.compile(r"\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*+")


def draft_text(document: Document) -> str:
    """The text of a draft that was loaded from a file. Its headings are marked with "#"."""
    text, pieces, end = document.text, [], 0
    for anchor in sorted(document.anchors, key=lambda each: each.start):
        if not anchor.heading:
            continue
        line = _line_at(text, anchor.start)
        below = _line_at(text, anchor.start + len(line) + 1)
        words, heading = " ".join(line.split()), anchor.heading
        is_heading = bool(words) and heading.endswith(words)
        if is_heading and anchor.start >= end and not _is_marked(line, below):
            pieces += [text[end : anchor.start], "#" * (heading.count(" › ") + 1), " "]
            end = anchor.start
    return "".join([*pieces, text[end:]])


def statement_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence that may claim something, without its list marker."""
    lines = _Lines(text)
    for start, end in sentence_spans(text):
        mark = _LIST_MARKER.match(text[start:end])
        begin = start + (mark.end() if mark else 0)
        words = _WORD.findall(text[begin:end])
        if len(words) >= _MIN_WORDS and not lines.claims_nothing(start, end):
            yield begin, end


def _line_at(text: str, start: int) -> str:
    """The text from an offset to the end of its line. The text after it is not copied."""
    end = text.find("\n", start)
    return text[start:] if end < 0 else text[start:end]


def _is_marked(line: str, below: str) -> bool:
    """Whether a heading is marked up in Markdown, reStructuredText or AsciiDoc already."""
    return bool(re.match(r"\s*[#=]", line) or _UNDERLINE.fullmatch(below))


class _Lines:
    """The lines of a draft. It tells which of them claim nothing."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))
        closings = [n for n, line in enumerate(self._lines) if _CLOSING.fullmatch(line)]
        self._signed = closings[-1] if closings else len(self._lines)  # the signature follows it
        self._claimless: dict[int, bool] = {}  # a cache, because a line may have many sentences

    def claims_nothing(self, start: int, end: int) -> bool:
        """Whether the sentence from `start` to `end` is (in) a line that claims nothing."""
        first = bisect_right(self._starts, start) - 1
        if end > self._starts[first] + len(self._lines[first]):
            return False  # it continues in the next line
        line = self._lines[first]
        sentence = line[start - self._starts[first] : end - self._starts[first]]
        if first not in self._claimless:
            self._claimless[first] = self._is_claimless(first)
        return (
            self._claimless[first]
            or bool(_LABEL.search(sentence) and not _VERB_OR_FIGURE.search(sentence))
            or (len(sentence) >= _HEADING_SHARE * len(line) and self._is_heading(first))
        )

    def _is_claimless(self, number: int) -> bool:
        """Whether no sentence of a line claims anything."""
        line, below = self._line(number), self._line(number + 1)
        return bool(
            _MARKDOWN_HEADING.match(line)
            or _SALUTATION.fullmatch(line)
            or _CLOSING.fullmatch(line)
            or self._is_signature(number)
            or (_UNDERLINE.fullmatch(below) and not _ENDS_SENTENCE.search(line))
            or (_CAPTION.match(line) and not _VERB.search(line))
            or self._is_table_head(number)
        )

    def _is_signature(self, number: int) -> bool:
        """Whether a line shortly below the closing of a letter has no full stop, verb or figure."""
        line = self._line(number)
        is_near = self._signed < number <= self._signed + _MAX_SIGNATURE_LINES
        return is_near and not _ENDS_SENTENCE.search(line) and not _VERB_OR_FIGURE.search(line)

    def _line(self, number: int) -> str:
        return self._lines[number] if 0 <= number < len(self._lines) else ""

    def _is_table_head(self, number: int) -> bool:
        """Whether a row is the first of its table and dashes, or a row with figures, follow."""
        line, below = self._line(number), self._line(number + 1)
        if not _ROW.fullmatch(line) or _ROW.fullmatch(self._line(number - 1)):
            return False
        if _TABLE_RULE.fullmatch(below) and "-" in below:
            return True
        has_figures = re.search(r"\d", line)
        return bool(_ROW.fullmatch(below) and re.search(r"\d", below)) and not has_figures

    def _is_heading(self, number: int) -> bool:
        """Whether a line looks like a heading: short, no full stop, no verb, text below it."""
        line = self._line(number)
        plain = _NUMBER.sub("", line)
        figures = [] if _is_title_case(plain) else re.findall(r"\d+", plain)
        if (
            _ITEM.match(line)
            or _ROW.fullmatch(line)
            or _ENDS_SENTENCE.search(line)
            or len(_WORD.findall(plain)) > _MAX_HEADING_WORDS
            or (_VERB.search(plain) and not _QUESTION.match(plain))
            or not all(_YEAR.fullmatch(figure) for figure in figures)
        ):
            return False
        before, below = self._line(number - 1).strip(), self._line(number + 1).strip()
        rest = (each.strip() for each in self._lines[number + 1 : number + _LINES_AHEAD])
        following = next(filter(None, rest), "")
        if not following or below[:1].islower() or _is_list_item(before, line):
            return False
        return (
            not before
            or bool(_ENDS_SENTENCE.search(before))
            or bool(_MARKDOWN_HEADING.match(before))
        )


def _is_title_case(line: str) -> bool:
    """Whether all words of a line, except function words such as "of", are capitalised."""
    content = [word for word in re.findall(r"[^\W\d_]+", line) if not is_function_word(word)]
    return len(content) > 1 and all(word[0].isupper() for word in content)


def _is_list_item(before: str, line: str) -> bool:
    """Whether a numbered line follows another numbered line: then it is a list item."""
    return bool(_NUMBER.match(line) and _NUMBER.match(before))
