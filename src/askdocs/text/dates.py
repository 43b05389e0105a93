"""Finds the dates in a text, and the date of a document.

The order of versions, the guide to a folder and the answer to "When was it written?" all use this
module, so that they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from askdocs.text.calendar import month_names, month_number
from askdocs.text.sentences import sentence_spans

# The head and the foot of a document, in characters: date, author and the like are expected there.
HEAD, FOOT = 1500, 700
LONGEST_LINE = 160  # characters; a longer line is prose and not a field such as "Date: …"
LONGEST_DATED = 60  # characters of a line that is a date and little else
_TOP = 500  # characters at the start where a sentence, too, may give the date of the document
_BEGINNING = 400  # characters at the start whose first date is taken if there is no better one
_MONTH = rf"(?P<m>{'|'.join(month_names())})\b\.?"
_OF = r"(?:,? (?:de|del) |,?\s{1,3})"  # "10 de mayo de 2025"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_ANY_YEAR = r"(?P<y>(?:1[5-9]|20)\d\d)"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
# The most complete forms come first. Text that one form has matched is not matched again.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_ANY_YEAR}[-_.](?P<m>\d\d)[-_.](?P<d>\d\d)(?!\d)",
        rf"(?<!\d){_DAY}{_OF}{_MONTH}{_OF}{_ANY_YEAR}(?!\d)",
        rf"\b{_MONTH},?\s{{1,3}}{_DAY},?\s{{1,3}}{_ANY_YEAR}(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})[./]{_YEAR}(?!\d)",
        rf"\b{_MONTH}{_OF}{_ANY_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}[-_.](?P<m>\d\d)(?!\d)",
        rf"(?<!\d){_YEAR}(?!\d)",
    )
)
DATE_LABELS = (
    r"date|sent|dated|published|published on|issued|posted|updated|last[ _-]?mod"
    r"|last[ _-](?:updated|modified|changed)|original[ _-]date|created(?:[ _-]at)?"
    r"|(?:release|issue|publication|print|revision|invoice|order|report|statement) date"
    r"|date (?:of (?:issue|publication)|issued|printed|prepared)"
)
# "Date: 3 May 2025" or "Date 03/05/2025", at the start of a line or a table cell. Without a colon,
# the date must be in digits.
_LABELLED = re.compile(
    rf"(?:^|(?<=\| ))[^\w\n]*(?:{DATE_LABELS})\b"
    r"(?:[^\w\n]{0,3}[:|][^\w\n]{0,4}\S|[ \t]+\d{1,2}[./-]\d{1,2}[./-](?:\d\d)?\d\d\b).*$",
    re.IGNORECASE | re.MULTILINE,
)
# A line that starts with a label but has no colon: "Published by the Board, 26 May 2025".
_OPENS_WITH_LABEL = re.compile(
    r"\W*(?:dated|published|printed|posted|issued|updated|last (?:updated|modified|changed))\b",
    re.IGNORECASE,
)
_FIELD = re.compile(rf"(?:^|(?<=; ))(?:{DATE_LABELS}): [^;\n]+", re.IGNORECASE | re.MULTILINE)
RECORD = re.compile(r"; [\w .()/€$£-]{1,40}: ")  # a row of a table
_CREATION = re.compile(
    r"\b(?:issued|published|updated|revised|printed|adopted|dated|prepared|compiled|posted|signed"
    r"|changed|approved|decided|pronounced|made|written|as of|version|edition)\b",
    re.IGNORECASE,
)
# Words that say that a date is another one than the document's: "due 3 May", "born in 1950".
_OTHER_DATE = re.compile(
    r"\b(?:next|birth|born|held|received|until|till|fiscal|start|starts|end|ends|ended|deadline|due"
    r"|closed|closes|off|valid|from|since|previous|review|retrieved|accessed|event|founded"
    r"|unveiled|started|accepted|by|bis zum|gilt|gültig|gjelder|hasta)\b|\bto \d|\bjusqu"
    r"|\d:\d\d\)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\W*\d+[.)] |\bminutes of\b", re.IGNORECASE)  # an item of an agenda
# How many other words a line with the date of the document has at most.
_MOST_WORDS_HEAD, _MOST_WORDS_FOOT = 8, 3
_NEAR_YEARS = 1  # the year in the file name and the date in a line may differ by so much

Part = tuple[int, str]  # a part of a document: its offset and its text
Line = tuple[int, int, int]  # the index of a part, and start and end within that part


@dataclass(frozen=True, slots=True)
class DatedSpan:
    """A date at `text[start:end]`. `month` and `day` are 0 if the text does not give them."""

    start: int
    end: int
    year: int
    month: int = 0
    day: int = 0

    @property
    def parts(self) -> tuple[int, int, int]:
        """(year, month, day), for comparing dates."""
        return self.year, self.month, self.day


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """The date of a document.

    Attributes:
        parts: Year, month and day; month and day are 0 if they are not known.
        is_stated: True if the document, its title or its file name states it as its date; False if
            it is only the first date that is mentioned.
    """

    parts: tuple[int, int, int]
    is_stated: bool = True

    @property
    def iso(self) -> str:
        """The date as 2025-03-31, or "" if the day is not known."""
        return date(*self.parts).isoformat() if self.parts[2] else ""


def dates_in(text: str) -> list[DatedSpan]:
    """The dates of a text in order: "3 May 2025", "May 2025", "2025-05-03", "2025"."""
    found: list[DatedSpan] = []
    is_read = bytearray(len(text))  # 1 for each character that an earlier form has matched
    for form in _FORMS:
        for match in form.finditer(text):
            span = _read(match)
            if span and not any(is_read[span.start : span.end]):
                found.append(span)
                is_read[span.start : span.end] = b"\1" * (span.end - span.start)
    return sorted(found, key=lambda each: each.start)


def _read(match: re.Match[str]) -> DatedSpan | None:
    """The date of a match, or None if it does not exist, such as 31 February."""
    written = match.groupdict()
    month = written.get("m") or "0"
    number = int(month) if month.isdigit() else month_number(month)
    year, day = int(written["y"]), int(written.get("d") or 0)
    if month != "0":
        with suppress(ValueError):
            date(year, number, day or 1)
            return DatedSpan(*match.span(), year, number, day)
        return None
    return DatedSpan(*match.span(), year)


def document_date(source: str, title: str, text: str) -> DocumentDate | None:
    """The date of a document. These are tried in order:

    1. A line of the head with a label ("Date: …").
    2. A full date in the file name ("minutes-2025-05-03.pdf").
    3. A line of the head or the foot that says when the document was made. It is ignored if the
       file name gives another month, or a year that differs by more than one.
    4. A month or a year in the file name, or a date in the title.
    5. The first date in the first 400 characters.

    Args:
        source: The path of the file in its folder.
        title: The title of the document.
        text: The whole text.

    Returns:
        The date, or None if none is found.
    """
    named = next(iter(dates_in(source.rsplit("/", 1)[-1])), None)
    head, foot = [(0, text[:HEAD])], [(0, text[max(HEAD, len(text) - FOOT) :])]
    labelled = _first(_labelled(head), head)
    if labelled:
        return DocumentDate(labelled.parts)
    if named and named.day:
        return DocumentDate(named.parts)
    stated = _first(dated_lines(head), head) or _first(closing_lines(foot), foot)
    if stated and _agree(named, stated):
        return DocumentDate(stated.parts)
    in_name_or_title = named or next(iter(dates_in(title)), None)
    if in_name_or_title:
        return DocumentDate(in_name_or_title.parts)
    first = next(iter(dates_in(text[:_BEGINNING])), None)
    return DocumentDate(first.parts, is_stated=False) if first else None


def _agree(named: DatedSpan | None, stated: DatedSpan) -> bool:
    """Whether the date in the file name does not contradict the date in a line."""
    if named is None:
        return True
    if named.month:
        return named.parts[:2] == stated.parts[:2]
    return abs(named.year - stated.year) <= _NEAR_YEARS


def _first(lines: Iterator[Line], parts: Sequence[Part]) -> DatedSpan | None:
    """The date in the first line that has a month with its year; preferably one with a day."""
    for number, start, end in lines:
        spans = [span for span in dates_in(parts[number][1][start:end]) if span.month]
        if spans:
            return next((span for span in spans if span.day), spans[0])
    return None


def date_lines(parts: Sequence[Part]) -> Iterator[Line]:
    """The lines of the head that give the date of a document, the most reliable first.

    Lines with a label come first, then a field of a table row ("; Date: …") if all rows have the
    same, then other lines.
    """
    yield from _labelled(parts)
    fields = [
        (number, *found.span())
        for number, (_, text) in enumerate(parts)
        for found in _FIELD.finditer(text)
    ]
    if len({parts[number][1][start:end] for number, start, end in fields}) == 1:
        yield fields[0]
    yield from dated_lines(parts)


def _labelled(parts: Sequence[Part]) -> Iterator[Line]:
    """The lines that begin with a label such as "Date:" or "Published"."""
    for number, (_, text) in enumerate(parts):
        for found in _LABELLED.finditer(text):
            line = found.group()
            start = found.start() + len(line) - len(line.lstrip())
            end = start + len(line.strip())
            if end - start <= LONGEST_LINE and not RECORD.search(line):
                yield number, start, end
        for start, end in lines_with_dates(text):
            if _OPENS_WITH_LABEL.match(text[start:end]) and _is_whole_line(text, start, end):
                yield number, start, end


def dated_lines(parts: Sequence[Part]) -> Iterator[Line]:
    """Lines, or sentences in them, that give the date on which a document was made."""
    for number, (offset, text) in enumerate(parts):
        for start, end in lines_with_dates(text):
            short = end - start <= LONGEST_DATED and _is_whole_line(text, start, end)
            near = short or (offset + start < _TOP and end - start <= LONGEST_LINE)
            if near and _is_creation_date(text[start:end], _MOST_WORDS_HEAD):
                yield number, start, end


def closing_lines(parts: Sequence[Part]) -> Iterator[Line]:
    """Short lines of the foot that give the date on which a document was made."""
    for number, (_, text) in enumerate(parts):
        for start, end in lines_with_dates(text):
            short = end - start <= LONGEST_DATED and _is_whole_line(text, start, end)
            if short and _is_creation_date(text[start:end], _MOST_WORDS_FOOT):
                yield number, start, end


def lines_with_dates(text: str) -> Iterator[tuple[int, int]]:
    """The lines, or sentences in them, that have a date with a month and a year, each once.

    Dates in words ("3 May 2025") and as 2025-03-31 count. Others in digits ("31.03.2025") do not,
    because every line of an exported chat begins with one.
    """
    stop, is_one_line = -1, False
    spans: Iterator[tuple[int, int]] = iter(())
    span = given = (0, 0)
    for found in dates_in(text):
        if not _is_in_words(found, text):
            continue
        if found.end > stop or not is_one_line:
            is_one_line = "\n" not in text[found.start : found.end]
            begin = text.rfind("\n", 0, found.start) + 1
            stop = text.find("\n", found.end)
            stop = len(text) if stop < 0 else stop
            inner = sentence_spans(text[begin:stop])
            spans = iter([(begin + start, begin + end) for start, end in inner])
            span = next(spans, (stop, stop))
        while span[1] < found.end and span[0] < stop:
            span = next(spans, (stop, stop))
        if span[0] <= found.start and found.end <= span[1] and span != given:
            given = span
            yield span


def _is_in_words(found: DatedSpan, text: str) -> bool:
    """Whether a date has a month, and is either in words or written as 2025-03-31."""
    written = text[found.start : found.end]
    is_day = (
        bool(found.day) and written[:4].isdigit() and not text[found.end : found.end + 1].isalnum()
    )
    return bool(found.month) and (is_day or any(map(str.isalpha, written)))


def _is_whole_line(text: str, start: int, end: int) -> bool:
    """Whether only spaces are around the span in its line."""
    while start > 0 and text[start - 1] == " ":
        start -= 1
    while end < len(text) and text[end] == " ":
        end += 1
    return text[max(0, start - 1) : start] in ("", "\n") and text[end : end + 1] in ("", "\n")


def _is_creation_date(line: str, most_words: int) -> bool:
    """Whether the date in a line is that of the document.

    It is if the line says that something was made ("Issued on …"), or if it has at most
    `most_words` other words and none that means another date ("due", "born").
    """
    rest = line
    for span in reversed(dates_in(line)):
        if span.month:
            rest = rest[: span.start] + rest[span.end :]
    if RECORD.search(line) or _ITEM.search(rest):
        return False
    if _CREATION.search(rest):
        return True
    return not _OTHER_DATE.search(rest) and len(re.findall(r"[^\W\d_]+", rest)) <= most_words
