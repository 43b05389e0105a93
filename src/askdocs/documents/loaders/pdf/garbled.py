"""Garbled text: the extracted letters are not the letters that the page shows.

A font may have no map from its glyphs to Unicode, or a wrong one. Then the extracted text is
"Wkh odujhvw flvwhuq", although the page shows "The largest cistern".
"""

from __future__ import annotations

import re

from charset_normalizer.cd import coherence_ratio

UNDECODED = "letters that cannot be decoded (a font without a usable map to Unicode)"
_FEWEST_LETTERS = 100  # of distinct words; fewer are not enough to judge a language
_LETTERS_JUDGED = 8000
# How well the letter frequencies fit the best language, as charset-normalizer measures it. Texts of
# this length in its languages have 0.58 and more. Nine in ten texts with substituted letters have
# less than this.
_LEAST_FIT = 0.5
_LEAST_FIT_OF_BOTH = 0.58  # if there are few vowels, and many words without a vowel
_LEAST_SHARE = 0.1  # of the letters, for a script to be considered
# Languages that charset-normalizer does not support fit badly, too, but their words have vowels. In
# real texts, vowels are 0.3 and more of the letters, and few words have no vowel (Croatian and
# Czech have the most).
_MOST_WITHOUT_VOWEL = 0.15
_FEWEST_VOWELS = 0.3
_UNMAPPED = 0.3  # a page is unreadable if this share of its characters has no map to Unicode
_WORD = re.compile(r"[^\W\d_]{3,}")
_VOWEL = re.compile("[aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿāăąēĕėęěīĭįıōőūůűųÿ]", re.I)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_MOST_PRIVATE = 0.3  # of the visible characters


def is_garbled(text: str, unmapped: float = 0.0) -> bool:
    """Whether the extracted text of a page differs from the letters that the page shows.

    Args:
        text: The text of the page.
        unmapped: The share of its characters whose font has no map to Unicode.
    """
    visible = "".join(text.split())
    if not visible:
        return False
    private = len(_PRIVATE.findall(visible)) / len(visible)
    if private > _MOST_PRIVATE:
        return True
    return (unmapped > _UNMAPPED and not _has_words(text)) or _has_substituted_letters(text)


def _has_words(text: str) -> bool:
    """Whether most of a text is words with vowels. Then the fonts were decoded correctly."""
    letters = sum(map(len, _WORD.findall(text)))
    return letters * 2 > len("".join(text.split())) and _vowelless_share(text) < _MOST_WITHOUT_VOWEL


def _has_substituted_letters(text: str) -> bool:
    """Whether Latin letters are substituted for others.

    Each distinct word counts once, since formulas and tables repeat the same few.
    """
    words = " ".join(dict.fromkeys(_WORD.findall(text[:_LETTERS_JUDGED])))
    letters = _LATIN.findall(words)
    if len(letters) < _FEWEST_LETTERS or len(letters) * 2 < sum(map(str.isalpha, words)):
        return False
    indications = (
        _vowelless_share(words) >= _MOST_WITHOUT_VOWEL,
        len(_VOWEL.findall(words)) / len(letters) <= _FEWEST_VOWELS,
    )
    found = coherence_ratio(words.lower(), _LEAST_SHARE)
    fit = max((ratio for _, ratio in found), default=0.0)
    return any(indications) and fit < (_LEAST_FIT_OF_BOTH if all(indications) else _LEAST_FIT)


def _vowelless_share(text: str) -> float:
    """The share of words of three letters and more without a vowel, not counting initials."""
    words = [word for word in _WORD.findall(text) if not word.isupper()]
    if not words:
        return 0.0
    return sum(_VOWEL.search(word) is None for word in words) / len(words)
