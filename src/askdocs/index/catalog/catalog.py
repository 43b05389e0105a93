"""The catalog of an index: one SQLite file with all that is known of the documents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from askdocs.errors import IndexMismatchError
from askdocs.index.catalog.documents import DocumentTables
from askdocs.index.catalog.passages import PassageTables
from askdocs.index.catalog.state import StateTable
from askdocs.index.catalog.vector_cache import VectorCache
from askdocs.index.database import Database, damaged
from askdocs.index.keywords import postings
from askdocs.types import Passage

FORMAT = 6  # of the file; raised whenever an index made by an earlier version would be wrong
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    hash TEXT NOT NULL, failure TEXT NOT NULL, inode INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    source TEXT PRIMARY KEY, file TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    anchors TEXT NOT NULL, indexed_at TEXT NOT NULL, left_out TEXT NOT NULL,
    hash BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS documents_file ON documents (file);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, text TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, title TEXT NOT NULL, page INTEGER,
    page_label TEXT, heading TEXT, line INTEGER, vector_key BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passages_source ON passages (source, start);
CREATE INDEX IF NOT EXISTS passages_vector_key ON passages (vector_key);
CREATE TABLE IF NOT EXISTS vectors (key BLOB NOT NULL UNIQUE, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS orphans (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (number INTEGER PRIMARY KEY, id TEXT NOT NULL);
"""


class Catalog(StateTable, DocumentTables, PassageTables, VectorCache):
    """Reads and writes the catalog. Usable from any thread. Each write is one transaction.

    Args:
        path: The file. It is created if it does not exist.

    Raises:
        OldIndexError: The file has another format.
        IndexMismatchError: The file is damaged.
    """

    def __init__(self, path: Path) -> None:
        schema = _SCHEMA + postings.SCHEMA
        database = Database(path, schema=schema, scratch=postings.TEMP_SCHEMA, version=FORMAT)
        super().__init__(path, database)

    def close(self) -> None:
        """Close the file. Nothing else may be called afterwards."""
        self._database.close()

    def is_new(self) -> bool:
        """Whether nothing was ever indexed: no files and no settings are stored."""
        return "embedder" not in self.meta() and not self.files()

    def clear(self) -> None:
        """Delete everything but the identity, in one transaction. Others can read concurrently."""
        with self._database.transaction() as connection:
            for table in ("files", "documents", "passages", "vectors", "orphans", "pending"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("DELETE FROM meta WHERE name != 'identity'")
            postings.clear(connection)

    def check_slices(self, passages: Iterable[Passage]) -> None:
        """Compare passages that are about to be quoted with their documents.

        Raises:
            IndexMismatchError: A passage is not the slice of its document that it was.
        """
        by_source: dict[str, list[Passage]] = {}
        for passage in passages:
            by_source.setdefault(passage.source, []).append(passage)
        for source, cited in by_source.items():
            document = self.document(source)
            text = document.text if document else ""
            wrong = [each.id for each in cited if text[each.start : each.end] != each.text]
            if self.passages(wrong):  # otherwise a sync has replaced them since they were read
                raise damaged(self.path, f"a passage of {source} is not in it")

    def problems(self) -> list[str]:
        """Descriptions of the damage of the file or the word index."""
        damage = self._database.damage()
        if damage:
            return [damage]
        try:
            return postings.problems(self._database)
        except IndexMismatchError as error:  # a text that is no longer UTF-8
            return [str(error)]
