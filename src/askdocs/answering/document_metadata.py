"""Finds author, date, recipient and title of a document on the lines that state them.

The reader judges sentences. It does not recognise "From: …", a by-line or a name below a letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.questions.metadata import MetadataFact
from askdocs.answering.questions.question import Question
from askdocs.text.dates import (
    FOOT,
    HEAD,
    LONGEST_DATED,
    LONGEST_LINE,
    RECORD,
    closing_lines,
    date_lines,
    lines_with_dates,
)
from askdocs.text.english import CLOSING_ADVERBS, CLOSING_NOUNS, SALUTATIONS, TITLES, any_of
from askdocs.text.sentences import sentence_spans
from askdocs.types import Hit, Passage

_PROBABILITY = 0.9  # of a line that states the fact; set by hand
_INCOMPLETE = 0.3  # if another fact that was asked for is not found: a guess
_FACT_NAMES = {
    "author": "who wrote it",
    "date": "when",
    "recipient": "to whom",
    "title": "its title",
}
_LABELS: dict[MetadataFact, str] = {
    "author": r"from|authors?|written by|by|prepared by|compiled by|reported by|report by|drawn up"
    r" by|minutes by|signed|sent[ _-]?from|sender|editors?|interview|byline|creator",
    "recipient": r"to|for|addressed to|recipients?|attn\.?|attention",
}
_LINE = r"^[^\w\n]*(?:{labels})\b[^\w\n]{{0,3}}[:|][^\w\n]{{0,4}}\S.*$"
_FIELD = r"(?:^|(?<=; ))(?:{labels}): [^;\n]+"
_LABELLED = {
    fact: re.compile(_LINE.format(labels=labels), re.IGNORECASE | re.MULTILINE)
    for fact, labels in _LABELS.items()
}
_FIELDS = {
    fact: re.compile(_FIELD.format(labels=labels), re.IGNORECASE | re.MULTILINE)
    for fact, labels in _LABELS.items()
}
_FOOTNOTES = r"(?: ?\([\d, ]+\)| ?\[[\d, ]+\])?(?: \( \))?"  # "( )" is the sign of a mail
_NAME = rf"(?:[A-Z](?:[\w’'.-]*[a-zß-ÿ]|\.){_FOOTNOTES})"
_TITLE = rf"(?:{any_of(map(str.title, TITLES))}\.? )*"
_SEVERAL = r"(?:,? and |, | & )"
_BY = re.compile(
    r"\b(?:[Ww]ritten|[Pp]repared|[Cc]ompiled|[Dd]rawn up|[Ii]nterview|[Ee]dited|[Rr]ecorded"
    rf"|[Rr]eport(?:ed)?)\b(?: by|:) {_TITLE}{_NAME}"
    rf"|\b(?:Authors?|Minutes):\s+{_TITLE}{_NAME}"
    rf"|^[^\w\n]*(?:By|BY) {_TITLE}{_NAME}",
    re.MULTILINE,
)
_PARTICLE = r"(?:(?:von|van|de|der|den|da|di|la|le|al|el|bin) )*"
_PERSON = rf"{_TITLE}{_NAME}(?: {_PARTICLE}{_NAME}){{1,3}}"
_PEOPLE = re.compile(rf"^[^\w\n]*{_PERSON}(?:{_SEVERAL}{_PERSON})*[.*_]*$", re.MULTILINE)
_INITIAL_OR_SEVERAL = re.compile(rf"\b[A-Z]\. |{_SEVERAL}")
_CLOSING = re.compile(
    rf"^\W*(?:yours|{any_of(CLOSING_ADVERBS)}|kind(?:est)?|best|warm(?:est)?|(?:many )?thanks"
    rf"|regards|with (?:\w+ )?{any_of(CLOSING_NOUNS | {'compliments', 'love', 'respect'})})\b"
    r"[^\n.]{0,30}[,.]?\s*\n+(?P<name>[^\n]{2,60})$",
    re.IGNORECASE | re.MULTILINE,
)
_LAST = re.compile(rf"^[^\w\n]*(?:{_PERSON}|[A-Z]\. {_NAME})(?:,[^\n.\d]{{2,60}})?[.*_]*$")
_GREETING = any_of(map(str.title, SALUTATIONS))
_SALUTATION = re.compile(rf"^\W*{_GREETING} [^\n]{{2,60}}$", re.MULTILINE)
_TO_THE = re.compile(r"^\s*To (?:the |all )?[^\n.]{3,80}$", re.MULTILINE)
_SEPARATED = re.compile(r"\s*[|·•]\s*")


_SITE = re.compile(r"\s+[-–—|·]\s+")  # before the name of a web site in a title


def metadata_answer(question: Question, passages: Sequence[Passage]) -> RetrievalResult | None:
    """Find the lines of a document that state the facts that a question asks for.

    Args:
        question: The question.
        passages: All passages of the document, in order.

    Returns:
        The lines as candidates that answer together. There are none if the document has no such
        lines. None if the question asks for something else.
    """
    wanted = question.metadata_facts
    if not wanted:
        return None
    found = {fact: _line_of(fact, passages) for fact in wanted}
    missing = [_FACT_NAMES[fact] for fact, line in found.items() if line is None]
    lines = dict.fromkeys(line for line in found.values() if line is not None)
    probability = _INCOMPLETE if missing else _PROBABILITY
    candidates = tuple(
        Candidate(Hit(passage, 1.0), passage.start + start, passage.start + end, None, probability)
        for passage, start, end in lines
    )
    near = [candidate.hit for candidate in candidates] or [
        Hit(passage, 1.0) for passage in passages[:1]
    ]
    hits = tuple({hit.passage.id: hit for hit in near}.values())
    doubt = f"No line of it says {' or '.join(missing)}." if missing else ""
    return RetrievalResult(
        question=question,
        searched_for=(),
        hits=hits,
        candidates=candidates,
        doubt=doubt,
        joint_count=max(1, len(candidates)),
    )


_Span = tuple[Passage, int, int]


def _line_of(fact: MetadataFact, passages: Sequence[Passage]) -> _Span | None:
    """The first line that states a fact. The most reliable forms are tried first."""
    head = [passage for passage in passages if passage.start < HEAD]
    ends = max((passage.start + len(passage.text) for passage in passages), default=0)
    foot = [passage for passage in passages if passage.start + len(passage.text) > ends - FOOT]
    for found in (*_in_head(fact, head), *_in_foot(fact, foot)):
        span = next(found, None)
        if span is not None:
            return span
    return None


def title_span(title: str, text: str) -> tuple[int, int] | None:
    """Find the title on a line of its own in the head of a document.

    The line may lack the name of a web site, or have "Subject:" before the title.

    Args:
        title: The title of the document.
        text: The text of the document.

    Returns:
        (start, end) in characters; None if there is no such line.
    """
    for written in dict.fromkeys((title, *_SITE.split(title))):
        words = r"\s+".join(map(re.escape, written.split()))
        line = rf"^[^\w\n]*(?:(?:subject|title|re):\s*)?(?P<title>{words})[^\w\n]*$"
        found = re.search(line, text[:HEAD], re.IGNORECASE | re.MULTILINE) if words else None
        if found:
            return found.span("title")
    return None


def _titles(passages: Sequence[Passage]) -> Iterator[_Span]:
    for passage in passages:
        span = title_span(passage.title, passage.text)
        if span:
            yield passage, *span


def _in_head(fact: MetadataFact, passages: Sequence[Passage]) -> Iterator[Iterator[_Span]]:
    """The lines of the head that may state a fact: an iterator per form, the surest first."""
    if fact == "title":
        yield _titles(passages)
        return
    if fact == "date":
        yield _date_spans(date_lines, passages)
        return
    yield (span for span in _matches(_LABELLED[fact], passages) if not RECORD.search(_words(span)))
    yield _unanimous_field(fact, passages)
    if fact == "author":
        yield _lines_with(_BY, passages)
        yield (
            span
            for span in _matches(_PEOPLE, passages)
            if _INITIAL_OR_SEVERAL.search(_words(span)) and _stands_alone(span)
        )
        yield (span for span in _dated(passages) if _has_person(_words(span)))
    if fact == "recipient":
        yield _matches(_TO_THE, passages, longest=LONGEST_DATED)
        yield _matches(_SALUTATION, passages, longest=LONGEST_DATED)


def _in_foot(fact: MetadataFact, passages: Sequence[Passage]) -> Iterator[Iterator[_Span]]:
    """The lines of the foot that may state a fact: an iterator per form, the surest first."""
    if fact == "author":
        yield _matches(_CLOSING, passages, group="name")
        yield _matches(_LABELLED[fact], passages, longest=LONGEST_DATED)
        yield _last_line(passages)
    if fact == "date":
        yield _date_spans(closing_lines, passages)


def _stands_alone(span: _Span) -> bool:
    """Whether a line follows an empty line or begins a passage, but not the document."""
    passage, start, _ = span
    before = passage.text[:start].rstrip(" ")
    return before.endswith("\n\n") or (not before and passage.start > 0)


def _has_person(line: str) -> bool:
    """Whether one of the parts of a line, separated by bars or dots, is the name of a person."""
    parts = [part.strip(" *_") for part in _SEPARATED.split(line)]
    return len(parts) > 1 and any(re.fullmatch(_PERSON, part) for part in parts)


def _date_spans(
    lines: Callable[[Sequence[tuple[int, str]]], Iterator[tuple[int, int, int]]],
    passages: Sequence[Passage],
) -> Iterator[_Span]:
    """The lines of passages that a function finds the document's date on."""
    for number, start, end in lines([(passage.start, passage.text) for passage in passages]):
        yield passages[number], start, end


def _dated(passages: Sequence[Passage]) -> Iterator[_Span]:
    for passage in passages:
        for start, end in lines_with_dates(passage.text):
            yield passage, start, end


def _unanimous_field(fact: MetadataFact, passages: Sequence[Passage]) -> Iterator[_Span]:
    """The first field of a record with the fact, if all records have the same value."""
    found = list(_matches(_FIELDS[fact], passages))
    if len({_words(span) for span in found}) == 1:
        yield found[0]


def _last_line(passages: Sequence[Passage]) -> Iterator[_Span]:
    for passage in passages[-1:]:
        lines = [line for line in passage.text.splitlines() if line.strip()]
        if lines and _LAST.match(lines[-1].strip()):
            start = passage.text.rfind(lines[-1].strip())
            yield passage, start, start + len(lines[-1].strip())


def _matches(
    form: re.Pattern[str],
    passages: Sequence[Passage],
    *,
    group: str | int = 0,
    longest: int = LONGEST_LINE,
) -> Iterator[_Span]:
    """The matches of a pattern in passages, without white space around them."""
    for passage in passages:
        for found in form.finditer(passage.text):
            start, end = found.span(group)
            words = passage.text[start:end]
            start += len(words) - len(words.lstrip())
            end -= len(words) - len(words.rstrip())
            if 0 < end - start <= longest:
                yield passage, start, end


def _lines_with(form: re.Pattern[str], passages: Sequence[Passage]) -> Iterator[_Span]:
    """The sentences of lines that contain a match of a pattern."""
    for passage in passages:
        for found in form.finditer(passage.text):
            begin = passage.text.rfind("\n", 0, found.start()) + 1
            stop = passage.text.find("\n", found.end())
            line = passage.text[begin : len(passage.text) if stop < 0 else stop]
            for start, end in sentence_spans(line):
                if begin + start <= found.start() and found.end() <= begin + end:
                    yield passage, begin + start, begin + end


def _words(span: _Span) -> str:
    passage, start, end = span
    return passage.text[start:end]
