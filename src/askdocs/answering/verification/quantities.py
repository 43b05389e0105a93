"""Finds and compares amounts in digits and words: "half an hour", "two thirds", "a dozen", "twice".

Each amount has a kind and a value. So "half an hour" equals "30 minutes", but not "two hours". The
rule is `other_quantity`. It finds an amount of a statement that the source neither contains nor
yields by a simple calculation, if the source gives another amount of that kind for the same thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from askdocs.text.numbers import NUMBER_WORDS, SCALES
from askdocs.text.overlap import count_among
from askdocs.text.sentences import sentence_spans
from askdocs.text.stemming import same_word
from askdocs.text.stop_words import STOP_WORDS, plain_words

Kind = Literal["span", "share", "times", "count"]

_GROUPS = {"dozen": 12.0, "score": 20.0, "couple": 2.0, "pair": 2.0}
_TIME_UNITS = {
    "second": 1.0, "sec": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "day": 86400.0,
    "night": 86400.0, "week": 604800.0, "fortnight": 1209600.0, "month": 2629800.0,
    "year": 31557600.0, "decade": 315576000.0, "century": 3155760000.0,
    "centurie": 3155760000.0,
}  # fmt: skip
_FRACTIONS = {
    "half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15,
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100,
    "thousandth": 1000,
}  # fmt: skip
_MULTIPLES = {
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
# After "a third", these words show that it is a fraction, not an ordinal.
_COMPARING = re.compile(
    r"(?:of|less|more|fewer|as|than|the|his|her|its|their|that|\w+er)", re.IGNORECASE
)
# After these words, a number selects known things and does not count: "the two", "last three".
_SELECTING = frozenset("all these those both the its their his her other last first next".split())
# Statements with these words are not judged by the rule.
_HYPOTHETICAL = re.compile(r"\b(?:if|would|could|someone|anyone|whoever|suppose)\b", re.IGNORECASE)
_YEARS = (1000.0, 2100.0)  # numbers in this range may be years; their differences are spans
_TOLERANCE = 0.02  # relative difference of equal values; months, for example, differ in length
_ROUGH_TOLERANCE = 0.12  # relative difference that "about" allows
_BOUND_FACTOR = 3.0  # "under a year" may mean down to a third of a year, "over" up to three years
_MAX_SMALL_COUNT = 2.0  # counts up to this are not compared: they are often about another thing
_MIN_SHARED_WORDS = 2  # words of the statement in the sentence that has the other amount, at least
_MIN_SHARED_SHARE = 0.5  # of the words of the statement in that sentence, at least
_NOUN_DISTANCE = 2  # the thing counted is among this many words after the number


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount.

    Attributes:
        kind: A span of time, a share of a whole, a multiple ("times") or a count.
        value: Seconds for a span; 0.5 for a half; 2 for "twice"; the number for a count.
        written: The amount as it is written.
        is_rough: Whether it is approximate, as after "about".
        bound: -1 after words such as "under", 1 after words such as "over", otherwise 0.
        noun: The thing counted; "" if unknown, and for the other kinds.
    """

    kind: Kind
    value: float
    written: str
    is_rough: bool = False
    bound: int = 0
    noun: str = ""


def quantities(text: str) -> list[Quantity]:
    """Find the amounts of a text, in order."""
    return list(_Reader(text).read())


class _Reader:
    """Parses the amounts of a text, token by token.

    Its methods take the index of a token (`place`). Those that find an amount return the index of
    the token after it (`end`), too.
    """

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text.replace("-", " ").replace("–", " ").replace("‑", " ")))
        self._text = text
        self._spans = [each.span() for each in found]
        self._words = [each.group().lower() for each in found]

    def read(self) -> Iterator[Quantity]:
        """Yield the amounts of the text, in order."""
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
        """Make an amount; read "about", a bound such as "over", and the noun around it."""
        before = self._words[max(0, place - 3) : place]
        written = self._text[self._spans[place][0] : self._spans[end - 1][1]]
        last = before[-1] if before else ""
        two = " ".join(before[-2:])
        below = last in _BELOW or two in ("less than", "fewer than", "up to", "at most")
        above = last in _ABOVE or two in ("more than", "at least", "longer than", "greater than")
        noun = ""
        if kind == "count":
            after = (self._word(end + step) for step in range(_NOUN_DISTANCE))
            noun = next((word for word in after if word.isalpha() and word not in STOP_WORDS), "")
        return Quantity(kind, value, written, bool(_ROUGH & set(before[-2:])), above - below, noun)

    def _amount(self, place: int) -> tuple[Kind, float, int] | None:
        """Parse the amount at a token: (kind, value, end); None if there is none."""
        word = self._word(place)
        if word in _MULTIPLES:
            return "times", _MULTIPLES[word], place + 1
        if word == "half":
            return self._half(place + 1)
        article = word in ("a", "an", "one")
        if article and (part := _FRACTIONS.get(_singular(self._word(place + 1)))):
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
        """Add the unit or fraction after a number: "30 minutes", "5 %", "two in five"."""
        extra, end = self._fraction_after(end)
        value += extra
        word = self._word(end)
        if word in ("%", "percent") or (word == "per" and self._word(end + 1) == "cent"):
            return "share", value / 100, end + (2 if word == "per" else 1)
        if seconds := self._time(end):
            if self._word(place - 1) in _SELECTING or self._word(end + 1) == "old":
                return None
            further, last = self._fraction_after(end + 1)
            return self._further_span((value + further) * seconds, last)
        if (part := _FRACTIONS.get(_singular(word))) and word.endswith("s"):
            return self._part(value, part, end + 1)
        if word == "times" or word == "fold":
            return "times", value, end + 1
        whole = self._ratio(end)
        if whole is not None and 0 < value < whole[0] <= _YEARS[0]:
            return "share", value / whole[0], whole[1]
        return None if self._is_no_count(place) else ("count", value, end)

    def _is_no_count(self, place: int) -> bool:
        """Whether a number is the pronoun "one", part of a name, or a selection ("the two")."""
        before = self._word(place - 1)
        is_name = (
            bool(before) and before.isalpha() and self._text[self._spans[place - 1][0]].isupper()
        )
        return self._word(place) == "one" or is_name or before in _SELECTING

    def _further_span(self, seconds: float, end: int) -> tuple[Kind, float, int]:
        """Add a second part to a span of time: "two hours and eleven minutes"."""
        step = end + 1 if self._word(end) in ("and", ",") else end
        number = self._number(step)
        if number is not None and (unit := self._time(number[1])) and number[0] * unit < seconds:
            return "span", seconds + number[0] * unit, number[1] + 1
        return "span", seconds, end

    def _ratio(self, place: int) -> tuple[float, int] | None:
        """Parse the whole in "two in five" or "three out of five"."""
        if self._word(place) == "out" and self._word(place + 1) == "of":
            return self._number(place + 2)
        return self._number(place + 1) if self._word(place) == "in" else None

    def _half(self, place: int) -> tuple[Kind, float, int] | None:
        """Parse what follows "half": "a dozen", "a million", "an hour", or nothing."""
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
        """Parse what follows a fraction: "a quarter of an hour", "two thirds of the members"."""
        of_one = self._word(end) == "of" and self._word(end + 1) in ("a", "an")
        if of_one and (seconds := self._time(end + 2)):
            return "span", parts / of * seconds, end + 3
        if of_one and self._word(end + 2) in SCALES:
            return "count", parts / of * SCALES[self._word(end + 2)], end + 3
        following = self._word(end)
        ends = not following.isalpha()
        may_be_ordinal = of not in (2, 4) and not ends and not _COMPARING.fullmatch(following)
        if parts == 1 and may_be_ordinal:
            return None  # an ordinal: "a third attempt"
        return "share", parts / of, end

    def _fraction_after(self, place: int) -> tuple[float, int]:
        """The fraction in "two and a half" and its end; 0 if there is none."""
        if self._word(place) != "and":
            return 0.0, place
        word = self._word(place + 1)
        if word in ("a", "one") and (part := _FRACTIONS.get(self._word(place + 2))):
            return 1 / part, place + 3
        if word == "three" and self._word(place + 2) == "quarters":
            return 0.75, place + 3
        return 0.0, place

    def _time(self, place: int) -> float:
        """The seconds of a unit of time; 0 if the token is none."""
        word = self._word(place)
        if self._word(place - 1) in ("the", "a") and word == "second":
            return 0.0
        return _TIME_UNITS.get(word) or _TIME_UNITS.get(_singular(word), 0.0)

    def _number(self, place: int) -> tuple[float, int] | None:
        """Parse a number in digits or words: (value, end)."""
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
        """Multiply a number by "thousand", "dozen" …, and add what follows "hundred and"."""
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
        """Parse a number below 100 in words."""
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
    """Find an amount of a statement for which the source gives another value.

    Args:
        text: The statement.
        source: The sentences that are its evidence.

    Returns:
        The difference as a phrase; "" if the rule is not sure of one.
    """
    own = quantities(text)
    if not own or _HYPOTHETICAL.search(text):
        return ""
    words = plain_words(text)
    sentences = [_SourceSentence(source[start:end], words) for start, end in sentence_spans(source)]
    every = [quantity for sentence in sentences for quantity in sentence.amounts]
    for each in own:
        if any(_fits(each, value) for value in _values(each, every)) or _is_small(each):
            continue
        for sentence in sentences:
            rivals = [other for other in sentence.amounts if _is_rival(each, other)]
            rival = min(rivals, key=partial(_ratio, each), default=None)  # that was altered
            is_same_topic = sentence.shared >= max(
                _MIN_SHARED_WORDS, _MIN_SHARED_SHARE * len(words)
            )
            if rival is None or not is_same_topic:
                continue
            if not any(_fits(each, value) for value in _derived(each, sentence.amounts)):
                return f"“{each.written}” differs: the source has “{rival.written}”"
    return ""


class _SourceSentence:
    """A sentence of the source.

    Attributes:
        amounts: Its amounts.
        shared: How many words of the statement it contains.
    """

    def __init__(self, text: str, words: Sequence[str]) -> None:
        self.amounts = quantities(text)
        self.shared = count_among(words, plain_words(text))


def _ratio(one: Quantity, other: Quantity) -> float:
    """How many times the larger of two values is the smaller one."""
    small, large = sorted((abs(one.value), abs(other.value)))
    return large / small if small else math.inf


def _is_small(own: Quantity) -> bool:
    return own.kind == "count" and own.value <= _MAX_SMALL_COUNT


def _values(own: Quantity, every: Sequence[Quantity]) -> Iterator[float]:
    """Yield the values of the source that can be compared with an amount."""
    for quantity in every:
        if quantity.kind == own.kind or {quantity.kind, own.kind} == {"share", "times"}:
            yield quantity.value
        if own.kind == "times" and quantity.kind == "count":
            yield quantity.value


def _is_rival(own: Quantity, other: Quantity) -> bool:
    """Whether two amounts differ in value only: the same kind and, for counts, the same noun."""
    if own.kind != other.kind:
        return False
    if own.kind == "count":
        return bool(own.noun and other.noun) and same_word(own.noun, other.noun)
    return True


def _fits(own: Quantity, value: float) -> bool:
    """Whether a value of the source agrees with an amount, with its bound and its precision."""
    if own.bound < 0 and own.value / _BOUND_FACTOR <= value <= own.value * (1 + _TOLERANCE):
        return True
    if own.bound > 0 and own.value * (1 - _TOLERANCE) <= value <= own.value * _BOUND_FACTOR:
        return True
    tolerance = _ROUGH_TOLERANCE if own.is_rough else _TOLERANCE
    return abs(value - own.value) <= tolerance * max(abs(value), abs(own.value))


def _derived(own: Quantity, every: Sequence[Quantity]) -> Iterator[float]:
    """Yield values that follow from the amounts of the source, for comparison with `own`.

    Examples: the time between two years, the rest of a share, the sum or ratio of two counts.
    """
    plain = [quantity.value for quantity in every if quantity.kind in ("count", "times")]
    parts = [quantity.value for quantity in every if quantity.kind == "share"]
    spans = [quantity.value for quantity in every if quantity.kind == "span"]
    if own.kind == "span":
        years = [value for value in plain if _YEARS[0] <= value <= _YEARS[1]]
        yield from spans
        # In "5 to 8 years" the first number has no unit.
        yield from (value * unit for value in plain for unit in _TIME_UNITS.values())
        yield from (abs(one - two) * _TIME_UNITS["year"] for one in years for two in years)
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
    """Yield sums, differences and ratios of two values, and values changed by a factor."""
    operands, by = list(values), list(factors)
    for place, one in enumerate(operands):
        for two in (*operands[:place], *operands[place + 1 :]):
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
