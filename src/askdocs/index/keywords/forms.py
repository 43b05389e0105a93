"""The forms of a word that an index has, by the stems of a language other than English.

The index stores words by their English stems. The terms that are forms of a word are determined for
each query, so one index serves all languages and need not be rebuilt.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from askdocs.text.tokens import without_diacritics

_MOST = 40  # forms of a word
_SHORTEST = 3  # letters of a stem
_LAST = "\U0010ffff"


def forms_of(
    connection: sqlite3.Connection, word: str, term: str, stem: Callable[[str], str]
) -> list[str]:
    """The terms of the index that are forms of a word, its own one first.

    Args:
        connection: To the catalog.
        word: A lower-case word of a question.
        term: Its term in the index.
        stem: Returns the stem of a lower-case word.
    """
    wanted = without_diacritics(stem(word))
    if len(wanted) < _SHORTEST or not word.isalpha():
        return [term]
    alike = (
        each
        for each in _beginning(connection, wanted[: max(_SHORTEST, len(wanted) - 1)])
        if each == wanted or without_diacritics(stem(each)) == wanted
    )
    return list(dict.fromkeys([term, *alike]))[:_MOST]


def _beginning(connection: sqlite3.Connection, beginning: str) -> Iterator[str]:
    """The terms with this prefix, by the index of the table, block by block."""
    rows = connection.execute(
        """SELECT DISTINCT term FROM word_blocks CROSS JOIN word_places
           ON word_places.block = word_blocks.block AND term >= ? AND term < ?""",
        (beginning, beginning + _LAST),
    )
    for (term,) in rows:
        yield str(term)
