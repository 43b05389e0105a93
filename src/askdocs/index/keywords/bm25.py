"""Keyword search: the weights of the words of a question, and passages ranked by BM25."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from askdocs.index.database import Database
from askdocs.index.keywords.forms import forms_of
from askdocs.index.keywords.postings import (
    BLOCK_BITS,
    PASSAGE_SHIFT,
    PLACES,
    POSITION_BITS,
    all_lengths,
)
from askdocs.text.stemming import other_stems_for
from askdocs.text.stop_words import question_content_words
from askdocs.text.tokens import words

_K1, _B = 1.2, 0.75  # the usual parameters of BM25, as in FTS5
_CONTEXT_WEIGHT = 0.5  # of a word in the title or heading, relative to one in the text
_LEAST_RARITY = 1e-6  # of a word in more than half of the passages; its logarithm is negative
_COMMON = 0.3  # a word in a larger share of the passages is not searched
_MANY = 200  # with fewer passages, such shares mean little and no word is left out
_MOST_TERMS = 32  # words of a question that are searched


def term_weights(database: Database, text: str) -> dict[str, float]:
    """The words of a question to search for, each with its inverse document frequency.

    The weight is ln(1 + (passages - found + 0.5) / (found + 0.5)), that of BM25 (Robertson and
    Zaragoza, 2009, with the usual 1 under the logarithm).

    Args:
        database: The database of the catalog.
        text: The question, in any language.

    Returns:
        At most 32 words, the rarest first, without stop words. Words that no passage contains are
        included. Of 200 or more passages, words in over 30 % are left out, unless no others remain.
    """
    candidates = question_content_words(text) or words(text)
    with database.snapshot() as connection:
        total = _totals(connection)[0]
        counts: dict[str, int] = {}
        for word, forms in _forms(connection, candidates, other_stems_for(text)).items():
            counts[word] = _count_forms(connection, forms)
    limit = _COMMON * total if total >= _MANY else total
    chosen = [word for word in candidates if counts[word] <= limit] or candidates
    chosen = sorted(chosen, key=lambda word: (counts[word], word))[:_MOST_TERMS]
    return {
        word: math.log(1 + (total - counts[word] + 0.5) / (counts[word] + 0.5)) for word in chosen
    }


def count_words(database: Database, words: Sequence[str]) -> dict[str, int]:
    """The number of passages that contain each word, in any form with the same Porter stem.

    A word that the index splits ("covid-19") gets the count of its rarest part, which may be too
    high.
    """
    with database.snapshot() as connection:
        return {
            word: min((_count(connection, term) for term in terms), default=0)
            for word, terms in terms_of(connection, words).items()
        }


def search(
    database: Database,
    weights: Mapping[str, float],
    *,
    limit: int,
    sources: Sequence[str] | None = None,
    stem: Callable[[str], str] | None = None,
) -> list[tuple[str, float]]:
    """Rank the passages that contain a word of `weights` by BM25.

    The rarity of a word is ln((passages - found + 0.5) / (found + 0.5)), as in SQLite's FTS5.

    Args:
        database: The database of the catalog.
        weights: The words to search for, with the weights of `term_weights`. The weights only scale
            the scores.
        limit: The greatest number of results.
        sources: The documents to search in; None for all.
        stem: The stemmer of another language than English. Forms of a word by it count as one word.

    Returns:
        (passage id, score), best first. The score is divided by about the highest that is possible,
        and is 0 to 1.
    """
    with database.snapshot() as connection:
        scores = _scores(connection, list(weights), stem)
        if sources is not None:
            rows = connection.execute(
                "SELECT number FROM passages WHERE source IN (SELECT value FROM json_each(?))",
                (json.dumps(list(sources)),),
            )
            within = np.zeros(len(scores), bool)
            within[[row[0] for row in rows]] = True
            scores[~within] = 0
        found = np.flatnonzero(scores)
        if len(found) > limit:  # keep the best, and those that are equal to the last of them
            least = np.partition(scores[found], -limit)[-limit]
            found = found[scores[found] >= least]
        rows = connection.execute(
            "SELECT id, number FROM passages WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(found.tolist()),),
        )
        best = sorted((-scores[number], name) for name, number in rows)[:limit]
    most = sum(weights.values()) * (_K1 + 1)
    return [(name, min(max(float(-score) / most, 0.0), 1.0)) for score, name in best]


def sources_with(database: Database, text: str) -> list[str]:
    """The documents that contain every word of a text, not all in one passage, sorted by name."""
    with database.snapshot() as connection:
        common: set[str] | None = None
        for terms in terms_of(connection, words(text)).values():
            numbers = np.unique(phrase_places(connection, terms) >> PASSAGE_SHIFT)
            rows = connection.execute(
                "SELECT DISTINCT source FROM passages"
                " WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps(numbers.tolist()),),
            )
            found = {str(row[0]) for row in rows}
            common = found if common is None else common & found
        return sorted(common or ())


def _scores(
    connection: sqlite3.Connection, wanted: Sequence[str], stem: Callable[[str], str] | None
) -> NDArray[np.float64]:
    """The BM25 score of each passage: float64 [numbers], 0 if it has none of the words."""
    total, mean = _totals(connection)
    lengths = all_lengths(connection)
    scores = np.zeros(len(lengths))
    for forms in _forms(connection, wanted, stem).values():
        numbers, times = _frequencies(_places_of_forms(connection, forms))
        rarity = math.log((total - len(numbers) + 0.5) / (len(numbers) + 0.5))
        longer = 1 - _B + _B * (lengths[numbers] - 1.0) / max(mean, 1.0)
        score = times * (_K1 + 1) / (times + _K1 * longer)
        scores[numbers] += max(rarity, _LEAST_RARITY) * score
    return scores


def _forms(
    connection: sqlite3.Connection, wanted: Sequence[str], stem: Callable[[str], str] | None
) -> dict[str, list[list[str]]]:
    """The forms of each word. A form is a list of consecutive terms: "covid" and "19"."""
    found: dict[str, list[list[str]]] = {}
    for word, terms in terms_of(connection, wanted).items():
        if stem and len(terms) == 1:
            found[word] = [[each] for each in forms_of(connection, word, terms[0], stem)]
        else:
            found[word] = [terms]
    return found


def _places_of_forms(
    connection: sqlite3.Connection, forms: Sequence[Sequence[str]]
) -> NDArray[np.int64]:
    """The places of all forms, in ascending order."""
    places = [phrase_places(connection, terms) for terms in forms]
    return places[0] if len(places) == 1 else np.unique(np.concatenate(places))


def _count_forms(connection: sqlite3.Connection, forms: Sequence[Sequence[str]]) -> int:
    """The number of passages with any of the forms; for one of several terms, an upper bound."""
    if len(forms) == 1:
        return min((_count(connection, term) for term in forms[0]), default=0)
    return len(np.unique(_places_of_forms(connection, forms) >> PASSAGE_SHIFT))


def _totals(connection: sqlite3.Connection) -> tuple[int, float]:
    """The number of passages, and their average length in words."""
    passages, found = connection.execute(
        "SELECT coalesce(sum(passages), 0), coalesce(sum(words), 0) FROM word_blocks"
    ).fetchone()
    return passages, found / max(passages, 1)


def terms_of(connection: sqlite3.Connection, wanted: Sequence[str]) -> dict[str, list[str]]:
    """The terms of the word index for each word: "19" and "covid" for "covid-19", in order.

    FTS5's tokenizer finds them, so they are as in the index.
    """
    connection.execute("INSERT INTO temp.scratch (scratch) VALUES ('delete-all')")
    connection.executemany(
        "INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)", enumerate(wanted)
    )
    found: dict[str, list[str]] = {word: [] for word in wanted}
    for number, term in connection.execute(
        "SELECT doc, term FROM temp.scratch_terms ORDER BY doc, offset"
    ):
        found[wanted[number]].append(term)
    return found


def _count(connection: sqlite3.Connection, term: str) -> int:
    """The number of passages that contain a term in their text, title or heading."""
    return int(
        connection.execute(
            """SELECT coalesce(sum(word_places.passages), 0) FROM word_blocks CROSS JOIN word_places
               ON word_places.block = word_blocks.block AND term = ?""",
            (term,),
        ).fetchone()[0]
    )


def phrase_places(connection: sqlite3.Connection, terms: Sequence[str]) -> NDArray[np.int64]:
    """The places where the terms follow each other, in all passages, in ascending order.

    A place is that of the first term.
    """
    found = np.zeros(0, np.int64)
    for after, term in enumerate(terms):
        places = places_of(connection, term) - after
        found = np.intersect1d(found, places, assume_unique=True) if after else places
    return found


def places_of(connection: sqlite3.Connection, term: str) -> NDArray[np.int64]:
    """The places of a term in all passages, in ascending order.

    They are those of `postings`, with the number of the passage instead of its number in its block.
    """
    parts = [
        np.frombuffer(places, PLACES).astype(np.int64) + (block << BLOCK_BITS + PASSAGE_SHIFT)
        for block, places in connection.execute(
            """SELECT word_blocks.block, places FROM word_blocks CROSS JOIN word_places
               ON word_places.block = word_blocks.block AND term = ?""",
            (term,),
        )
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _frequencies(places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The passages of the places, in ascending order, and how often the word is in each.

    A place in a title or heading counts half.
    """
    if not len(places):
        return places, np.zeros(0)
    numbers = places >> PASSAGE_SHIFT
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    counted = np.where(places >> POSITION_BITS & 1, _CONTEXT_WEIGHT, 1.0)
    return numbers[starts], np.add.reduceat(counted, starts)
