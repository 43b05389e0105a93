"""Numerals of lists and headings: letters (a), Roman numerals (IV), ordinals (1st)."""

from __future__ import annotations

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LARGEST_ROMAN = 3999
_MOST_DIGITS = 8  # of a number in a file; a longer one is damaged
_LONGEST = 26 * 30  # the largest number that is written in letters: 30 times "z"


def repeated_letter(number: int) -> str:
    """1 → a, 26 → z, 27 → aa, 28 → bb: the numbering of Word and of OpenDocument's letter-sync."""
    if not 1 <= number <= _LONGEST:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def roman(number: int) -> str:
    """4 → IV."""
    if not 1 <= number <= _LARGEST_ROMAN:
        return str(number)
    text = ""
    for value, numeral in _ROMAN:
        count, number = divmod(number, value)
        text += numeral * count
    return text


def ordinal(number: int) -> str:
    """1 → 1st, 12 → 12th."""
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def alphabetic(number: int) -> str:
    """1 → a, 26 → z, 27 → aa, 28 → ab: the numbering of OpenDocument."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def to_int(text: str, default: int) -> int:
    """The number that a setting of a list contains; `default` if it contains none."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else default
