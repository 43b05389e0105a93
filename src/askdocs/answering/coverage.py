"""How much of a question's words a text holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from askdocs.index.keywords.terms import stem, words


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
