"""Names and numbers that stand in a sentence where another one stands in its source.

The source may hold all of them, and yet one has taken the place of another: "Hale thanked Nwosu"
for "Nwosu thanked Hale", "31 bicycles at 240 stations" for "240 bicycles at 31 stations".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.verification.facts import bare, figures, is_named, names
from askdocs.documents.sentences import sentence_spans
from askdocs.index.keywords.terms import STOP_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:['’.,\-][^\W_]+)*")
_LISTED = re.compile(r"\s*,?\s*(?:(?:and|or|&)\s+)?(?:the\s+)?", re.IGNORECASE)
_REACH = 3  # words to each side that are compared
_EDGE = ""  # where a sentence begins or ends


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands together, and the words before and after it, the nearest first."""

    held: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


def exchanged(text: str, source: str) -> str:
    """A name or number of `text` in whose place `source` has others; "" if there is none.

    Two places are the same if the words next to them are, on both sides, and one of these is more
    than a word of form. What is listed together stands in one place, in whatever order.
    """
    known = {word: word for each in (text, source) for word in names(each)}
    numbers = {each[0]: str(each[1]) for each in (*figures(text), *figures(source))}
    return _replaced(known, text, source, known, is_named) or _replaced(
        numbers, text, source, known, lambda one, held: one in held
    )


def _replaced(
    wanted: Mapping[str, str],
    text: str,
    source: str,
    known: Container[str],
    is_held: Callable[[str, Sequence[str]], bool],
) -> str:
    theirs = list(_places(source, wanted, known))
    for place in _places(text, wanted, known):
        there = [[wanted[w] for w in each.held] for each in theirs if _is_same(place, each)]
        if there and not any(is_held(wanted[one], held) for held in there for one in place.held):
            return place.held[0]
    return ""


def _is_same(place: _Place, other: _Place) -> bool:
    """Whether the words around two places are the same, as far as they are looked at."""
    before = _agreeing(place.before, other.before)
    after = _agreeing(place.after, other.after)
    told = [w for w in (*before, *after) if w not in STOP_WORDS and not w[:1].isupper()]
    return bool(before and after and any(told))


def _agreeing(words: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    differ = (i for i, (one, two) in enumerate(zip(words, others, strict=False)) if one != two)
    return list(words[: next(differ, min(len(words), len(others)))])


def _places(text: str, wanted: Container[str], known: Container[str]) -> Iterator[_Place]:
    """The places of the `wanted` words of a text; `known` names keep their capitals."""
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        tokens = list(_TOKEN.finditer(sentence))
        words = [bare(token.group()) for token in tokens]
        plain = [word if word in known else word.lower() for word in words]
        runs: list[tuple[int, int]] = []
        for i in (i for i, word in enumerate(words) if word in wanted):
            between = sentence[tokens[runs[-1][1]].end() : tokens[i].start()] if runs else "."
            if _LISTED.fullmatch(between):
                runs[-1] = (runs[-1][0], i)
            else:
                runs.append((i, i))
        for first, last in runs:
            yield _Place(
                tuple(word for word in words[first : last + 1] if word in wanted),
                (*reversed(plain[max(0, first - _REACH) : first]), _EDGE)[:_REACH],
                (*plain[last + 1 :][:_REACH], _EDGE)[:_REACH],
            )
