"""Looks words up in the vocabulary of the documents: whether it has one, or one that is similar."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from askdocs.index.database import Database
from askdocs.index.keywords.forms import forms_of
from askdocs.index.keywords.postings import BLOCK_BITS, PASSAGE_SHIFT, PLACES
from askdocs.text.edit_distance import distance, spelling_distance
from askdocs.text.stemming import stem
from askdocs.text.tokens import without_diacritics, words

# The greatest spelling distance at which a word is corrected: (fewer letters than this, distance).
# A word with a capital may be a name that is not in the documents, so its limits are lower.
_LIMITS = ((5, 0.75), (6, 1.0), (9, 1.5), (math.inf, 2.0))
_NAME_LIMITS = ((5, 0.5), (9, 0.75), (math.inf, 1.0))
_OTHER_FIRST_LETTER = 0.5  # the additional cost if the first letters differ
_FREQUENCY_WEIGHT = 0.3 / 7  # of ln(1 + passages with the word), which is subtracted from the cost
_SHORTEST_SLIP = 5  # letters of a word that is corrected in other languages than English
_SLIP, _LONG = 0.85, 7  # the greatest cost of a slip in a word of fewer letters than this
_SLIP_OF_STEMS = 2  # letters that stems may differ in
_ENDING = 2  # letters
_TERMS = 40  # the most similar terms, whose words are compared with the misspelt one
_PASSAGES = 3  # blocks of a term, and passages of each, in which its words are looked up


def has_word(database: Database, word: str) -> bool:
    """Whether any passage contains a form of a lower-case word, with or without diacritics."""
    return bool(database.rows("SELECT 1 FROM word_places WHERE term = ? LIMIT 1", _term(word)))


def nearest(
    database: Database,
    word: str,
    common: Mapping[str, Sequence[str]],
    *,
    is_name: bool = False,
) -> str:
    """The word of the documents that was most probably intended by a misspelt word.

    "invoce" gives "invoice". The word begins with one of the first two letters of the misspelt one.
    The spelling distance decides. Of words at about the same distance, frequent ones are preferred.

    Args:
        database: The database of the catalog.
        word: A lower-case word that is not in the documents.
        common: Correct words by their first letter. Forms are taken from a few passages only, so
            these words are candidates too, if the documents have them.
        is_name: Whether the word looks like a name.

    Returns:
        A lower-case word of the documents, or "" if none is similar enough.
    """
    word = without_diacritics(word)
    limit = next(most for letters, most in _allowed(is_name) if len(word) < letters)
    most = math.ceil(limit)
    found = {}
    with database.snapshot() as connection:
        for letter in dict.fromkeys(word[:2]):
            passages = _similar_terms(connection, letter, _term(word), most + 1)
            for term in passages:
                found.update(dict.fromkeys(_forms(connection, term), passages[term]))
            known = set(map(without_diacritics, found))
            for form in _similar_words(common.get(letter, ()), word, most):
                if form not in known and (count := _passages(connection, _term(form))):
                    found[form] = count
    likely = {}
    for form, count in found.items():
        cost = spelling_distance(word, without_diacritics(form))
        cost += 0.0 if form[:1] == word[:1] else _OTHER_FIRST_LETTER
        if form != word and cost <= limit:
            likely[form] = cost - _FREQUENCY_WEIGHT * math.log1p(count)
    return min(likely, key=lambda form: (likely[form], form)) if likely else ""


def has_form(database: Database, word: str, stem: Callable[[str], str]) -> bool:
    """Whether any passage contains a form of a lower-case word, or a longer word with it.

    Args:
        database: The database of the catalog.
        word: The word.
        stem: The stemmer of its language, which is not English.
    """
    term = _term(word)
    with database.snapshot() as connection:
        forms = forms_of(connection, word, term, stem)
        if len(forms) > 1 or _passages(connection, term):
            return True
        part = without_diacritics(word)
        longer = "SELECT 1 FROM word_places WHERE term LIKE '%' || ? || '%' LIMIT 1"
        return connection.execute(longer, (part,)).fetchone() is not None


def nearest_slip(
    database: Database, word: str, stem: Callable[[str], str], is_meant: Callable[[str], bool]
) -> str:
    """The word of the documents that is written as a lower-case one, but for one slip.

    A slip is a letter too many, one left out, or two that are swapped: "Kautoin" for "Kaution". It
    is not in the first letter. It is not in the last two letters either, which may be an ending,
    unless it is a swap. A letter for another is no slip: that may be another form, as in "Hülle".

    Args:
        database: The database of the catalog.
        word: A word that no passage has.
        stem: The stemmer of its language, which is not English.
        is_meant: Whether words of a passage count, by its text. It is false for one in another
            language.

    Returns:
        A lower-case word, or "" if there is none.
    """
    if len(word) < _SHORTEST_SLIP:
        return ""
    folded = without_diacritics(word)
    limit = _SLIP if len(word) < _LONG else 1.0
    likely = {}
    with database.snapshot() as connection:
        terms = _similar_terms(connection, folded[:1], _term(word), _SLIP_OF_STEMS)
        for term, count in terms.items():
            for form in _forms(connection, term, is_meant):
                other = without_diacritics(form)
                cost = spelling_distance(folded, other)
                if cost <= limit and _is_slip(folded, other) and stem(form) != stem(word):
                    likely[form] = (cost, -count, form)
    return min(likely.values())[-1] if likely else ""


def _is_slip(written: str, meant: str) -> bool:
    """Whether a word differs from another one in one swap, or one letter before the last two."""
    if len(written) == len(meant):
        places = [
            place
            for place, pair in enumerate(zip(written, meant, strict=True))
            if len(set(pair)) > 1
        ]
        if not places:
            return False
        first, last = places[0], places[-1]
        swapped = meant[first : last + 1] == written[first : last + 1][::-1]
        return len(places) == last - first + 1 == 2 and swapped
    return distance(written, meant, 1) == 1 and written[-_ENDING:] == meant[-_ENDING:]


def _allowed(is_name: bool) -> Sequence[tuple[float, float]]:
    return _NAME_LIMITS if is_name else _LIMITS


def _similar_terms(
    connection: sqlite3.Connection, letter: str, root: str, most: int
) -> dict[str, int]:
    """The terms that begin with a letter and are most similar to a stem: term → passages with it.

    At most `most` letters may differ.
    """
    rows = connection.execute(
        """SELECT term, sum(word_places.passages) FROM word_blocks CROSS JOIN word_places
           ON word_places.block = word_blocks.block AND term >= ? AND term < ?
           AND length(term) BETWEEN ? AND ? GROUP BY term""",
        (letter, letter + "\U0010ffff", len(root) - most, len(root) + most),
    ).fetchall()
    counts = {term: count for term, count in rows if term.isalpha()}
    similar = _similar_words(counts, root, most)
    nearest_first = sorted(similar, key=lambda term: (similar[term], -counts[term], term))
    return {term: counts[term] for term in nearest_first[:_TERMS]}


def _similar_words(words: Iterable[str], word: str, most: int) -> dict[str, int]:
    """The words whose edit distance to a word is at most `most`: word → distance."""
    letters = set(word)
    near = {}
    for other in words:
        # An edit changes at most two letters of the sets, which is faster to check.
        if abs(len(other) - len(word)) <= most and len(letters ^ set(other)) <= 2 * most:
            mistakes = distance(word, other, most)
            if mistakes <= most:
                near[other] = mistakes
    return near


def _passages(connection: sqlite3.Connection, term: str) -> int:
    """The number of passages that contain a term."""
    row = connection.execute("SELECT sum(passages) FROM word_places WHERE term = ?", (term,))
    return row.fetchone()[0] or 0


def _forms(
    connection: sqlite3.Connection, term: str, is_meant: Callable[[str], bool] = bool
) -> set[str]:
    """The words with a term as their stem, in a few of the passages that contain it."""
    blocks = connection.execute(
        "SELECT block, places FROM word_places WHERE term = ? LIMIT ?", (term, _PASSAGES)
    ).fetchall()
    found = set()
    for block, places in blocks:
        for place in np.frombuffer(places, PLACES)[:_PASSAGES]:
            number = (int(place) >> PASSAGE_SHIFT) + (block << BLOCK_BITS)
            row = connection.execute(
                "SELECT text, title, heading FROM passages WHERE number = ?", (number,)
            ).fetchone()
            texts = [part for part in row or () if part] if row and is_meant(row[0]) else []
            found |= {form for text in texts for form in words(text) if _term(form) == term}
    return found


def _term(word: str) -> str:
    """The term of a lower-case word in the word index: its stem without diacritics."""
    return stem(without_diacritics(word))
