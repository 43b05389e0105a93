"""The files and documents of the catalog."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, fields, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from operator import attrgetter
from typing import TypeVar

from askdocs.errors import CorpusError
from askdocs.index.catalog.passages import add_orphans, drop_orphans
from askdocs.index.catalog.records import CancelledError, FileRecord, IndexedFile
from askdocs.index.catalog.tables import PASSAGE, CatalogTables, passage_row
from askdocs.index.database import damaged
from askdocs.index.keywords import postings
from askdocs.system.files import as_pattern, composed
from askdocs.types import Anchor, Document, DocumentRecord, Failure, Passage

Item = TypeVar("Item")
_FILE = "path, size, modified_ns, hash, failure, inode, changed_ns"
_anchor_row = attrgetter(*(field.name for field in fields(Anchor)))


class DocumentTables(CatalogTables):
    """Files and documents. The new state of a file is committed in one transaction."""

    def files(self) -> dict[str, FileRecord]:
        """Every known file by its path in the corpus."""
        rows = self._database.rows(f"SELECT {_FILE} FROM files")
        return {row[0]: FileRecord(*row) for row in rows}

    def document(self, source: str) -> Document | None:
        """Return a stored document, None for an unknown source.

        Raises:
            IndexMismatchError: By its hash, it is not what was stored.
        """
        rows = self._database.rows(
            "SELECT text, title, anchors, left_out, hash FROM documents WHERE source = ?", source
        )
        if not rows:
            return None
        text, title, anchors, left_out, stored = rows[0]
        if _hash(source, text, title, anchors, left_out) != stored:
            raise damaged(self.path, f"the text of {source} is not what was stored")
        found = tuple(Anchor(*each) for each in json.loads(anchors))
        return Document(source, text, title, found, tuple(json.loads(left_out)))

    def sources(self, globs: Sequence[str] | str | None = None) -> list[str]:
        """The sources in order. With `globs`, only those that equal or match one of them.

        Raises:
            CorpusError: Nothing matches.
        """
        globs = [globs] if isinstance(globs, str) else globs
        found = [
            row[0] for row in self._database.rows("SELECT source FROM documents ORDER BY source")
        ]
        if globs is None:
            return found
        chosen = [name for name in found if any(_matches(name, glob) for glob in globs)]
        if not chosen:
            named = ", ".join(globs) or "an empty list of sources"
            raise CorpusError(f"No document matches {named}. `askdocs status` lists the documents.")
        return chosen

    def documents_of(self, file: str) -> list[str]:
        """The sources of the documents of a file."""
        return [
            row[0]
            for row in self._database.rows("SELECT source FROM documents WHERE file = ?", file)
        ]

    def document_records(self) -> list[DocumentRecord]:
        rows = self._database.rows(
            """SELECT source, title, coalesce(size, 0), length(text), coalesce(passages, 0),
                      coalesce(pages, 0), indexed_at, coalesce(failure, ''), left_out,
                      coalesce(modified_ns, -1), coalesce(pending, 0)
               FROM documents LEFT JOIN files ON path = file LEFT JOIN
                    (SELECT source AS of, count(*) AS passages, coalesce(max(page), 0) AS pages,
                            count(pending.number) AS pending
                     FROM passages LEFT JOIN pending ON pending.number = passages.number
                     GROUP BY source) ON of = source
               ORDER BY source"""
        )
        return [
            replace(
                DocumentRecord(*known),
                left_out=tuple(json.loads(left_out)),
                modified=_as_time(modified),
                pending=pending,
            )
            for *known, left_out, modified, pending in rows
        ]

    def count_documents(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM documents")[0][0])

    def titles(self, sources: Sequence[str] | None = None) -> dict[str, str]:
        """Source → title of the documents, or of some of them, by source."""
        rows = self._database.rows("SELECT source, title FROM documents ORDER BY source")
        wanted = None if sources is None else set(sources)
        return {source: title for source, title in rows if wanted is None or source in wanted}

    def text_prefix(self, source: str, characters: int) -> str:
        """The first characters of a document; "" if there is no such document."""
        rows = self._database.rows(
            "SELECT substr(text, 1, ?) FROM documents WHERE source = ?", characters, source
        )
        return str(rows[0][0]) if rows else ""

    def title_and_ends(self, source: str, head: int, foot: int) -> tuple[str, str]:
        """The title of a document, and its first and last characters without what is between."""
        rows = self._database.rows(
            """SELECT title, substr(text, 1, ?1), substr(text, 1 + max(?1, length(text) - ?2))
               FROM documents WHERE source = ?3""",
            head,
            foot,
            source,
        )
        return (str(rows[0][0]), f"{rows[0][1]}{rows[0][2]}") if rows else ("", "")

    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Source → the skipped content, for documents whose files were not read completely."""
        rows = self._database.rows(
            "SELECT source, left_out FROM documents WHERE left_out != '[]' ORDER BY source"
        )
        return {source: tuple(json.loads(parts)) for source, parts in rows}

    def files_partly_read(self) -> frozenset[str]:
        """The files of the corpus that were read, but not completely."""
        rows = self._database.rows(
            """SELECT DISTINCT file FROM documents JOIN files ON path = file
               WHERE left_out != '[]' AND failure = ''"""
        )
        return frozenset(row[0] for row in rows)

    def failures(self) -> list[Failure]:
        rows = self._database.rows(
            "SELECT path, failure FROM files WHERE failure != '' ORDER BY path"
        )
        return [Failure(*row) for row in rows]

    def file_of(self, source: str) -> str:
        """The file of a document; "" if there is no such document."""
        rows = self._database.rows("SELECT file FROM documents WHERE source = ?", source)
        return str(rows[0][0]) if rows else ""

    def indexed_files(self) -> set[str]:
        """The files that have documents."""
        return {row[0] for row in self._database.rows("SELECT DISTINCT file FROM documents")}

    def replace_files(
        self, files: Sequence[IndexedFile], *, cancelled: Callable[[], bool] = lambda: False
    ) -> list[str]:
        """Replace all documents of files, in one transaction.

        The keyword search finds the new passages immediately. They are pending until their vectors
        are stored. Deleted passages become orphans. Earlier paths of the files are deleted in the
        same transaction.

        Args:
            files: The files with their documents and passages.
            cancelled: Called for each passage. If it returns True, nothing is changed.

        Returns:
            The ids of the deleted passages.

        Raises:
            CancelledError: `cancelled` was true.
        """
        with self._database.transaction() as connection:
            old: dict[str, bool] = {}
            for indexed in files:
                old |= _delete_file(connection, indexed.file.path)
                old |= _delete_file(connection, indexed.replaces) if indexed.replaces else {}
            _insert_files(connection, files, cancelled)
            new = {
                passage.id
                for indexed in files
                for document in indexed.documents
                for passage in document.passages
            }
            gone = [passage_id for passage_id in old if passage_id not in new]
            add_orphans(connection, gone)
            drop_orphans(connection, new)
            unstored = [name for name in new if not old.get(name, False)]
            connection.execute(
                """INSERT INTO pending SELECT number, id FROM passages
                   WHERE id IN (SELECT value FROM json_each(?))""",
                [json.dumps(unstored)],
            )
        return gone

    def remove_files(self, paths: Iterable[str]) -> None:
        """Delete files and their documents. The ids of their passages become orphans."""
        with self._database.transaction() as connection:
            for path in paths:
                add_orphans(connection, _delete_file(connection, path))

    def record_files(self, files: Iterable[FileRecord]) -> None:
        """Store the records of files. Their documents are not changed."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", map(astuple, files)
            )

    def mark_for_rereading(self, sources: Iterable[str]) -> None:
        """Make the next sync read the files of some documents again, even if they are unchanged."""
        with self._database.transaction() as connection:
            connection.execute(
                """UPDATE files SET modified_ns = -1, hash = '' WHERE path IN
                   (SELECT file FROM documents WHERE source IN (SELECT value FROM json_each(?)))""",
                [json.dumps(list(sources))],
            )


def _delete_file(connection: sqlite3.Connection, path: str) -> dict[str, bool]:
    """Delete a file's row, documents, passages and words.

    Returns:
        For the id of each passage, whether its vector was stored.
    """
    of_file = "FROM passages WHERE source IN (SELECT source FROM documents WHERE file = ?)"
    rows = connection.execute(f"SELECT number, {PASSAGE} {of_file} ORDER BY number", (path,))
    passages = [(row[0], Passage(*row[1:])) for row in rows]
    postings.delete(connection, passages)
    numbers = f"SELECT number {of_file}"
    pending = connection.execute(f"SELECT id FROM pending WHERE number IN ({numbers})", (path,))
    unstored = {row[0] for row in pending.fetchall()}
    connection.execute(f"DELETE FROM pending WHERE number IN ({numbers})", (path,))
    connection.execute(f"DELETE {of_file}", (path,))
    connection.execute("DELETE FROM documents WHERE file = ?", (path,))
    connection.execute("DELETE FROM files WHERE path = ?", (path,))
    return {passage.id: passage.id not in unstored for _, passage in passages}


def _insert_files(
    connection: sqlite3.Connection, files: Sequence[IndexedFile], cancelled: Callable[[], bool]
) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.executemany(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
        [astuple(indexed.file) for indexed in files],
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _document_row(indexed.file.path, of.document, now)
            for indexed in files
            for of in indexed.documents
        ),
    )
    last = connection.execute("SELECT coalesce(max(number), 0) FROM passages").fetchone()[0]
    keyed = [
        pair
        for indexed in files
        for of in indexed.documents
        for pair in zip(of.passages, of.vector_keys, strict=True)
    ]
    connection.executemany(
        f"INSERT INTO passages (number, {PASSAGE}, vector_key) VALUES ({', '.join('?' * 12)})",
        (
            (number, *passage_row(passage), key)
            for number, (passage, key) in enumerate(_until(cancelled, keyed), last + 1)
        ),
    )
    passages = (passage for passage, _ in _until(cancelled, keyed))
    postings.insert(connection, enumerate(passages, last + 1))


def _until(cancelled: Callable[[], bool], items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if cancelled():
            raise CancelledError
        yield item


def _document_row(file: str, document: Document, now: str) -> tuple[str | bytes, ...]:
    anchors = json.dumps([_anchor_row(anchor) for anchor in document.anchors])
    left_out = json.dumps(document.left_out)
    content = _hash(document.source, document.text, document.title, anchors, left_out)
    return document.source, file, document.title, document.text, anchors, now, left_out, content


def _hash(*fields_of_document: str) -> bytes:
    """The SHA-256 of a stored document. It detects damage of the disk."""
    digest = sha256()
    for field in fields_of_document:
        content = str(field).encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.digest()


def _matches(source: str, glob: str) -> bool:
    """Whether a source matches `glob`, which is a pattern, a name or a folder."""
    source, glob = composed(source), as_pattern(glob).removeprefix("./")
    return fnmatchcase(source, glob) or source == glob or source.startswith(glob.rstrip("/") + "/")


def _as_time(nanoseconds: int) -> str:
    """A file's time in ISO format; "" if it is not known."""
    if nanoseconds <= 0:
        return ""
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="seconds")
    return ""
