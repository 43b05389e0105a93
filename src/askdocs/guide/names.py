"""Characteristic names, words and amounts of a document."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from askdocs.text.english import (
    ARTICLES,
    DEMONSTRATIVES,
    POSSESSIVES,
    SUBJECT_PRONOUNS,
    any_of,
)
from askdocs.text.stemming import stem
from askdocs.text.stop_words import STOP_WORDS

READ = 150_000  # characters of a document that are read
_WORD = re.compile(r"[^\W\d_]{4,}(?:-[^\W\d_]{3,})*")
_NAME = re.compile(
    r"(?<![.!?:\n] )(?<![.!?:\n#*“\"(])\b[A-Z][\w’'-]*[a-z][\w’'-]*"
    r"(?: (?:of |the |de |von |van |and |for )?[A-Z][\w’'-]+){1,3}"
)
_ABBREVIATION = re.compile(r"\b[A-Z][A-Z\d&-]{0,6}[A-Z\d]\b(?![-\w])")
_FIGURE = re.compile(
    r"(?:[$€£¥]\s?\d(?:[\d,.]{0,30}\d)?(?:\s(?:thousand|million|billion|trillion))?"
    r"|\b\d[\d,.]{0,30}(?:\s?%|\s(?:percent|per cent|million|billion|trillion)))"
)
_FEWEST = 2  # occurrences of a name in a document
_MOST_FORMS = 300  # words whose stems are compared
_CANDIDATES = 60  # words that are compared with the other documents
_SELDOM = 0.3  # a word that is in lower case at least so often (share) is not a name
_NO_WORDS = STOP_WORDS | frozenset("https http html isbn retrieved github archive".split())
_COMMON_NAMES = re.compile(
    rf"(?:{any_of(map(str.title, ARTICLES | DEMONSTRATIVES | POSSESSIVES | SUBJECT_PRONOUNS))}"
    r"|In|On|At|By|For|If|And|But|Or|See|No|Yes|Figure|Table|Section|Chapter|Page|Part|Article|Appendix)\b.*"
)


def names_in(text: str, most: int = 8) -> tuple[str, ...]:
    """The most frequent names of people, places and things in a text."""
    text = text[:READ]
    found = Counter(" ".join(match.group().split()) for match in _NAME.finditer(text))
    found.update(
        match.group() for match in _ABBREVIATION.finditer(text) if not match.group().isdigit()
    )
    names: list[str] = []
    for name, count in found.most_common(4 * most):
        if count < _FEWEST or len(names) == most:
            break
        shouted = name.isupper() and (len(name) > 6 or not _is_in_prose(name, text))
        known = any(name in other or other in name for other in names)
        if not (known or shouted or _COMMON_NAMES.fullmatch(name)):
            names.append(name)
    return tuple(names)


def figures_in(text: str, most: int = 4) -> tuple[str, ...]:
    """The most frequent amounts and percentages in a text, in the order of the text."""
    found = Counter(" ".join(match.group().split()) for match in _FIGURE.finditer(text[:READ]))
    wanted = [figure for figure, count in found.most_common(most) if count >= _FEWEST]
    return tuple(figure for figure in found if figure in wanted)


def words_of(
    text: str,
    passages: int,
    count_words: Callable[[Sequence[str]], Mapping[str, int]],
    most: int = 8,
) -> tuple[str, ...]:
    """The words that are frequent in a text and rare in other documents.

    Args:
        text: The text of a document.
        passages: How many passages the index has.
        count_words: Returns the number of passages of the index with each word.
        most: The maximum number of words.
    """
    forms: dict[str, Counter[str]] = {}
    for word, count in Counter(_WORD.findall(text[:READ])).most_common(_MOST_FORMS):
        if word.lower() not in _NO_WORDS:
            forms.setdefault(stem(word.lower()), Counter())[word] += count
    counts = {key: sum(found.values()) for key, found in forms.items()}
    often = sorted(counts, key=lambda key: -counts[key])[:_CANDIDATES]
    shown = {key: _form(forms[key]) for key in often}
    held = count_words(list(shown.values()))
    scores = {
        key: counts[key] * math.log((passages + 1) / (held.get(shown[key], 0) + 1))
        for key in often
        if counts[key] >= _FEWEST
    }
    best = sorted(scores, key=lambda key: -scores[key])
    return tuple(shown[key] for key in best if scores[key] > 0)[:most]


def _form(found: Counter[str]) -> str:
    """The displayed form of a word: in lower case, unless that is rare."""
    lower = Counter({word: count for word, count in found.items() if word.islower()})
    seldom = sum(lower.values()) < _SELDOM * sum(found.values())
    word = (found if seldom else lower).most_common(1)[0][0]
    return word.capitalize() if word.isupper() and len(word) > 5 else word


def _is_in_prose(name: str, text: str) -> bool:
    """Whether a word in capitals is next to a word in lower case."""
    return bool(re.search(rf"[a-z,] {re.escape(name)}\b|\b{re.escape(name)} [a-z]", text))
