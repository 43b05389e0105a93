"""How many words two texts share, by the measures that are used here.

| measure | what is compared | divided by |
| --- | --- | --- |
| `coverage` | stems, each with a weight | the weight of the words of the question |
| `loose_coverage` | the same, and parts of words | the same |
| `count_among`, `share_among` | forms of words | nothing; the words that are looked for |
| `jaccard` | words as they are | the words of both |
| `containment` | words as they are | the words of the smaller side |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

from askdocs.text.stemming import same_word, stem
from askdocs.text.tokens import without_diacritics, words

_SHORTEST_PART = 4  # letters
_ENDING = 2  # letters that may differ
_OF_PART = 0.6  # what a word counts of which only a part is found; a rule


def coverage(
    rare_words: Mapping[str, float], text: str, stem: Callable[[str], str] = stem
) -> float:
    """The share, by weight, of the words of a question that a text holds in some form; 0 to 1.

    Words are the same whose stems are.
    """
    total = sum(rare_words.values())
    if not total:
        return 0.0
    held = {stem(word) for word in words(text)}
    return sum(weight for word, weight in rare_words.items() if stem(word) in held) / total


def loose_coverage(rare_words: Mapping[str, float], text: str) -> float:
    """The same where parts of words count too, as "Beitrag" in "Jahresbeiträge"; 0 to 1.

    It needs no stems, and knows words that are written as one.
    """
    total = sum(rare_words.values())
    if not total:
        return 0.0
    held = [without_diacritics(word) for word in words(text)]
    found = (
        weight * _likeness(without_diacritics(word), held) for word, weight in rare_words.items()
    )
    return sum(found) / total


def is_among(word: str, others: Iterable[str]) -> bool:
    """Whether a word, or a form of it, is among others."""
    return any(same_word(word, other) for other in others)


def count_among(words: Iterable[str], others: Sequence[str]) -> int:
    """How many words are, in any form, among others."""
    return sum(is_among(word, others) for word in words)


def share_among(words: Sequence[str], others: Sequence[str]) -> float:
    """The share of words that are, in any form, among others; 0 to 1, 0 for no words."""
    return count_among(words, others) / max(len(words), 1)


def jaccard(one: Set[str], two: Set[str]) -> float:
    """The words that two sets have in common, as a share of all of theirs; 0 to 1."""
    return len(one & two) / max(len(one | two), 1)


def containment(one: Set[str], two: Set[str]) -> float:
    """The words that two sets have in common, as a share of the smaller one; 0 to 1."""
    return len(one & two) / max(min(len(one), len(two)), 1)


def _likeness(word: str, held: Iterable[str]) -> float:
    return max((_alike(word, each) for each in held), default=0.0)


@lru_cache(maxsize=100_000)
def _alike(first: str, second: str) -> float:
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    part = short[: max(_SHORTEST_PART, len(short) - _ENDING)]
    return _OF_PART if len(part) >= _SHORTEST_PART and part in long else 0.0
