"""Compares the numbers, dates and names of two sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from askdocs.text.calendar import DAYS, MONTHS
from askdocs.text.english import DEMONSTRATIVES, THIRD_PERSON, TITLES, any_of
from askdocs.text.numbers import Number, numbers_in
from askdocs.text.stemming import same_word
from askdocs.text.stop_words import STOP_WORDS

_DATE = re.compile(
    rf"\b(?:({'|'.join(MONTHS)})|({'|'.join(DAYS)})s?"
    r"|(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?(?=\s+\d))\b",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[^\W\d_][\w'’\-]*(?:\.(?=[A-Z]))?")
_SHORTEST = 2  # letters of an abbreviation
_STEM = 4  # letters that forms of one name share
_OPENING_NAME = re.compile(r"[A-Z][\w'’\-]+(?: [A-Z0-9][\w'’\-]*)*")
_PRONOUN = re.compile(
    # "that" mostly joins clauses
    rf"\b{any_of(THIRD_PERSON | DEMONSTRATIVES - {'that'})}\b",
    re.IGNORECASE,
)


def missing_figure(text: str, source: str) -> str:
    """A number of `text`, as written there, that `source` does not give; "" if there is none.

    What is said to be "about" or "over" a number may be rounded to the digits that it has.
    """
    given = [value for _, value, _ in numbers_in(source)]
    return next((each.written for each in numbers_in(text) if not is_given(each, given)), "")


def is_given(number: Number, given: Sequence[float]) -> bool:
    """Whether a number is one of those given or, where it is called rough, one of them rounded."""
    if number.value in given or not number.is_rough:
        return number.value in given
    digits = len(re.sub(r"\D", "", number.written).strip("0")) or 1
    return number.value in {float(f"{other:.{digits - 1}e}") for other in given}


def missing_date(text: str, source: str) -> str:
    """A month or weekday of `text` that `source` does not name; "" if there is none."""
    given = {_short(match.group()) for match in _DATE.finditer(source)}
    return next((name for name in date_names(text) if _short(name) not in given), "")


def date_names(text: str) -> list[str]:
    """The months and weekdays of a text, those with a capital, as they are written."""
    found = (match.group() for match in _DATE.finditer(text))
    return [name for name in found if name[0].isupper()]


def names(text: str) -> list[str]:
    """The words of a text that belong to names, by their capitals; not what opens a sentence."""
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


def missing_name(text: str, source: str, title: str, around: str) -> str:
    """A name of `text` that `source` lacks; "" if there is none.

    The name that opens `text` may stand in the title of the document instead. Where `text` may
    have put a name for a pronoun of `source`, it may stand in the title or `around`.
    """
    near = _NAME_WORD.findall(source)
    titled = _NAME_WORD.findall(title)
    far = [*titled, *_NAME_WORD.findall(around)] if _pronouns(source) - _pronouns(text) else []
    opening = _OPENING_NAME.match(text)
    opener = [bare(word) for word in opening.group().split()] if opening else []
    known = set(names(around)) | set(names(title)) | set(titled)
    wanted = list(dict.fromkeys([*(word for word in opener if word in known), *names(text)]))
    abbreviated = spelled_out(wanted, near)
    for word in wanted:
        held = [*near, *far, *(titled if word in opener else ())]
        if word not in abbreviated and not is_named(word, held):
            return word
    return ""


def spelled_out(wanted: list[str], near: list[str]) -> set[str]:
    """The names whose first letters, in a row, are an abbreviation that stands near."""
    initials = "".join(word[0] for word in wanted)
    found: set[str] = set()
    for short in near:
        start = initials.find(short)
        if start >= 0 and short.isupper() and len(short) > 1:
            found.update(wanted[start : start + len(short)])
    return found


def is_named(word: str, held: Sequence[str]) -> bool:
    """Whether a name, a near form of it or, for an abbreviation, what it is short for is held."""
    held = [bare(other) for other in held]
    return any(_near(word, other) for other in held) or _stands_for(word, held)


def _stands_for(short: str, words: Sequence[str]) -> bool:
    """Whether the first letters of words in a row, those of form aside, make an abbreviation.

    Two letters may only stand for words with capitals: too many rows of two would fit.
    """
    if not short.isupper() or len(short) < _SHORTEST:
        return False
    told = [word for word in words if word.lower() not in STOP_WORDS]
    for row in (words, told):
        initials = "".join(word[0] for word in row)
        capitals = "".join(letter if letter.isupper() else " " for letter in initials)
        if short in capitals or (len(short) > _SHORTEST and short in initials.upper()):
            return True
    return False


def _near(name: str, other: str) -> bool:
    """Whether two words may be forms of one name, as Norway and Norwegian are."""
    if same_word(name.lower(), other.lower()):
        return True
    return (
        other[0].isupper() and min(len(name), len(other)) > _STEM and name[:_STEM] == other[:_STEM]
    )


def bare(word: str) -> str:
    """A word without the ending of a possessor."""
    return word.removesuffix("'s").removesuffix("’s")


def _pronouns(text: str) -> Counter[str]:
    return Counter(match.group().lower() for match in _PRONOUN.finditer(text))


def _short(date_name: str) -> str:
    return date_name.lower()[:3]
