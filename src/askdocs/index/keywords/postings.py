"""Stores the postings of the word index in SQLite: where each word is, and how long passages are.

A block is 2048 passages with consecutive numbers. One row has all places of a word in a block, so a
search among 100,000 passages reads a few hundred rows and computes with arrays. FTS5 of SQLite
calls a function for every passage with a word, and took nine times as long
(docs/decisions/0008-word-index.md). Its tokenizer is still used to split the texts into words.

A place is one occurrence of a word, as an unsigned 32-bit number: 11 bits for the number of the
passage in its block, 1 bit that is set for the context (title and heading) and not for the text, 20
bits for the position in it, in words. The places of a row are in ascending order.
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
PASSAGE_SHIFT = POSITION_BITS + 1  # place >> PASSAGE_SHIFT is the passage in its block
_BLOCK = 1 << BLOCK_BITS  # passages
_AT_ONCE = 512  # passages whose words are in memory at the same time
_LONGEST = 65_534  # the greatest length that is stored; lengths are stored plus 1, 0 for no passage
_LONGEST_CONTEXT = 8000  # characters; FTS5 cuts a word at 32,768 bytes, even within a character
PLACES, _LENGTHS = "<u4", "<u2"  # the stored number types: unsigned, 32 and 16 bits

Numbered = tuple[int, Passage]  # the number of a passage, and the passage


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of some passages of one block.

    Attributes:
        terms: The different words, in ascending order.
        places: uint32 [words]: the places, sorted by term.
        starts: int64 [terms]: the index in `places` where those of each term begin.
        passages: int64 [terms]: the number of passages with each term.
        lengths: uint16 [2048]: the number of words of each passage plus 1; 0 for the other passages
            of the block.
    """

    terms: Sequence[str]
    places: NDArray[np.uint32]
    starts: NDArray[np.int64]
    passages: NDArray[np.int64]
    lengths: NDArray[np.uint16]

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """(term, number of passages, places as they are stored) for each term."""
        data, bounds = self.places.tobytes(), [*(4 * self.starts).tolist(), 4 * len(self.places)]
        for row, (term, count) in enumerate(zip(self.terms, self.passages.tolist(), strict=True)):
            yield term, count, data[bounds[row] : bounds[row + 1]]


def insert(connection: sqlite3.Connection, passages: Iterable[Numbered]) -> None:
    """Add the words of passages to the index.

    Args:
        connection: A connection to the catalog, within a transaction.
        passages: The passages in the order of their numbers. All numbers are greater than those in
            the index, so that new places can be appended to the rows.
    """
    for block, members in _by_block(passages):
        found = _words_of(connection, members)
        connection.executemany(
            """INSERT INTO word_places VALUES (?, ?, ?, ?) ON CONFLICT (block, term) DO UPDATE SET
               passages = passages + excluded.passages,
               places = CAST(places || excluded.places AS BLOB)""",
            ((block, *row) for row in found.rows()),
        )
        _store_lengths(connection, block, _lengths_of(connection, block) + found.lengths)


def delete(connection: sqlite3.Connection, passages: Iterable[Numbered]) -> None:
    """Remove the words of passages from the index.

    Args:
        connection: A connection to the catalog, within a transaction.
        passages: The passages in the order of their numbers, as they were when inserted.

    Raises:
        IndexMismatchError: The index does not have a word of a passage.
    """
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
        _store_lengths(connection, block, np.where(gone, 0, _lengths_of(connection, block)))


def clear(connection: sqlite3.Connection) -> None:
    """Delete all words, and the tables of the older format 1."""
    connection.execute("DELETE FROM word_places")
    connection.execute("DELETE FROM word_blocks")
    connection.execute("DROP TABLE IF EXISTS word_counts")
    connection.execute("DROP TABLE IF EXISTS words")


def all_lengths(connection: sqlite3.Connection) -> NDArray[np.uint16]:
    """The length of each passage in words plus 1, by its number; 0 if there is no such passage."""
    rows = connection.execute("SELECT block, lengths FROM word_blocks ORDER BY block").fetchall()
    found = np.zeros((rows[-1][0] + 1) * _BLOCK if rows else 0, _LENGTHS)
    for block, kept in rows:
        found[block * _BLOCK : (block + 1) * _BLOCK] = np.frombuffer(kept, _LENGTHS)
    return found


def problems(database: Database) -> list[str]:
    """Compare the word index with the passages, and describe what is wrong; empty if nothing is."""
    with database.snapshot() as connection:
        there = {row[0] for row in connection.execute("SELECT block FROM word_blocks")}
        there.update(row[0] for row in connection.execute("SELECT DISTINCT block FROM word_places"))
        last = connection.execute("SELECT max(number) FROM passages").fetchone()[0]
        there.update(range((last >> BLOCK_BITS) + 1) if last else ())
        try:
            wrong = sum(_differs(connection, block) for block in sorted(there))
        except (ValueError, TypeError, IndexError) as error:  # the arrays cannot be read
            return [f"The word index is damaged ({error})."]
    if not wrong:
        return []
    return [f"{wrong} of {len(there)} blocks of the word index do not fit their passages."]


def _differs(connection: sqlite3.Connection, block: int) -> bool:
    """Whether the stored postings of a block differ from the words of its passages."""
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
    """The stored places of a term in a block."""
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
    """The lengths of the passages of one block, as in `all_lengths`: uint16 [2048]."""
    row = connection.execute("SELECT lengths FROM word_blocks WHERE block = ?", (block,)).fetchone()
    return np.frombuffer(row[0], _LENGTHS).copy() if row else np.zeros(_BLOCK, _LENGTHS)


def _store_lengths(connection: sqlite3.Connection, block: int, lengths: NDArray[np.uint16]) -> None:
    """Store the lengths of the passages of a block, with their count and sum."""
    passages = int(np.count_nonzero(lengths))
    if not passages:  # new passages mostly get higher numbers: empty rows would accumulate
        connection.execute("DELETE FROM word_blocks WHERE block = ?", (block,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO word_blocks VALUES (?, ?, ?, ?)",
        (block, passages, int(lengths.sum()) - passages, lengths.tobytes()),
    )


def _by_block(passages: Iterable[Numbered]) -> Iterator[tuple[int, list[Numbered]]]:
    """(block, passages of it), at most 512 passages at a time."""
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
    """The words of some passages of one block, split by FTS5's tokenizer."""
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
    first = np.ones(len(rows), bool)  # whether it is the first place of a term in its passage
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
    """The title and heading of a passage."""
    return f"{passage.title} {passage.heading or ''}"[:_LONGEST_CONTEXT]
