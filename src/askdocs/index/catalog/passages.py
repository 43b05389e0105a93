"""The passages of the catalog: those that are indexed, pending or orphaned, and their words.

A pending passage may have no stored vector yet; a keyword search already finds it. An orphan is the
id of a deleted passage whose vector may still be stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from askdocs.index.catalog.records import PendingPassage
from askdocs.index.catalog.tables import PASSAGE, CatalogTables
from askdocs.index.keywords import bm25, lookup, postings, vocabulary
from askdocs.text.stemming import other_stems_for
from askdocs.types import Passage


class PassageTables(CatalogTables):
    """Passages, pending passages, orphans and the word index."""

    def count_passages(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM passages")[0][0])

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages that exist among `ids`, by id."""
        rows = self._database.rows(
            f"SELECT {PASSAGE} FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {row[0]: self._verified(Passage(*row)) for row in rows}

    def passages_of(self, source: str) -> list[Passage]:
        """The passages of a document in reading order."""
        rows = self._database.rows(
            f"SELECT {PASSAGE} FROM passages WHERE source = ? ORDER BY start", source
        )
        return [self._verified(Passage(*row)) for row in rows]

    def passages_before(self, passage: Passage, count: int) -> list[Passage]:
        """At most `count` passages right before one in its document, in reading order."""
        return self._adjacent(passage, "start < ? ORDER BY start DESC", count)[::-1]

    def passages_after(self, passage: Passage, count: int) -> list[Passage]:
        """At most `count` passages right after one in its document, in reading order."""
        return self._adjacent(passage, "start > ? ORDER BY start", count)

    def _adjacent(self, passage: Passage, where: str, count: int) -> list[Passage]:
        rows = self._database.rows(
            f"SELECT {PASSAGE} FROM passages WHERE source = ? AND {where} LIMIT ?",
            *(passage.source, passage.start, count),
        )
        return [self._verified(Passage(*row)) for row in rows]

    def all_ids(self) -> Iterator[tuple[str, bytes]]:
        """(passage id, key of its vector) of every passage, in the order of indexing."""
        yield from self._database.rows("SELECT id, vector_key FROM passages ORDER BY number")

    # Orphans

    def orphans(self) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT id FROM orphans ORDER BY id")]

    def drop_orphans(self, ids: Iterable[str]) -> None:
        with self._database.transaction() as connection:
            drop_orphans(connection, ids)

    # Pending passages

    def pending(self, *, limit: int, after: int = 0) -> list[PendingPassage]:
        """Up to `limit` pending passages whose number is greater than `after`, in that order."""
        rows = self._database.rows(
            f"""SELECT number, vector_key, {PASSAGE} FROM passages WHERE number IN
                (SELECT number FROM pending WHERE number > ? ORDER BY number LIMIT ?)
                ORDER BY number""",
            after,
            limit,
        )
        return [PendingPassage(row[0], row[1], Passage(*row[2:])) for row in rows]

    def count_pending(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM pending")[0][0])

    def pending_ids(self) -> set[str]:
        return {row[0] for row in self._database.rows("SELECT id FROM pending")}

    def mark_pending(self, ids: Sequence[str]) -> None:
        """Record that the vectors of passages may not be stored."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT OR IGNORE INTO pending SELECT number, id FROM passages
                   WHERE id IN (SELECT value FROM json_each(?))""",
                [json.dumps(list(ids))],
            )

    def unmark_pending(self, ids: Sequence[str]) -> None:
        """Record that the vectors of passages are stored, whatever their numbers are now."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM pending WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            )

    def drop_pending(self, stored: Iterable[PendingPassage]) -> None:
        """Record that the vectors of passages are stored."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM pending WHERE number = ? AND id = ?",
                [(pending.number, pending.passage.id) for pending in stored],
            )

    # Keyword search

    def term_weights(self, text: str) -> dict[str, float]:
        """The weights of a question's terms, see `bm25.term_weights`."""
        return bm25.term_weights(self._database, text)

    def search_words(
        self, text: str, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Search with BM25: (passage id, score) of passages, best first."""
        weights, stem = self.term_weights(text), other_stems_for(text)
        return bm25.search(self._database, weights, limit=limit, sources=sources, stem=stem)

    def count_words(self, words: Sequence[str]) -> dict[str, int]:
        """The number of passages that contain each word."""
        return bm25.count_words(self._database, words)

    def lookup(
        self, terms: Sequence[lookup.Term], *, sources: Sequence[str] | None = None
    ) -> lookup.KeywordMatches:
        """The passages that contain words exactly as they are typed, see `lookup.find`."""
        return lookup.find(self._database, terms, sources=sources)

    def has_word(self, word: str) -> bool:
        """Whether any passage contains a form of a lower-case word."""
        return vocabulary.has_word(self._database, word)

    def nearest_word(
        self, word: str, common: Mapping[str, Sequence[str]], *, is_name: bool = False
    ) -> str:
        """The word of the documents that a misspelt one was meant for; "" if none is similar."""
        return vocabulary.nearest(self._database, word, common, is_name=is_name)

    def has_form(self, word: str, stem: Callable[[str], str]) -> bool:
        """Whether any passage contains a form of a word of another language than English."""
        return vocabulary.has_form(self._database, word, stem)

    def nearest_slip(
        self, word: str, stem: Callable[[str], str], is_meant: Callable[[str], bool]
    ) -> str:
        """The word of the documents that a word of another language is a slip of; "" if none."""
        return vocabulary.nearest_slip(self._database, word, stem, is_meant)

    def sources_with(self, text: str) -> list[str]:
        """The sources with a passage that contains all words of a text, in order."""
        return bm25.sources_with(self._database, text)

    def rebuild_words(self) -> None:
        """Rebuild the word index from the passages."""
        with self._database.transaction() as connection:
            postings.clear(connection)
            # They are streamed, because all of them may not fit into memory.
            rows = connection.execute(f"SELECT number, {PASSAGE} FROM passages ORDER BY number")
            postings.insert(connection, ((row[0], Passage(*row[1:])) for row in rows))


def add_orphans(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO orphans VALUES (?)", [(identifier,) for identifier in ids]
    )


def drop_orphans(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany(
        "DELETE FROM orphans WHERE id = ?", [(identifier,) for identifier in ids]
    )
