"""Looks words up in the vocabulary of the documents: whether it has one, or one that is similar."""

from __future__ import annotations

import sqlite3

import numpy as np

from askdocs.index.database import Database
from askdocs.index.keywords.postings import BLOCK_BITS, PASSAGE_SHIFT, PLACES
from askdocs.text.stemming import stem
from askdocs.text.tokens import words

_TWO_MISTAKES = 8  # a word of so many letters may have two spelling errors
_MOST_NEAR = 3  # the most similar terms, whose words are compared with the misspelt one


def has_word(database: Database, word: str) -> bool:
    """Whether any passage contains a form of a lower-case word."""
    return bool(database.rows("SELECT 1 FROM word_places WHERE term = ? LIMIT 1", stem(word)))


def nearest(database: Database, word: str) -> str:
    """The word of the documents that is most similar to a misspelt lower-case word, or "".

    "invoce" gives "invoice". The word begins with the same letter and differs by one letter, or by
    two if it has eight letters or more. Of several words, the one with the fewest differences is
    chosen, then the one in most passages.
    """
    most = 2 if len(word) >= _TWO_MISTAKES else 1
    root = stem(word)
    with database.snapshot() as connection:
        found = connection.execute(
            """SELECT term, sum(word_places.passages) FROM word_blocks CROSS JOIN word_places
               ON word_places.block = word_blocks.block AND term >= ? AND term < ?
               AND length(term) BETWEEN ? AND ? GROUP BY term""",
            (root[:1], root[:1] + "\U0010ffff", len(root) - most, len(root) + most),
        ).fetchall()
        near = sorted(
            (mistakes, -count, term)
            for term, count in found
            if term.isalpha() and 0 < (mistakes := distance(root, term, most)) <= most
        )
        forms = {
            form: (distance(word, form, 2 * most), order)
            for order, (_, _, term) in enumerate(near[:_MOST_NEAR])
            for form in _forms(connection, term)
        }
    likely = {form: place for form, place in forms.items() if place[0] <= most}
    return min(likely, key=lambda form: (*likely[form], form)) if likely else ""


def _forms(connection: sqlite3.Connection, term: str) -> set[str]:
    """The words with a term as their stem, in one passage that contains it."""
    block, places = connection.execute(
        "SELECT block, places FROM word_places WHERE term = ? LIMIT 1", (term,)
    ).fetchone()
    number = (int(np.frombuffer(places, PLACES)[0]) >> PASSAGE_SHIFT) + (block << BLOCK_BITS)
    row = connection.execute(
        "SELECT text, title, heading FROM passages WHERE number = ?", (number,)
    ).fetchone()
    return {word for part in row or () if part for word in words(part) if stem(word) == term}


def distance(first: str, second: str, most: int) -> int:
    """The edit distance of two words: the number of letters that differ.

    A letter can be deleted, inserted, replaced, or swapped with its neighbour (optimal string
    alignment distance).

    Returns:
        The distance, or `most` + 1 if it is greater than `most`.
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        older, before, row = before, row, [number]
        for place, other in enumerate(second, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other))
            swapped = number > 1 and place > 1 and letter == second[place - 2]
            if swapped and first[number - 2] == other:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
