"""The words of the passages, in SQLite's FTS5: how rare they are, and which passages hold them."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from askdocs.database import Database
from askdocs.errors import IndexMismatchError
from askdocs.types import Passage
from askdocs.words import content_words, indexed_form, match_expression, words

_TOKENIZER = "porter unicode61 remove_diacritics 2"
SCHEMA = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, context, tokenize = '{_TOKENIZER}');
CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab(words, row);
"""
SCRATCH = f"""
CREATE VIRTUAL TABLE temp.scratch USING fts5(word, tokenize = '{_TOKENIZER}');
CREATE VIRTUAL TABLE temp.scratch_terms USING fts5vocab(temp, scratch, instance);
"""
_CONTEXT_WEIGHT = 0.5  # of a word in the title or heading against one in the text
_BM25_MOST = 2.2  # times its weight is the most that a word can score (k1 = 1.2, plus 1)
_COMMON = 0.3  # a word found in a larger share of the passages does not tell them apart
_MANY = 200  # passages from which on shares mean something
_MOST_TERMS = 32  # words of a question that are searched for, the rarest first


def insert(connection: sqlite3.Connection, number: int | None, passage: Passage) -> None:
    """Add the words of a passage under its number."""
    context = f"{passage.title} {passage.heading or ''}"
    connection.execute(
        "INSERT INTO words (rowid, text, context) VALUES (?, ?, ?)",
        (number, indexed_form(passage.text), indexed_form(context)),
    )


def delete(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    connection.executemany("DELETE FROM words WHERE rowid = ?", [(each,) for each in numbers])


def clear(connection: sqlite3.Connection) -> None:
    """Forget all words, whatever state they are in."""
    connection.execute("DROP TABLE words")
    connection.execute("DROP TABLE word_counts")
    for statement in SCHEMA.strip().splitlines():
        connection.execute(statement)


def rare_words(database: Database, text: str, total: int) -> dict[str, float]:
    """The words of a question that tell passages apart, each with its inverse frequency.

    The weight is ln(1 + (passages - found + 0.5) / (found + 0.5)), that of BM25 (Robertson and
    Zaragoza, 2009, with the usual 1 under the logarithm), among `total` passages. Words that no
    passage holds count too. At most 32, the rarest first; words of over 30 % of many passages are
    left out unless nothing else is left.
    """
    candidates = content_words(text) or words(text)
    found = _counts(database, candidates)
    limit = _COMMON * total if total >= _MANY else total
    chosen = [word for word in candidates if found[word] <= limit] or candidates
    chosen = sorted(chosen, key=lambda word: (found[word], word))[:_MOST_TERMS]
    return {
        word: math.log(1 + (total - found[word] + 0.5) / (found[word] + 0.5)) for word in chosen
    }


def search(
    database: Database,
    weights: Mapping[str, float],
    *,
    limit: int,
    sources: Sequence[str] | None = None,
) -> list[tuple[str, float]]:
    """(passage id, score) of passages that hold a word of `weights`, best first.

    The score is BM25 as a share, 0 to 1, of the most that any passage could have.
    """
    if not weights:
        return []
    # Only the best are looked up among the passages: to look up all took as long as to score them.
    rows = database.rows(
        f"""WITH scored AS MATERIALIZED (
                SELECT rowid AS number, -bm25(words, 1.0, {_CONTEXT_WEIGHT}) AS score
                FROM words WHERE words MATCH ?1),
            within AS MATERIALIZED (
                SELECT number, score FROM scored WHERE ?3 = 'null' OR number IN (
                    SELECT number FROM passages
                    WHERE source IN (SELECT value FROM json_each(?3))))
            SELECT id, score FROM within JOIN passages USING (number)
            WHERE score >= (
                SELECT min(score) FROM (SELECT score FROM within ORDER BY score DESC LIMIT ?2))
            ORDER BY score DESC, id LIMIT ?2""",
        match_expression(list(weights)),
        limit,
        json.dumps(sources),
    )
    most = sum(weights.values()) * _BM25_MOST
    return [(name, min(max(float(score) / most, 0.0), 1.0)) for name, score in rows]


def problems(database: Database) -> list[str]:
    """What is wrong with the word index, in words."""
    try:
        with database.transaction() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        wordless = database.rows(
            "SELECT count(*) FROM passages WHERE number NOT IN (SELECT rowid FROM words)"
        )[0][0]
        ownerless = database.rows(
            "SELECT count(*) FROM words WHERE rowid NOT IN (SELECT number FROM passages)"
        )[0][0]
    except IndexMismatchError as error:
        return [f"The word index is damaged ({error.__cause__})."]
    counts = {"passages are not in the word index": wordless, "words of no passage": ownerless}
    return [f"{count} {what}." for what, count in counts.items() if count]


def _counts(database: Database, candidates: Sequence[str]) -> dict[str, int]:
    """In how many passages each word is found, in the form that the word index gives it."""
    with database.connection() as connection:
        connection.execute("DELETE FROM temp.scratch")
        connection.executemany(
            "INSERT INTO temp.scratch (rowid, word) VALUES (?, ?)", enumerate(candidates, 1)
        )
        rows = connection.execute(
            """SELECT scratch_terms.doc, min(coalesce(word_counts.doc, 0))
               FROM temp.scratch_terms LEFT JOIN word_counts
                    ON word_counts.term = scratch_terms.term GROUP BY scratch_terms.doc"""
        ).fetchall()
    counts = dict.fromkeys(candidates, 0)
    counts.update({candidates[number - 1]: int(count) for number, count in rows})
    return counts
