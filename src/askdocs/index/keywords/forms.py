"""Finds the forms of a word in the index by the stemmer of a language other than English.

The index stores English stems (Porter) of all words. So the German "Kind" and "Kinder" are two
terms. Which terms are forms of one word is found for each query, so one index serves all languages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from askdocs.text.tokens import without_diacritics

_MOST_FORMS = 40  # forms of a word that are searched
_SHORTEST_STEM = 3  # a word with a shorter stem has no other forms
_LAST_CHARACTER = "\U0010ffff"  # the last character of Unicode


def forms_of(
    connection: sqlite3.Connection, word: str, term: str, stem: Callable[[str], str]
) -> list[str]:
    """The terms of the index that are forms of a word: its own term first, at most 40.

    Args:
        connection: A connection to the catalog.
        word: A lower-case word of a question.
        term: Its term in the index.
        stem: The stemmer of the language.
    """
    wanted = without_diacritics(stem(word))
    if len(wanted) < _SHORTEST_STEM or not word.isalpha():
        return [term]
    forms = (
        each
        for each in _terms_with_prefix(connection, wanted[: max(_SHORTEST_STEM, len(wanted) - 1)])
        if each == wanted or without_diacritics(stem(each)) == wanted
    )
    return list(dict.fromkeys([term, *forms]))[:_MOST_FORMS]


def _terms_with_prefix(connection: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """The terms with a prefix. They are read block by block, so that the primary key is used."""
    rows = connection.execute(
        """SELECT DISTINCT term FROM word_blocks CROSS JOIN word_places
           ON word_places.block = word_blocks.block AND term >= ? AND term < ?""",
        (prefix, prefix + _LAST_CHARACTER),
    )
    for (term,) in rows:
        yield str(term)
