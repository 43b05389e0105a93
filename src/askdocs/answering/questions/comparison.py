"""Finds the two sides of a question that compares, so that each can be searched on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from askdocs.answering.rule_switches import rule
from askdocs.text.english import DOCUMENT_NOUNS, any_of, with_plurals
from askdocs.text.stop_words import content_words

_COMPARES = re.compile(
    r"\b(?:compar\w+|differ\w*|versus|vs\.?|more|less|fewer|higher|lower|larger|smaller|longer"
    r"|shorter|older|younger|earlier|later|bigger|better|worse|cheaper|faster|slower|first|both"
    r"|most|least|which (?:one|of the two))\b",
    re.IGNORECASE,
)
# One thing at two times, or in two states. It is not two things, so it is searched once.
_ONE_THING = re.compile(r"\b(?:before (?:and|or) after|with (?:and|or) without)\b", re.IGNORECASE)
_PIVOTS = (
    re.compile(r"\bbetween (?P<first>.+?) and (?P<second>.+)", re.I),
    re.compile(r"\bcompare[ds]? (?P<first>.+?) (?:and|with|to|against) (?P<second>.+)", re.I),
    re.compile(r"(?P<first>.+?) (?:vs\.?|versus|compared (?:with|to)) (?P<second>.+)", re.I),
    re.compile(
        r"\b(?:do|does|did|are|is|were|was) (?P<first>.+?) and (?P<second>.+?)"
        r" (?:differ|compare|different)",
        re.I,
    ),
    re.compile(r"(?P<first>.+) than (?P<second>.+)", re.I),
    re.compile(r"(?P<first>.+),? or (?P<second>.+)", re.I),
)
_PLURAL_NOUNS = with_plurals(DOCUMENT_NOUNS) - DOCUMENT_NOUNS
_DOCUMENTS = re.compile(
    rf"\b(?:the|both|these|our|my)(?: (?:two|both|three))*(?P<name>(?: [\w-]+){{1,3}}?)"
    rf" {any_of(_PLURAL_NOUNS)}\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
_MOST_WORDS = 3  # content words of a side. The pivot is the word between the sides: "than".
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*|[,;:?]")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things that are compared.

    Attributes:
        words: Its words that the other side does not have.
        question: The question without the words of the other side.
    """

    words: tuple[str, ...]
    question: str


@rule("two things compared", otherwise=lambda _: None)
def sides_of(question: str) -> tuple[Side, Side] | None:
    """Find the two sides of a question that compares.

    "Are lions faster than tigers?" has the sides "lions" and "tigers".

    Returns:
        The first and the second side; None for a question that does not compare.
    """
    if not _COMPARES.search(question) or _ONE_THING.search(question):
        return None
    for pivot in _PIVOTS:
        found = pivot.search(question)
        if not found:
            continue
        first = _nearest(_WORD.findall(found["first"])[::-1])[::-1]
        second = _nearest(_WORD.findall(found["second"]))
        own = [word for word in first if word not in second and not _COMPARES.search(word)]
        other = [word for word in second if word not in first and not _COMPARES.search(word)]
        own, other = _without_shared(own, other), _without_shared(other, own)
        if own and other:
            return (
                Side(tuple(own), _without(question, other)),
                Side(tuple(other), _without(question, own)),
            )
    return None


def _without_shared(words: list[str], others: list[str]) -> list[str]:
    """The words of a side without those that are left out on the other side.

    "The pipe 15 mm or 22 mm" compares two pipes: if the other side has only figures, so has this.
    """
    figures = [word for word in words if _FIGURE.search(word)]
    is_short = bool(others) and all(map(_FIGURE.search, others))
    return figures if figures and is_short else words


def documents_meant(question: str) -> frozenset[str]:
    """What several documents are about that a question means together.

    "What are the limits of the two moss studies?" means those about "moss".

    Returns:
        The content words before the word for the documents; empty if there are none.
    """
    found = _DOCUMENTS.search(question)
    return frozenset(content_words(found["name"])) if found else frozenset()


def _nearest(words: list[str]) -> list[str]:
    """The first content words of a list. Words before them, such as articles, are skipped."""
    found: list[str] = []
    for word in words:
        content = content_words(word)
        if content and not _COMPARES.fullmatch(word):
            found += content
        elif found:
            break
    return found[:_MOST_WORDS]


def _without(question: str, words: list[str]) -> str:
    """The question without the given words and their genitives."""
    left = question
    for word in words:
        left = re.sub(rf"\b{re.escape(word)}(?:['’]s)?\b", "", left, flags=re.IGNORECASE)
    return " ".join(left.split())
