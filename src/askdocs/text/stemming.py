"""Stems of words: of English as in the word index, and of 20 other languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any

import snowballstemmer

from askdocs.text.stop_words import question_language

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_STEMMER = snowballstemmer.stemmer("porter")  # the algorithm of the tokenizer "porter" of FTS5
_STEMMERS = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "fa": "persian", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian",
    "it": "italian", "nb": "norwegian", "nl": "dutch", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def stem(word: str) -> str:
    """The Porter stem of a lower-case word, as in the word index: "invoices" gives "invoic".

    A word with a digit (an identifier, number, version or date) is not stemmed. Only commas between
    thousands are removed, so that "10,500" and "10500" are equal.
    """
    if any(character.isdigit() for character in word):
        return _THOUSANDS.sub("", word)
    return _porter(word.removesuffix("'s"))


def same_word(first: str, second: str) -> bool:
    """Whether two lower-case words have the same stem."""
    return first == second or stem(first) == stem(second)


def stems_for(question: str) -> Callable[[str], str]:
    """The stemmer for the language of a question, as a function; `stem` if it is not clear."""
    return other_stems_for(question) or stem


def other_stems_for(question: str) -> Callable[[str], str] | None:
    """The stemmer for the language of a question, or None for English and unknown languages."""
    language = question_language(question)
    return partial(_stem_of, language) if has_stems(language) else None


def has_stems(language: str) -> bool:
    """Whether there is a stemmer for a language (by its code); English is not among them."""
    return language in _STEMMERS


@lru_cache(maxsize=50_000)
def stem_in(language: str, word: str) -> str:
    """The stem of a lower-case word by the Snowball algorithm of a language, as "de"."""
    return str(_stemmer(language).stemWord(word))


def _stem_of(language: str, word: str) -> str:
    return stem(word) if any(map(str.isdigit, word)) else stem_in(language, word)


@lru_cache(maxsize=50_000)
def _porter(word: str) -> str:
    return str(_STEMMER.stemWord(word))


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_STEMMERS[language])
