"""The English vocabulary: words that are spelled correctly, even if no document contains them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from askdocs.models.bundled import common_words, unpacked

FILE = "english_words.txt.gz"
_SHORTEST = 3  # letters of a common word that a misspelt word may be corrected to


def is_english(word: str) -> bool:
    """Whether a lower-case word is in the English vocabulary.

    Stems are not compared: that of "goverment" is that of "governess".
    """
    return word in common_words() or word in _listed_words()


@lru_cache(maxsize=1)
def _listed_words() -> frozenset[str]:
    """Less frequent English words, with their forms.

    Raises:
        ModelUnavailableError: The file is missing, or is not the one that was shipped.
    """
    return frozenset(unpacked(FILE).decode("utf-8").split("\n"))


@lru_cache(maxsize=1)
def common_words_by_letter() -> Mapping[str, Sequence[str]]:
    """The most common English words, by their first letter."""
    found = defaultdict(list)
    for word in sorted(common_words()):
        if len(word) >= _SHORTEST and word.isascii() and word.isalpha():
            found[word[0]].append(word)
    return found
