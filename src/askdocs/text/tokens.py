"""Splits text into words as the word index does, and estimates its number of tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Scripts that are written without spaces are indexed as overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# "m²" and "CO₂" are indexed as "m2" and "CO2". After a digit they stay: "420³" has a note mark.
_RAISED = re.compile(r"(?<=[^\W\d_])[⁰¹²³⁴-⁹₀-₉]+")
WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
# A word of up to 6 letters is mostly one WordPiece token, a longer one is several. A character of
# Chinese, Japanese, Korean or Thai is one token.
TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f]|\w{1,6}|[^\w\s]"
)
MOST_WORDS = 200  # different words of a text that `words` returns


def indexed_form(text: str) -> str:
    """The text as it is given to the word index.

    Text in scripts without spaces becomes overlapping pairs of characters: "東京都" gives
    "東京 京都". Raised and lowered digits after a letter become normal ones: "m²" gives "m2".
    """
    text = _RAISED.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)
    return _UNSPACED.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", text)


def words(text: str) -> list[str]:
    """The first 200 different words of a text in lower case, in order."""
    found: dict[str, None] = {}
    for word in WORD.finditer(indexed_form(text)):
        found.setdefault(word.group().lower().replace("’", "'"))
        if len(found) >= MOST_WORDS:
            break
    return list(found)


def without_diacritics(word: str) -> str:
    """A word without diacritics, as in the word index: "Übung" gives "Ubung"."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def estimate_tokens(text: str) -> int:
    """Estimate the number of WordPiece tokens in a text, without a tokenizer."""
    return sum(1 for _ in TOKEN.finditer(text))


def _pairs(run: str) -> Iterator[str]:
    """The overlapping pairs of characters: "ab" and "bc" for "abc"."""
    if len(run) == 1:
        yield run
    for index in range(len(run) - 1):
        yield run[index : index + 2]
