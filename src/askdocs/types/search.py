"""What searches find: passages, and matches by document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from askdocs.types.documents import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. Its `score` is 0 to 1; higher is better.

    In an Answer, the score is the estimated probability that the passage answers.

    `found_by` maps each search that found it ("meaning", "words") to its rank there, from 1.
    """

    passage: Passage
    score: float
    found_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that a keyword search found. `spans` are its matches in the document's text."""

    passage: Passage
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentMatches:
    """The matches of a keyword search in one document, in reading order.

    `count` is the number of its passages that match, of which `matches` are the first ones. It is
    0 where only the name or the title of the document has the words.
    """

    source: str
    title: str
    count: int
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a keyword search by document, most matches first.

    `count` and `found_in` are the total numbers of passages and documents; `documents` are some of
    these. `missing` are the words of the query that are in no document.
    """

    query: str
    documents: tuple[DocumentMatches, ...] = ()
    count: int = 0
    found_in: int = 0
    missing: tuple[str, ...] = ()
