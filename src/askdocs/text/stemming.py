"""Stems: those of English as the word index has them, and those of other languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

import snowballstemmer

from askdocs.text.stop_words import question_language

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_STEMMER = snowballstemmer.stemmer("porter")  # what FTS5 calls "porter"
_STEMMERS = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "fa": "persian", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian",
    "it": "italian", "nb": "norwegian", "nl": "dutch", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def stem(word: str) -> str:
    """The stem of a lower-case word, by Porter's algorithm, as the word index has it.

    A word with a figure in it (an identifier, a number, a version, a date) is its own stem, but
    for commas between thousands: "10,500" and "10500" are one number.
    """
    if any(character.isdigit() for character in word):
        return _THOUSANDS.sub("", word)
    return _porter(word.removesuffix("'s"))


def same_word(first: str, second: str) -> bool:
    """Whether two lower-case words are forms of one: their stems are equal."""
    return first == second or stem(first) == stem(second)


def stems_for(question: str) -> Callable[[str], str]:
    """What gives words the stems of the language that a question is in; English by default."""
    return other_stems_for(question) or stem


def other_stems_for(question: str) -> Callable[[str], str] | None:
    """The same for a question in another language than English; None elsewhere."""
    language = question_language(question)
    return partial(_stem_of, language) if has_stems(language) else None


def has_stems(language: str) -> bool:
    """Whether words of a language have stems here."""
    return language in _STEMMERS


@lru_cache(maxsize=50_000)
def stem_in(language: str, word: str) -> str:
    """The stem of a lower-case word, by the Snowball algorithm of its language."""
    return str(_stemmer(language).stemWord(word))


def _stem_of(language: str, word: str) -> str:
    return stem(word) if any(map(str.isdigit, word)) else stem_in(language, word)


@lru_cache(maxsize=50_000)
def _porter(word: str) -> str:
    return str(_STEMMER.stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_STEMMERS[language])
