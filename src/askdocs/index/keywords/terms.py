"""Turns text into search terms: what is indexed, and which words of a question count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

import snowballstemmer

from askdocs.index.keywords.languages import has_stems, is_form_word, language_by_words, stem_in

# Scripts that are written without spaces are indexed as overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# "m²" and "CO₂" are found as "m2" and "CO2"; after a figure a raised one stays what it is.
_RAISED = re.compile(r"(?<=[^\W\d_])[⁰¹²³⁴-⁹₀-₉]+")
WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_STEMMER = snowballstemmer.stemmer("porter")  # what FTS5 calls "porter"
MOST_WORDS = 200  # of a question; more are not looked at

# English words that carry the form of a question, not its matter. In a small corpus their rarity
# means nothing, so frequency alone cannot weigh them.
STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been being but by can could did do does
    doing for from had happen happened happens has have having he her here hers him his how i if
    in into is it its itself me mine my of on or our ours please shall she should so some such
    tell than that
    the their theirs them then there these they this those to us very was we were what whats
    when where which while who whom whose why will with would you your yours
    """.split()
)


def indexed_form(text: str) -> str:
    """The text as the word index takes it.

    Scripts without spaces become pairs of characters; raised and lowered figures after a letter
    become plain ones.
    """
    text = _RAISED.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)
    return _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def words(text: str) -> list[str]:
    """The words of a text in lower case, each once, in order, at most MOST_WORDS."""
    found: dict[str, None] = {}
    for word in WORD.finditer(indexed_form(text)):
        found.setdefault(word.group().lower().replace("’", "'"))
        if len(found) >= MOST_WORDS:
            break
    return list(found)


def content_words(text: str) -> list[str]:
    """The words of a question without those that only give it its form."""
    return [word for word in words(text) if word.removesuffix("'s") not in STOP_WORDS]


def name_words(name: str) -> list[str]:
    """The content words of a file name or title: "Annual_Report-2020.pdf" has four."""
    return content_words(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", name)))


def telling_words(question: str) -> list[str]:
    """The words of a question, in any language, without those that only give it its form."""
    language = _language_of(question)
    held = words(question) if language else content_words(question)
    return [word for word in held if not is_form_word(word, language)]


def stems_for(question: str) -> Callable[[str], str]:
    """What gives words the stems of the language that a question is in; English by default."""
    return other_stems_for(question) or stem


def other_stems_for(question: str) -> Callable[[str], str] | None:
    """The same for a question in another language than English; None elsewhere."""
    language = _language_of(question)
    return partial(_stem_of, language) if has_stems(language) else None


def _language_of(question: str) -> str:
    """The language, other than English, whose form words a question has most of."""
    held = words(question)
    return language_by_words(held, sum(word in STOP_WORDS for word in held))


def _stem_of(language: str, word: str) -> str:
    return stem(word) if any(map(str.isdigit, word)) else stem_in(language, word)


def stem(word: str) -> str:
    """The stem of a lower-case word, by Porter's algorithm, as the word index has it.

    A word with a figure in it (an identifier, a number, a version, a date) is its own stem, but
    for commas between thousands: "10,500" and "10500" are one number.
    """
    if any(character.isdigit() for character in word):
        return _THOUSANDS.sub("", word)
    return _porter(word.removesuffix("'s"))


def without_diacritics(word: str) -> str:
    """A word without its diacritics, as the word index has it."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(each for each in parts if not unicodedata.combining(each))


def same_word(first: str, second: str) -> bool:
    """Whether two lower-case words are forms of one: their stems are equal."""
    return first == second or stem(first) == stem(second)


@lru_cache(maxsize=50_000)
def _porter(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for index in range(len(run) - 1):
        yield run[index : index + 2]
