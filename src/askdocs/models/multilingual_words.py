"""The vocabulary of the multilingual embedder: frequent words of many languages."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from askdocs.models.bundled import MULTILINGUAL_TOKENIZER, load_tokenizer
from askdocs.text.tokens import without_diacritics

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_STARTS_WORD = "\u2581"  # the mark of a piece at the start of a word


def is_frequent_word(word: str) -> bool:
    """Whether a lower-case word is a whole piece of the vocabulary, in any language.

    It may be written with a capital or without diacritics there. False for most compounds.
    """
    forms = (word, word.capitalize(), without_diacritics(word))
    return any(_tokenizer().token_to_id(f"{_STARTS_WORD}{form}") is not None for form in forms)


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    return load_tokenizer(MULTILINGUAL_TOKENIZER)
