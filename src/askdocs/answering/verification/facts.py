"""Compares the numbers, dates and names of two texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.verification.names import same_name
from askdocs.text.calendar import DAYS, MONTHS, month_names, month_number
from askdocs.text.dates import dates_in
from askdocs.text.english import TITLES
from askdocs.text.numbers import Number, numbers_in
from askdocs.text.stop_words import STOP_WORDS

_DATE = re.compile(
    rf"\b(?:({'|'.join(MONTHS)})|({'|'.join(DAYS)})s?"
    r"|(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?(?=\s+\d))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
# "14.03.25" or "3/14/2025", but no section, version or range: "5.1", "v2.4.11", "6-8".
_NUMERIC_DATE = re.compile(
    r"(?<![\w.,/-])(\d{1,2})([./-])(\d{1,2})\2(?:\d\d)?\d\d(?![\w/-]|[.,]\d)"
)
_MONTH = rf"(?:{'|'.join(month_names())})\b"
_DAY_OF_MONTH = re.compile(  # "3 March", "the 3rd of March", "3-Mar", "March 3"
    rf"(?<![\d.,])\d{{1,2}}(?:st|nd|rd|th|\.)?(?:\s+of)?[\s-]+{_MONTH}"
    rf"|\b{_MONTH}\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?(?![\w-]|[.,:]\d)",
    re.IGNORECASE,
)
_SHORT_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "wed": "Wednesday", "weds": "Wednesday",
    "thu": "Thursday", "thur": "Thursday", "thurs": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
_ALSO_WORDS = frozenset({"sat", "sun", "wed"})  # days only with a capital
_LAST_DAY_OF_MONTH = 31
_NAME_WORD = re.compile(r"[^\W\d_][\w'’\-]*(?:\.(?=[A-Z]))?")
_MIN_ABBREVIATION = 2  # letters


def missing_figure(text: str, source: str) -> str:
    """A number of `text`, as it is written, that `source` does not contain; "" if there is none.

    An approximate number, such as "about 400" or "over 400", may be a rounded number of `source`.
    """
    given = [value for _, value, _ in numbers_in(source)]
    return next((each.written for each in numbers_in(text) if not is_given(each, given)), "")


def is_given(number: Number, given: Sequence[float]) -> bool:
    """Whether a number is among the given values or, if approximate, is one of them rounded.

    Rounding keeps as many digits as the number has without its final zeros: one for 400.
    """
    if number.value in given or not number.is_rough:
        return number.value in given
    digits = len(re.sub(r"\D", "", number.written).strip("0")) or 1
    return number.value in {float(f"{other:.{digits - 1}e}") for other in given}


def missing_date(text: str, source: str) -> str:
    """The first of `missing_dates`; "" if there is none."""
    return next(iter(missing_dates(text, source)), "")


def missing_dates(text: str, source: str) -> list[str]:
    """The months and weekdays of a text that the source contains neither by name nor in digits.

    A weekday counts as found if the source contains any day of a month, because it may be that day.
    """
    dates = dates_in(source)
    words = _WORD.findall(source)
    numeric = _numeric_months(source)
    months = {month_number(word) for word in words} | {each.month for each in dates} | numeric
    days = {_weekday(word) for word in words}
    has_days = bool(numeric or any(each.day for each in dates) or _DAY_OF_MONTH.search(source))
    found = []
    for name in date_names(text):
        day = _weekday(name)
        is_known = (has_days or day in days) if day else month_number(name[:3]) in months
        if not is_known:
            found.append(name)
    return found


def _numeric_months(text: str) -> set[int]:
    """The months of dates in digits. Of "3/5/25", both may be the month."""
    found = set()
    for match in _NUMERIC_DATE.finditer(text):
        parts = int(match[1]), int(match[3])
        if 1 <= min(parts) <= len(MONTHS) and max(parts) <= _LAST_DAY_OF_MONTH:
            found |= {part for part in parts if part <= len(MONTHS)}
    return found


def _weekday(word: str) -> str:
    """The weekday that a word names or abbreviates; "" if it is none."""
    lower = word.lower()
    if lower in _SHORT_DAYS:
        return "" if word in _ALSO_WORDS else _SHORT_DAYS[lower]
    name = lower.removesuffix("s").capitalize()
    return name if name in DAYS else ""


def date_names(text: str) -> list[str]:
    """The capitalised months and weekdays of a text, as they are written."""
    found = (match.group() for match in _DATE.finditer(text))
    return [name for name in found if name[0].isupper()]


def names(text: str) -> list[str]:
    """The words of a text that belong to names, recognised by their capitals.

    Words at the beginning of a sentence are left out unless they are all capitals.
    """
    found = []
    for match in _NAME_WORD.finditer(text):
        word = match.group()
        before = text[: match.start()].rstrip()
        opening = not before or before[-1] in '.!?:;“"‘('
        plain = bare(word).lower()
        capital = word[0].isupper() and not _DATE.fullmatch(word)
        is_other = plain in STOP_WORDS or word == "I" or plain in TITLES
        if capital and not is_other and (not opening or word.isupper()):
            found.append(bare(word))
    return found


def missing_name(text: str, source: str) -> str:
    """A name of `text` that `source` does not contain in any form; "" if there is none."""
    words = _NAME_WORD.findall(source)
    wanted = list(dict.fromkeys(names(text)))
    abbreviated = spelled_out(wanted, words)
    return next(
        (word for word in wanted if word not in abbreviated and not is_named(word, words)), ""
    )


def spelled_out(wanted: list[str], words: list[str]) -> set[str]:
    """The names whose initials, in a row, are an abbreviation among `words`."""
    initials = "".join(word[0] for word in wanted)
    found: set[str] = set()
    for short in words:
        start = initials.find(short)
        if start >= 0 and short.isupper() and len(short) > 1:
            found.update(wanted[start : start + len(short)])
    return found


def is_named(word: str, words: Sequence[str]) -> bool:
    """Whether words contain a name, another form of it, or what it abbreviates."""
    words = [bare(other) for other in words]
    return any(same_name(word, other) for other in words) or _stands_for(word, words)


def _stands_for(short: str, words: Sequence[str]) -> bool:
    """Whether the initials of adjacent words spell an abbreviation, with or without stop words.

    An abbreviation of two letters may stand only for capitalised words. Otherwise too many pairs of
    words would match.
    """
    if not short.isupper() or len(short) < _MIN_ABBREVIATION:
        return False
    content = [word for word in words if word.lower() not in STOP_WORDS]
    for row in (words, content):
        initials = "".join(word[0] for word in row)
        capitals = "".join(letter if letter.isupper() else " " for letter in initials)
        if short in capitals or (len(short) > _MIN_ABBREVIATION and short in initials.upper()):
            return True
    return False


def bare(word: str) -> str:
    """Remove a possessive ending: "Ada's" becomes "Ada"."""
    return word.removesuffix("'s").removesuffix("’s").rstrip("'’")
