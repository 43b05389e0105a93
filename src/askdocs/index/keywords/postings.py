"""The words of the passages, in SQLite: where each one stands, and how long the passages are.

Passages come in blocks of 2048 by their numbers. One row holds all places of a word in a block, so
a search reads a few hundred rows among 100,000 passages and counts with arrays. SQLite's own FTS5,
which calls a function for every passage that holds a word, took nine times as long; it still says
what a word is, for its tokenizer cuts the texts.

A place is an unsigned 32-bit number: 11 bits for the passage within its block, 1 for the context
(title and heading) instead of the text, 20 for the position there. Those of a row are ascending.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from askdocs.errors import IndexMismatchError
from askdocs.index.database import Database
from askdocs.text.tokens import indexed_form
from askdocs.types import Passage

SCHEMA = """
CREATE TABLE IF NOT EXISTS word_places (
    block INTEGER NOT NULL, term TEXT NOT NULL, passages INTEGER NOT NULL, places BLOB NOT NULL,
    PRIMARY KEY (block, term)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS word_blocks (
    block INTEGER PRIMARY KEY, passages INTEGER NOT NULL, words INTEGER NOT NULL,
    lengths BLOB NOT NULL);
"""
TEMP_SCHEMA = """
CREATE VIRTUAL TABLE temp.scratch USING fts5(
    text, context, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE temp.scratch_terms USING fts5vocab(temp, scratch, instance);
"""
BLOCK_BITS = 11
POSITION_BITS = 20
PASSAGE_SHIFT = POSITION_BITS + 1  # from a place to its passage
_BLOCK = 1 << BLOCK_BITS  # passages
_AT_ONCE = 512  # passages whose words are in memory
_LONGEST = 65_534  # words of a passage that are counted; what is kept is one more, 0 for none
_LONGEST_CONTEXT = 8000  # characters; FTS5 cuts a word at 32,768 bytes, even within a character
PLACES, _LENGTHS = "<u4", "<u2"  # as they are kept

Numbered = tuple[int, Passage]  # a passage and its number


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of passages of one block.

    terms: each once, ascending; places: uint32 [words], by term; starts: int64 [terms], where
    those of each term begin; passages: int64 [terms], in how many passages it is; lengths: uint16
    [2048], one more than the words of each passage, 0 for those of the block that are not meant.
    """

    terms: Sequence[str]
    places: NDArray[np.uint32]
    starts: NDArray[np.int64]
    passages: NDArray[np.int64]
    lengths: NDArray[np.uint16]

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """(term, passages, its places as they are kept) for each term."""
        data, bounds = self.places.tobytes(), [*(4 * self.starts).tolist(), 4 * len(self.places)]
        for row, (term, count) in enumerate(zip(self.terms, self.passages.tolist(), strict=True)):
            yield term, count, data[bounds[row] : bounds[row + 1]]


def insert(connection: sqlite3.Connection, passages: Iterable[Numbered]) -> None:
    """Add the words of passages, which come in the order of their numbers.

    The numbers are greater than all that are there.
    """
    for block, members in _by_block(passages):
        found = _words_of(connection, members)
        connection.executemany(
            """INSERT INTO word_places VALUES (?, ?, ?, ?) ON CONFLICT (block, term) DO UPDATE SET
               passages = passages + excluded.passages,
               places = CAST(places || excluded.places AS BLOB)""",
            ((block, *row) for row in found.rows()),
        )
        _note_lengths(connection, block, _lengths_of(connection, block) + found.lengths)


def delete(connection: sqlite3.Connection, passages: Iterable[Numbered]) -> None:
    """Remove the words of passages, which come in the order of their numbers."""
    for block, members in _by_block(passages):
        found = _words_of(connection, members)
        gone = found.lengths > 0
        for term, fewer in zip(found.terms, found.passages.tolist(), strict=True):
            places = np.frombuffer(_places(connection, block, term), PLACES)
            left = places[~gone[places >> PASSAGE_SHIFT]]
            if len(left):
                connection.execute(
                    "UPDATE word_places SET passages = passages - ?, places = ?"
                    " WHERE block = ? AND term = ?",
                    (fewer, left.tobytes(), block, term),
                )
            else:
                connection.execute(
                    "DELETE FROM word_places WHERE block = ? AND term = ?", (block, term)
                )
        _note_lengths(connection, block, np.where(gone, 0, _lengths_of(connection, block)))


def clear(connection: sqlite3.Connection) -> None:
    """Delete all words, and the tables of format 1."""
    connection.execute("DELETE FROM word_places")
    connection.execute("DELETE FROM word_blocks")
    connection.execute("DROP TABLE IF EXISTS word_counts")
    connection.execute("DROP TABLE IF EXISTS words")


def all_lengths(connection: sqlite3.Connection) -> NDArray[np.uint16]:
    """One more than the words of each passage, by its number; 0 where there is none."""
    rows = connection.execute("SELECT block, lengths FROM word_blocks ORDER BY block").fetchall()
    found = np.zeros((rows[-1][0] + 1) * _BLOCK if rows else 0, _LENGTHS)
    for block, kept in rows:
        found[block * _BLOCK : (block + 1) * _BLOCK] = np.frombuffer(kept, _LENGTHS)
    return found


def problems(database: Database) -> list[str]:
    """What is wrong with the word index, in words: it is compared with the passages."""
    with database.snapshot() as connection:
        there = {row[0] for row in connection.execute("SELECT block FROM word_blocks")}
        there.update(row[0] for row in connection.execute("SELECT DISTINCT block FROM word_places"))
        last = connection.execute("SELECT max(number) FROM passages").fetchone()[0]
        there.update(range((last >> BLOCK_BITS) + 1) if last else ())
        try:
            wrong = sum(_differs(connection, block) for block in sorted(there))
        except (ValueError, TypeError, IndexError) as error:  # rows that no insert has written
            return [f"The word index is damaged ({error})."]
    if not wrong:
        return []
    return [f"{wrong} of {len(there)} blocks of the word index do not fit their passages."]


def _differs(connection: sqlite3.Connection, block: int) -> bool:
    """Whether the stored words of a block differ from those of its passages."""
    wanted: defaultdict[str, tuple[int, bytes]] = defaultdict(lambda: (0, b""))
    lengths = np.zeros(_BLOCK, _LENGTHS)
    rows = connection.execute(
        "SELECT number, id, source, text, start, end, title, page, page_label, heading, line"
        " FROM passages WHERE number >= ? AND number < ? ORDER BY number",
        (block << BLOCK_BITS, (block + 1) << BLOCK_BITS),
    ).fetchall()
    for _, members in _by_block((number, Passage(*fields)) for number, *fields in rows):
        found = _words_of(connection, members)
        for term, count, places in found.rows():
            wanted[term] = wanted[term][0] + count, wanted[term][1] + places
        lengths += found.lengths
    kept = connection.execute(
        "SELECT term, passages, places FROM word_places WHERE block = ?", (block,)
    )
    same = {term: (count, places) for term, count, places in kept} == wanted
    return not same or not np.array_equal(_lengths_of(connection, block), lengths)


def _places(connection: sqlite3.Connection, block: int, term: str) -> bytes:
    row = connection.execute(
        "SELECT places FROM word_places WHERE block = ? AND term = ?", (block, term)
    ).fetchone()
    if row is None:
        raise IndexMismatchError(
            "The word index has lost words. Run `askdocs doctor --repair`; nothing is embedded"
            " again."
        )
    return bytes(row[0])


def _lengths_of(connection: sqlite3.Connection, block: int) -> NDArray[np.uint16]:
    """`all_lengths` of one block, uint16 [2048]."""
    row = connection.execute("SELECT lengths FROM word_blocks WHERE block = ?", (block,)).fetchone()
    return np.frombuffer(row[0], _LENGTHS).copy() if row else np.zeros(_BLOCK, _LENGTHS)


def _note_lengths(connection: sqlite3.Connection, block: int, lengths: NDArray[np.uint16]) -> None:
    passages = int(np.count_nonzero(lengths))
    if not passages:  # numbers are not used again, so empty blocks would pile up
        connection.execute("DELETE FROM word_blocks WHERE block = ?", (block,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO word_blocks VALUES (?, ?, ?, ?)",
        (block, passages, int(lengths.sum()) - passages, lengths.tobytes()),
    )


def _by_block(passages: Iterable[Numbered]) -> Iterator[tuple[int, list[Numbered]]]:
    """(block, passages of it), a few hundred at a time."""
    members: list[Numbered] = []
    for passage in passages:
        if members and (
            len(members) == _AT_ONCE or passage[0] >> BLOCK_BITS != members[0][0] >> BLOCK_BITS
        ):
            yield members[0][0] >> BLOCK_BITS, members
            members = []
        members.append(passage)
    if members:
        yield members[0][0] >> BLOCK_BITS, members


def _words_of(connection: sqlite3.Connection, members: Sequence[Numbered]) -> _Words:
    connection.execute("INSERT INTO temp.scratch (scratch) VALUES ('delete-all')")
    connection.executemany(
        "INSERT INTO temp.scratch (rowid, text, context) VALUES (?, ?, ?)",
        (
            (number % _BLOCK, indexed_form(each.text), indexed_form(_context(each)))
            for number, each in members
        ),
    )
    # FTS5 returns the places of a term in ascending order.
    rows = connection.execute(
        f"""SELECT term, (doc << {PASSAGE_SHIFT}) + ((col = 'context') << {POSITION_BITS})
                   + min(offset, {(1 << POSITION_BITS) - 1}) FROM temp.scratch_terms"""
    ).fetchall()
    every = [row[0] for row in rows]
    places = np.array([row[1] for row in rows], PLACES)
    starts = [row for row in range(len(every)) if row == 0 or every[row] != every[row - 1]]
    of_passage = places >> PASSAGE_SHIFT
    first = np.ones(len(rows), bool)  # of its passage among the places of a term
    first[1:] = of_passage[1:] != of_passage[:-1]
    first[starts] = True
    lengths = np.zeros(_BLOCK, _LENGTHS)
    numbers = [number % _BLOCK for number, _ in members]
    lengths[numbers] = np.minimum(np.bincount(of_passage, minlength=_BLOCK)[numbers], _LONGEST) + 1
    return _Words(
        terms=[every[row] for row in starts],
        places=places,
        starts=np.array(starts, np.int64),
        passages=np.add.reduceat(first, starts, dtype=np.int64) if starts else np.zeros(0, int),
        lengths=lengths,
    )


def _context(passage: Passage) -> str:
    return f"{passage.title} {passage.heading or ''}"[:_LONGEST_CONTEXT]
