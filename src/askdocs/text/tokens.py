"""Text into words, as the word index has them, and a count of tokens without a tokenizer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Scripts that are written without spaces are indexed as overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# "m²" and "CO₂" are found as "m2" and "CO2"; after a figure a raised one stays what it is.
_RAISED = re.compile(r"(?<=[^\W\d_])[⁰¹²³⁴-⁹₀-₉]+")
WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
# Words up to 6 letters are mostly one WordPiece token, longer ones more; CJK is one a character.
TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]|\w{1,6}|[^\w\s]"
)
MOST_WORDS = 200  # of a question; more are not looked at


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


def without_diacritics(word: str) -> str:
    """A word without its diacritics, as the word index has it."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def estimate_tokens(text: str) -> int:
    """About the number of WordPiece tokens in a text, without a tokenizer."""
    return sum(1 for _ in TOKEN.finditer(text))


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for index in range(len(run) - 1):
        yield run[index : index + 2]
