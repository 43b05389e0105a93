"""Amounts in figures and in words: "half an hour", "two thirds", "a dozen", "twice".

Each amount gets a kind and a value, so that "half an hour" and "30 minutes" are the same and "two
hours" is not. `other_quantity` is the rule: an amount of a statement that its source neither has
nor gives by a simple calculation, where it has another amount of this kind for the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from askdocs.text.numbers import NUMBER_WORDS, SCALES
from askdocs.text.overlap import count_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stemming import same_word
from askdocs.text.stop_words import STOP_WORDS, plain_words

Kind = Literal["span", "share", "times", "count"]

_GROUPS = {"dozen": 12.0, "score": 20.0, "couple": 2.0, "pair": 2.0}
_TIME = {
    "second": 1.0, "sec": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "day": 86400.0,
    "night": 86400.0, "week": 604800.0, "fortnight": 1209600.0, "month": 2629800.0,
    "year": 31557600.0, "decade": 315576000.0, "century": 3155760000.0,
    "centurie": 3155760000.0,
}  # fmt: skip
_PARTS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15,
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100,
    "thousandth": 1000,
}  # fmt: skip
_TIMES = {
    "twice": 2.0, "double": 2.0, "doubled": 2.0, "doubles": 2.0, "doubling": 2.0, "twofold": 2.0,
    "thrice": 3.0, "triple": 3.0, "tripled": 3.0, "triples": 3.0, "trebled": 3.0,
    "threefold": 3.0, "quadrupled": 4.0, "fourfold": 4.0, "fivefold": 5.0, "tenfold": 10.0,
    "halved": 0.5, "halves": 0.5, "halving": 0.5,
}  # fmt: skip
_TOKEN = re.compile(
    r"(?:(?<=\W)|^)[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|%|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]"
)
_BELOW = frozenset("under below within inside".split())
_ABOVE = frozenset("over above exceeding".split())
_ROUGH = frozenset("about around roughly approximately nearly almost some close".split())
_COMPARING = re.compile(
    r"(?:of|less|more|fewer|as|than|the|his|her|its|their|that|\w+er)", re.IGNORECASE
)
_WHICH = frozenset("all these those both the its their his her other last first next".split())
_HYPOTHETICAL = re.compile(r"\b(?:if|would|could|someone|anyone|whoever|suppose)\b", re.IGNORECASE)
_YEARS = (1000.0, 2100.0)  # numbers in this range may be years, of which spans are differences
_CLOSE = 0.02  # values that differ by less are the same, since a month is no fixed time
_ROUGHLY = 0.12
_MOST_SPAN = 3.0  # times a bound such as "under a year" that the amount itself may be away from it
_SMALL = 2.0  # counts up to here are too often said of other things
_FEWEST_SHARED = 2  # words of a statement that stand in the sentence with the other amount
_SHARE = 0.5  # of the words of a statement, at least
_NOUNS_APART = 2  # words after a number in which what is counted stands


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount: a span of time in seconds, a share of 1, a multiple, or a count.

    `bound` is -1 for "under", 1 for "over", 0 for neither; `noun` what is counted, "" if unknown.
    """

    kind: Kind
    value: float
    written: str
    is_rough: bool = False
    bound: int = 0
    noun: str = ""


def quantities(text: str) -> list[Quantity]:
    """The amounts of a text, in order."""
    return list(_Reader(text).read())


class _Reader:
    """Reads the amounts of one text, token by token."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text.replace("-", " ").replace("–", " ").replace("‑", " ")))
        self._text = text
        self._spans = [each.span() for each in found]
        self._words = [each.group().lower() for each in found]

    def read(self) -> Iterator[Quantity]:
        place = 0
        while place < len(self._words):
            found = self._amount(place)
            if found is None:
                place += 1
                continue
            kind, value, end = found
            yield self._quantity(kind, value, place, end)
            place = end

    def _word(self, place: int) -> str:
        return self._words[place] if 0 <= place < len(self._words) else ""

    def _quantity(self, kind: Kind, value: float, place: int, end: int) -> Quantity:
        before = self._words[max(0, place - 3) : place]
        written = self._text[self._spans[place][0] : self._spans[end - 1][1]]
        last = before[-1] if before else ""
        two = " ".join(before[-2:])
        below = last in _BELOW or two in ("less than", "fewer than", "up to", "at most")
        above = last in _ABOVE or two in ("more than", "at least", "longer than", "greater than")
        noun = ""
        if kind == "count":
            after = (self._word(end + step) for step in range(_NOUNS_APART))
            noun = next((word for word in after if word.isalpha() and word not in STOP_WORDS), "")
        return Quantity(kind, value, written, bool(_ROUGH & set(before[-2:])), above - below, noun)

    def _amount(self, place: int) -> tuple[Kind, float, int] | None:
        """Kind, value and end of the amount that begins at a token; None if none does."""
        word = self._word(place)
        if word in _TIMES:
            return "times", _TIMES[word], place + 1
        if word == "half":
            return self._half(place + 1)
        article = word in ("a", "an", "one")
        if article and (part := _PARTS.get(_singular(self._word(place + 1)))):
            return self._part(1.0, part, place + 2)
        if article and (seconds := self._time(place + 1)):
            extra, end = self._fraction_after(place + 2)
            is_span = extra or word == "one" or self._word(place + 1) in ("fortnight", "decade")
            plain = self._word(place - 1) in ("for", "in", "within", "lasted", "took", "after")
            if extra or is_span or plain:
                return "span", (1 + extra) * seconds, end
            return None
        number = self._number(place)
        return None if number is None else self._with_unit(*number, place)

    def _with_unit(self, value: float, end: int, place: int) -> tuple[Kind, float, int] | None:
        """A number with what it counts."""
        extra, end = self._fraction_after(end)
        value += extra
        word = self._word(end)
        if word in ("%", "percent") or (word == "per" and self._word(end + 1) == "cent"):
            return "share", value / 100, end + (2 if word == "per" else 1)
        if seconds := self._time(end):
            if self._word(place - 1) in _WHICH or self._word(end + 1) == "old":
                return None
            further, last = self._fraction_after(end + 1)
            return self._further_span((value + further) * seconds, last)
        if (part := _PARTS.get(_singular(word))) and word.endswith("s"):
            return self._part(value, part, end + 1)
        if word == "times" or word == "fold":
            return "times", value, end + 1
        whole = self._ratio(end)
        if whole is not None and 0 < value < whole[0] <= _YEARS[0]:
            return "share", value / whole[0], whole[1]
        return None if self._is_no_count(place) else ("count", value, end)

    def _is_no_count(self, place: int) -> bool:
        """Whether a number is a word for someone, part of a name, or says which are meant."""
        before = self._word(place - 1)
        is_name = (
            bool(before) and before.isalpha() and self._text[self._spans[place - 1][0]].isupper()
        )
        return self._word(place) == "one" or is_name or before in _WHICH

    def _further_span(self, seconds: float, end: int) -> tuple[Kind, float, int]:
        """A span that may go on: two hours and eleven minutes."""
        step = end + 1 if self._word(end) in ("and", ",") else end
        number = self._number(step)
        if number is not None and (unit := self._time(number[1])) and number[0] * unit < seconds:
            return "span", seconds + number[0] * unit, number[1] + 1
        return "span", seconds, end

    def _ratio(self, place: int) -> tuple[float, int] | None:
        """The whole in "two in five" and "three out of five"."""
        if self._word(place) == "out" and self._word(place + 1) == "of":
            return self._number(place + 2)
        return self._number(place + 1) if self._word(place) == "in" else None

    def _half(self, place: int) -> tuple[Kind, float, int] | None:
        word = self._word(place)
        start = place + 1 if word in ("a", "an") else place
        if word in ("a", "an") and self._word(start) in _GROUPS:
            return "count", _GROUPS[self._word(start)] / 2, start + 1
        if word in ("a", "an") and self._word(start) in SCALES:
            return "count", SCALES[self._word(start)] / 2, start + 1
        if (word in ("a", "an") or start == place) and (seconds := self._time(start)):
            return "span", seconds / 2, start + 1
        if word == "past" or word == "again":
            return None
        return "share", 0.5, place

    def _part(self, parts: float, of: int, end: int) -> tuple[Kind, float, int] | None:
        """Parts of a whole: a quarter of an hour, two thirds of the members, a third less."""
        of_one = self._word(end) == "of" and self._word(end + 1) in ("a", "an")
        if of_one and (seconds := self._time(end + 2)):
            return "span", parts / of * seconds, end + 3
        if of_one and self._word(end + 2) in SCALES:
            return "count", parts / of * SCALES[self._word(end + 2)], end + 3
        following = self._word(end)
        ends = not following.isalpha()
        may_be_ordinal = of not in (2, 4) and not ends and not _COMPARING.fullmatch(following)
        if parts == 1 and may_be_ordinal:
            return None  # a third attempt
        return "share", parts / of, end

    def _fraction_after(self, place: int) -> tuple[float, int]:
        """The fraction in "two and a half" and where it ends; 0 where there is none."""
        if self._word(place) != "and":
            return 0.0, place
        word = self._word(place + 1)
        if word in ("a", "one") and (part := _PARTS.get(self._word(place + 2))):
            return 1 / part, place + 3
        if word == "three" and self._word(place + 2) == "quarters":
            return 0.75, place + 3
        return 0.0, place

    def _time(self, place: int) -> float:
        word = self._word(place)
        if self._word(place - 1) in ("the", "a") and word == "second":
            return 0.0
        return _TIME.get(word) or _TIME.get(_singular(word), 0.0)

    def _number(self, place: int) -> tuple[float, int] | None:
        """The number that begins at a token, in figures or words, and its end."""
        word = self._word(place)
        end = place + 1
        if "0" <= word[:1] <= "9":
            value = float(word.replace(",", ""))
        elif word in ("a", "an") and self._word(end) in {**SCALES, **_GROUPS}:
            value, end = 1.0, place + 1
        elif word in NUMBER_WORDS and word != "dozen":
            value = NUMBER_WORDS[word]
            following = NUMBER_WORDS.get(self._word(end), 0.0)
            if value >= 20 and 0 < following < 10:
                value, end = value + following, end + 1
        else:
            return None
        return self._scaled(value, end)

    def _scaled(self, value: float, end: int) -> tuple[float, int]:
        """A number times hundred, thousand and so on, with what is added after "and"."""
        while (word := self._word(end)) in SCALES or (word in _GROUPS and word != "pair"):
            value *= SCALES.get(word) or _GROUPS[word]
            end += 1
            if word == "hundred":
                step = end + 1 if self._word(end) == "and" else end
                rest = self._small(step)
                if rest is not None:
                    value, end = value + rest[0], rest[1]
        if self._word(end) == "pair":
            value, end = value * 2, end + 1
        return value, end

    def _small(self, place: int) -> tuple[float, int] | None:
        """A number below 100 in words."""
        value = NUMBER_WORDS.get(self._word(place))
        if value is None or self._word(place) == "dozen":
            return None
        following = NUMBER_WORDS.get(self._word(place + 1), 0.0)
        if value >= 20 and 0 < following < 10:
            return value + following, place + 2
        return value, place + 1


def _singular(word: str) -> str:
    return word.removesuffix("s")


def other_quantity(text: str, source: str) -> str:
    """An amount of a statement in whose place the source has another one.

    Args:
        text: The statement.
        source: The sentences that it is judged by.

    Returns:
        The difference in words; "" if the rule is not sure of one.
    """
    own = quantities(text)
    if not own or _HYPOTHETICAL.search(text):
        return ""
    words = plain_words(text)
    sentences = [_Held(source[start:end], words) for start, end in sentence_spans(source)]
    every = [quantity for held in sentences for quantity in held.amounts]
    for each in own:
        if any(_fits(each, value) for value in _values(each, every)) or _is_small(each):
            continue
        for held in sentences:
            rival = next((other for other in held.amounts if _is_rival(each, other)), None)
            is_near = held.shared >= max(_FEWEST_SHARED, _SHARE * len(words))
            if rival is None or not is_near:
                continue
            if not any(_fits(each, value) for value in _derived(each, held.amounts)):
                return f"“{each.written}” differs: the source has “{rival.written}”"
    return ""


class _Held:
    """A sentence of the source, its amounts, and how many words of the statement it has."""

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self.amounts = quantities(text)
        self.shared = count_among(words, plain_words(text))


def _is_small(own: Quantity) -> bool:
    return own.kind == "count" and own.value <= _SMALL


def _values(own: Quantity, every: Sequence[Quantity]) -> Iterator[float]:
    """The values of the source that are of the kind of an amount."""
    for quantity in every:
        if quantity.kind == own.kind or {quantity.kind, own.kind} == {"share", "times"}:
            yield quantity.value
        if own.kind == "times" and quantity.kind == "count":
            yield quantity.value


def _is_rival(own: Quantity, other: Quantity) -> bool:
    """Whether the source's amount stands where the statement's own should."""
    if own.kind != other.kind:
        return False
    if own.kind == "count":
        return bool(own.noun and other.noun) and same_word(own.noun, other.noun)
    return True


def _fits(own: Quantity, value: float) -> bool:
    if own.bound < 0 and own.value / _MOST_SPAN <= value <= own.value * (1 + _CLOSE):
        return True
    if own.bound > 0 and own.value * (1 - _CLOSE) <= value <= own.value * _MOST_SPAN:
        return True
    near = _ROUGHLY if own.is_rough else _CLOSE
    return abs(value - own.value) <= near * max(abs(value), abs(own.value))


def _derived(own: Quantity, every: Sequence[Quantity]) -> Iterator[float]:
    """The values of the source that an amount may be, given or calculated from two."""
    plain = [quantity.value for quantity in every if quantity.kind in ("count", "times")]
    parts = [quantity.value for quantity in every if quantity.kind == "share"]
    spans = [quantity.value for quantity in every if quantity.kind == "span"]
    if own.kind == "span":
        years = [value for value in plain if _YEARS[0] <= value <= _YEARS[1]]
        yield from spans
        yield from (value * unit for value in plain for unit in _TIME.values())  # 5 to 8 years
        yield from (abs(one - two) * _TIME["year"] for one in years for two in years)
        yield from _combined(spans, [*plain, *parts])
        return
    if own.kind in ("share", "times"):
        yield max(0.0, 1 - sum(parts))
        yield from (
            value
            for part in parts
            for value in (part, 1 - part, 1 + part, 1 / (1 - min(part, 0.99)))
        )
        yield from plain
        yield from (100 / value for value in plain if value)
        yield from (1 / value for value in plain if value)
        yield from _combined([*plain, *spans], [])
        yield from _combined(parts, [])
        return
    yield from plain
    yield from (100 * part for part in parts)
    yield from _combined(plain, parts)
    yield from _combined(plain, plain)


def _combined(values: Iterable[float], factors: Iterable[float]) -> Iterator[float]:
    """Sums, differences and ratios of two values, and values times or over a factor."""
    held, by = list(values), list(factors)
    for place, one in enumerate(held):
        for two in (*held[:place], *held[place + 1 :]):
            yield one + two
            yield abs(one - two)
            if two:
                yield one / two
                yield (one - two) / two
        for factor in by:
            yield one * factor
            yield one * (1 + factor)
            yield one * (1 - factor)
            if factor:
                yield one / factor
                yield one / (1 + factor)
            if factor not in (0, 1):
                yield one / (1 - factor)
