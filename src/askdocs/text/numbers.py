"""Finds the numbers in an English text, in digits and in words."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
NUMBER_WORDS = {
    **{word: float(value) for value, word in enumerate(_UNITS)},
    **{word: float(10 * value) for value, word in enumerate(_TENS, start=2)},
    "dozen": 12.0,
}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_FIGURE = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?=\D|$)"
    rf"|\b(?:(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_UNITS[1:10])})"
    rf"|{'|'.join([*_UNITS[:1], *_UNITS[2:], *_TENS, 'dozen', *SCALES])})\b",
    re.IGNORECASE,
)
# "4m" is 4 million, but "4 m" is 4 metres, and "300 K" a temperature, unless it is money: "$4 m".
_SCALE = re.compile(rf"(?:[\s-]*({'|'.join(SCALES)}|bn)|([kKmM]))\b")
_SCALE_OF_MONEY = re.compile(rf"[\s-]*(?:({'|'.join(SCALES)}|bn)|([kKmM]))\b")
_MONEY = re.compile(r"[$€£¥]\s?$")
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "bn": 1e9}
_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|under|more than|less than"
    r"|at least|close to|up to)\s*$",
    re.IGNORECASE,
)
_LONGEST_ROUGHLY = 40  # characters before a number where a word such as "about" is searched


class Number(NamedTuple):
    """A number in a text.

    Attributes:
        written: As it is written: "3.5 million".
        value: Its value: 3500000.0.
        is_rough: Whether "about", "over" or the like is before it.
    """

    written: str
    value: float
    is_rough: bool


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text in order: "1,200", "twenty-five", "3.5 million".

    The word "one" is left out because it is mostly a pronoun.
    """
    found: list[Number] = []
    place = 0
    while (match := _FIGURE.search(text, place)) is not None:
        value = _value(match.group().lower())
        end = match.end()
        is_money = _MONEY.search(text, max(0, match.start() - 2), match.start()) is not None
        pattern = _SCALE_OF_MONEY if is_money else _SCALE
        while (scale := pattern.match(text, end)) is not None:
            word = (scale[1] or scale[2]).lower()
            value *= SCALES.get(word) or _SHORT_SCALES[word]
            end = scale.end()
        before = max(0, match.start() - _LONGEST_ROUGHLY)
        rough = bool(_ROUGHLY.search(text, before, match.start()))
        found.append(Number(text[match.start() : end], value, rough))
        place = end
    return found


def _value(written: str) -> float:
    parts = re.split(r"[- ]", written)
    if all(part in NUMBER_WORDS for part in parts):
        return sum(NUMBER_WORDS[part] for part in parts)
    if written in SCALES:
        return SCALES[written]
    return float(written.replace(",", ""))
