"""Finds the passages that contain words as a person typed them: words, phrases, prefixes.

The word index has stems, so it finds too many passages for a phrase or a prefix. The text of each
is checked afterwards.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from askdocs.index.database import Database
from askdocs.index.keywords.bm25 import phrase_places, places_of, terms_of
from askdocs.index.keywords.postings import PASSAGE_SHIFT, POSITION_BITS
from askdocs.text.stemming import stem
from askdocs.text.stop_words import content_words
from askdocs.text.tokens import without_diacritics, words

Numbers = NDArray[np.int64]
_QUERY = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"“”»]?|([^\s\"“”„«»]+)")
_TOKEN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MOST_TERMS = 16  # of a query; more are ignored
_SHORTEST_STEM = 3  # characters of a prefix by which terms are searched, at least
_SHORTEST_PREFIX = 2  # characters before the star
_MOST_FORMS = 2000  # terms with the prefix that are searched


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: a word in all its forms, an exact phrase, or a prefix."""

    kind: Literal["word", "phrase", "prefix"]
    text: str

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each occurrence in a text."""
        if self.kind == "word" and not _UNSPACED.search(self.text):
            wanted = {_plain_stem(each) for each in _TOKEN.findall(self.text)}
            for token in _TOKEN.finditer(text):
                if _plain_stem(token.group()) in wanted:
                    yield token.span()
            return
        yield from (found.span() for found in self._pattern().finditer(text))

    def is_in(self, text: str) -> bool:
        return any(True for _ in self.spans(text))

    def _pattern(self) -> re.Pattern[str]:
        parts = r"[\W_]+".join(map(re.escape, _TOKEN.findall(self.text)))
        if _UNSPACED.search(self.text):
            return re.compile(parts, re.IGNORECASE)
        end = r"[^\W_]*" if self.kind == "prefix" else r"(?![^\W_])"
        return re.compile(rf"(?<![^\W_]){parts}{end}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """The passages that match a query.

    Attributes:
        by_source: The ids of the passages of each document, in reading order.
        missing: The terms that no document contains.
    """

    by_source: dict[str, list[str]] = field(default_factory=dict)
    missing: tuple[Term, ...] = ()


def parse_query(query: str) -> list[Term]:
    """Split a query into terms: at most 16, each once.

    Words in quotation marks are a phrase, and so is a word with a hyphen. A star at the end of a
    word makes it a prefix ("contract*"). Stop words are left out unless there is nothing else.
    """
    terms = []
    for phrase, word in _QUERY.findall(query):
        text = phrase or word.rstrip("*")
        tokens = _TOKEN.findall(text)
        if not tokens:
            continue
        if phrase:
            terms.append(Term("phrase", text.strip()))
        elif word.endswith("*") and len(text) >= _SHORTEST_PREFIX:
            terms.append(Term("prefix", text))
        else:
            terms.append(Term("phrase" if len(tokens) > 1 else "word", text.strip(".,;:!?()[]")))
    content_terms = [term for term in terms if term.kind != "word" or content_words(term.text)]
    return list(dict.fromkeys(content_terms or terms))[:_MOST_TERMS]


def find(
    database: Database, terms: Sequence[Term], *, sources: Sequence[str] | None = None
) -> KeywordMatches:
    """Find the documents that contain all terms, and in each the passages with most of them.

    Args:
        database: The database of the catalog.
        terms: The terms of the query.
        sources: The documents to search in; None for all.
    """
    # Numbers of passages are used within the snapshot only: a sync may reuse that of a deleted one.
    with database.snapshot() as connection:
        by_term = [_passages(connection, term) for term in terms]
        every = np.unique(np.concatenate(by_term)) if by_term else np.zeros(0, np.int64)
        rows = connection.execute(
            """SELECT number, id, source FROM passages
               WHERE number IN (SELECT value FROM json_each(?)) ORDER BY source, start""",
            (json.dumps(every.tolist()),),
        ).fetchall()
    wanted = None if sources is None else set(sources)
    terms_by_passage: dict[int, list[int]] = {}
    for place, numbers in enumerate(by_term):
        for number in numbers.tolist():
            terms_by_passage.setdefault(number, []).append(place)
    grouped: dict[str, list[int]] = {}
    for number, _, source in rows:
        if wanted is None or source in wanted:
            grouped.setdefault(source, []).append(number)
    found = {
        place
        for numbers in grouped.values()
        for each in numbers
        for place in terms_by_passage[each]
    }
    missing = tuple(term for place, term in enumerate(terms) if place not in found)
    ids = {number: name for number, name, _ in rows}
    complete = _complete(grouped, terms_by_passage, len(terms))
    by_source = {source: [ids[each] for each in numbers] for source, numbers in complete}
    return KeywordMatches(by_source, missing)


def _complete(
    grouped: dict[str, list[int]], terms_by_passage: dict[int, list[int]], terms: int
) -> Iterator[tuple[str, list[int]]]:
    """The documents that contain every term, each with its passages that contain most terms.

    Args:
        grouped: The numbers of the passages by document.
        terms_by_passage: For each passage number, the indices of the terms that it contains.
        terms: The number of terms.
    """
    for source, numbers in grouped.items():
        if len({place for number in numbers for place in terms_by_passage[number]}) == terms:
            most = max(len(terms_by_passage[number]) for number in numbers)
            yield source, [number for number in numbers if len(terms_by_passage[number]) == most]


def _passages(connection: sqlite3.Connection, term: Term) -> Numbers:
    """The numbers of the passages whose text contains a term."""
    if term.kind == "prefix":
        candidates = _numbers(
            np.concatenate([np.zeros(0, np.int64), *_prefix_places(connection, term.text)])
        )
        return _checked(connection, term, candidates)
    parts = words(term.text) if term.kind == "word" else _TOKEN.findall(term.text.lower())
    cut = terms_of(connection, list(dict.fromkeys(parts)))
    found = _numbers(phrase_places(connection, [each for part in parts for each in cut[part]]))
    return found if term.kind == "word" else _checked(connection, term, found)


def _numbers(places: Numbers) -> Numbers:
    """The numbers of the passages of some places; places in titles and headings do not count."""
    in_text = places[places >> POSITION_BITS & 1 == 0]
    return np.unique(in_text >> PASSAGE_SHIFT)


def _prefix_places(connection: sqlite3.Connection, prefix: str) -> Iterator[Numbers]:
    """The places of all terms that may be stems of words with a prefix."""
    plain = _normalised(prefix)
    shortest = min(len(plain), max(_SHORTEST_STEM, len(plain) - 4))
    rows = connection.execute(
        "SELECT DISTINCT term FROM word_places WHERE term GLOB ? LIMIT ?",
        (f"{_escaped(plain[:shortest])}*", _MOST_FORMS),
    )
    for (term,) in rows.fetchall():
        # A stem may be shorter than the prefix, and may end with "i" where the word has "y".
        if term.startswith(plain[:-1]) or plain.startswith(term.removesuffix("i")):
            yield places_of(connection, term)


def _checked(connection: sqlite3.Connection, term: Term, numbers: Numbers) -> Numbers:
    """Those of the passages whose text contains the term as it was typed."""
    rows = connection.execute(
        "SELECT number, text FROM passages WHERE number IN (SELECT value FROM json_each(?))",
        (json.dumps(numbers.tolist()),),
    )
    return np.array(sorted(number for number, text in rows if term.is_in(text)), np.int64)


def _escaped(text: str) -> str:
    """The text with the special characters of GLOB escaped."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)


def _normalised(word: str) -> str:
    """A word in lower case without diacritics, as in the word index."""
    return without_diacritics(word.lower())


def _plain_stem(word: str) -> str:
    return stem(_normalised(word))
