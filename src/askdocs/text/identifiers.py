"""Codes and long numbers, by which documents and things are called: "INV-10234", "v1.2.3"."""

from __future__ import annotations

import re

# An identifier has a figure and either a letter, a mark between figures, or five figures.
_CODE = re.compile(r"[^\W_]+(?:[-_./:#][^\W_]+)*")
_LONG_NUMBER = 5  # figures
_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}")
_QUANTITY = re.compile(
    r"\d+(?:st|nd|rd|th|s|k|m|bn|x|%|mb|gb|kb|tb|kg|km|cm|mm|mg|ml|am|pm)?", re.I
)


def codes_in(text: str) -> set[str]:
    """All that may be a code in a text: runs of letters and figures, with marks within, lower."""
    return {match.group() for match in _CODE.finditer(text.lower())}


def identifiers_in(text: str) -> frozenset[str]:
    """The codes and long numbers of a text, in lower case: "INV-10234", "v1.2.3", "10234".

    Years, dates, small numbers and quantities such as "15th" or "20GB" are none.
    """
    return frozenset(filter(is_identifier, codes_in(text)))


def form_of(identifier: str) -> str:
    """What identifiers of one series have in common: "inv-10234" and "inv-7" are both "a-0"."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", identifier))


def is_identifier(word: str) -> bool:
    """Whether a code in lower case is an identifier, see `identifiers_in`."""
    figures = sum(character.isdigit() for character in word)
    if not figures or _DATE.fullmatch(word):
        return False
    if word.isdigit():
        return len(word) >= _LONG_NUMBER
    if _QUANTITY.fullmatch(word):
        return False
    letters = any(character.isalpha() for character in word)
    return letters and figures > 1 and not re.fullmatch(r"\d+[-/.]\d+|\d+-[a-z]+", word)
