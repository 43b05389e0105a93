"""Measures of how many words two texts share.

| measure | what is compared | divided by |
| --- | --- | --- |
| `coverage` | stems, each with a weight | the weight of all words of the question |
| `loose_coverage` | words and parts of words, each with a weight | the same |
| `count_among` | stems | nothing |
| `share_among` | stems | the number of words that are searched |
| `jaccard` | members of sets | the size of the union |
| `containment` | members of sets | the size of the smaller set |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

from askdocs.text.stemming import same_word, stem
from askdocs.text.tokens import without_diacritics, words

_SHORTEST_PART = 4  # letters that must be equal
_ENDING = 2  # letters at the end that may differ
_OF_PART = 0.6  # the share of its weight that a word gets if only a part of it is found


def coverage(
    rare_words: Mapping[str, float], text: str, stem: Callable[[str], str] = stem
) -> float:
    """The share of the words of a question that a text contains, by weight; 0 to 1.

    Args:
        rare_words: The words of the question with their weights, as from `term_weights`.
        text: The text. Only its first 200 different words count.
        stem: The stemmer. Words with equal stems are the same word.
    """
    total = sum(rare_words.values())
    if not total:
        return 0.0
    present = {stem(word) for word in words(text)}
    return sum(weight for word, weight in rare_words.items() if stem(word) in present) / total


def loose_coverage(rare_words: Mapping[str, float], text: str) -> float:
    """Like `coverage`, but parts of words count as well; 0 to 1.

    "Beitrag" is found in "Jahresbeiträge" and counts 0.6. So compounds are recognised, and
    languages without a stemmer.
    """
    total = sum(rare_words.values())
    if not total:
        return 0.0
    present = [without_diacritics(word) for word in words(text)]
    found = (
        weight * _best_similarity(without_diacritics(word), present)
        for word, weight in rare_words.items()
    )
    return sum(found) / total


def is_among(word: str, others: Iterable[str]) -> bool:
    """Whether a word, in any form, is among the others."""
    return any(same_word(word, other) for other in others)


def count_among(words: Iterable[str], others: Sequence[str]) -> int:
    """How many of the words are, in any form, among the others."""
    return sum(is_among(word, others) for word in words)


def share_among(words: Sequence[str], others: Sequence[str]) -> float:
    """The share of the words that are, in any form, among the others; 0 to 1, 0 for no words."""
    return count_among(words, others) / max(len(words), 1)


def jaccard(one: Set[str], two: Set[str]) -> float:
    """The size of the intersection of two sets, divided by that of their union; 0 to 1."""
    return len(one & two) / max(len(one | two), 1)


def containment(one: Set[str], two: Set[str]) -> float:
    """The size of the intersection of two sets, divided by that of the smaller set; 0 to 1."""
    return len(one & two) / max(min(len(one), len(two)), 1)


def _best_similarity(word: str, present: Iterable[str]) -> float:
    """The similarity of a word to the most similar of the others: 1, 0.6 or 0."""
    return max((_similarity(word, each) for each in present), default=0.0)


@lru_cache(maxsize=100_000)
def _similarity(first: str, second: str) -> float:
    """1 for equal words, 0.6 if the longer contains the shorter without its ending, else 0."""
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    part = short[: max(_SHORTEST_PART, len(short) - _ENDING)]
    return _OF_PART if len(part) >= _SHORTEST_PART and part in long else 0.0
