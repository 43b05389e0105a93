"""The catalog of an index, in SQLite: files, documents, passages, words, cached vectors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import numpy as np

from askdocs.documents.passages import with_id
from askdocs.errors import CorpusError
from askdocs.index.database import Database, damaged
from askdocs.index.keywords import bm25, lookup, postings, vocabulary
from askdocs.models.embedders import Vectors
from askdocs.system.files import as_pattern, composed
from askdocs.text.stemming import other_stems_for
from askdocs.types import Anchor, Document, DocumentRecord, Failure, Passage

Item = TypeVar("Item")
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
_PASSAGE = "id, source, text, start, end, title, page, page_label, heading, line"
_FILE = "path, size, modified_ns, hash, failure, inode, changed_ns"
_passage_row = attrgetter(*_PASSAGE.split(", "))
_anchor_row = attrgetter(*(field.name for field in fields(Anchor)))


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was last seen. `failure` says why it could not be read; "" if it could.

    `hash` is the SHA-256 of its bytes; the other fields are those of `SeenFile`.
    """

    path: str
    size: int
    modified_ns: int
    hash: str
    failure: str = ""
    inode: int = 0
    changed_ns: int = 0


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with its passages and, for each, the key of its cached vector."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file with all of its documents. `replaces` is its earlier name, if it had another."""

    file: FileRecord
    documents: Sequence[IndexedDocument]
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class PendingPassage:
    """A passage whose vector is not stored yet, its number and the key of its vector."""

    number: int
    vector_key: bytes
    passage: Passage


class CancelledError(Exception):
    """A change was cancelled on request and rolled back."""


class Catalog:
    """Reads and writes the catalog; usable from any thread. Each write is one transaction.

    Raises OldIndexError where the file has another format, IndexMismatchError where it is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        schema = _SCHEMA + postings.SCHEMA
        self._database = Database(path, schema=schema, scratch=postings.TEMP_SCHEMA, version=FORMAT)

    def close(self) -> None:
        """Close the file. Nothing else may be called afterwards."""
        self._database.close()

    # What the index depends on

    def meta(self) -> dict[str, str]:
        return dict(self._database.rows("SELECT name, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def is_new(self) -> bool:
        """Whether nothing was ever indexed: there are no files, and no settings are noted."""
        return "embedder" not in self.meta() and not self.files()

    def identity(self) -> str:
        """A name of this index that no other has; it lasts as long as the catalog."""
        if "identity" not in self.meta():
            new = ("identity", uuid4().hex)
            with self._database.transaction() as connection:
                connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", new)
        return self.meta()["identity"]

    def forget(self) -> None:
        """Delete everything but the identity, in one transaction; others can read meanwhile."""
        with self._database.transaction() as connection:
            for table in ("files", "documents", "passages", "vectors", "orphans", "pending"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("DELETE FROM meta WHERE name != 'identity'")
            postings.clear(connection)

    # Files and documents

    def files(self) -> dict[str, FileRecord]:
        """Every known file by its path in the corpus."""
        rows = self._database.rows(f"SELECT {_FILE} FROM files")
        return {row[0]: FileRecord(*row) for row in rows}

    def document(self, source: str) -> Document | None:
        """Return a stored document, None for an unknown source.

        Raises:
            IndexMismatchError: It is not what was stored, by its hash.
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
        """The sources in order; with `globs`, only those that equal or match one of them.

        Raises CorpusError where nothing matches.
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
        """The sources that came from a file of the corpus."""
        return [
            row[0]
            for row in self._database.rows("SELECT source FROM documents WHERE file = ?", file)
        ]

    def records(self) -> list[DocumentRecord]:
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

    def opening(self, source: str, characters: int) -> str:
        """How a document begins; "" where there is no such document."""
        rows = self._database.rows(
            "SELECT substr(text, 1, ?) FROM documents WHERE source = ?", characters, source
        )
        return str(rows[0][0]) if rows else ""

    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Source → what its file holds that was not read, for the documents with any of that."""
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
        """The file of the corpus that a document came from; "" where there is no such document."""
        rows = self._database.rows("SELECT file FROM documents WHERE source = ?", source)
        return str(rows[0][0]) if rows else ""

    def indexed_files(self) -> set[str]:
        """The files of the corpus that documents came from."""
        return {row[0] for row in self._database.rows("SELECT DISTINCT file FROM documents")}

    # Changes: the new state of a file is committed in one transaction

    def replace_files(
        self, files: Sequence[IndexedFile], *, cancelled: Callable[[], bool] = lambda: False
    ) -> list[str]:
        """Make the given documents all that there is of each file, in one transaction.

        From then on they are found by their words; passages that are new are pending until their
        vectors are stored. The passages that are gone become orphans. Earlier names of the files go
        in the same moment.

        Args:
            files: The files with their documents and passages.
            cancelled: Asked for each passage. Once it is true, nothing is changed.

        Returns:
            The ids of the passages that are gone.

        Raises:
            CancelledError: `cancelled` was true.
        """
        with self._database.transaction() as connection:
            old: dict[str, bool] = {}
            for each in files:
                old |= _delete_file(connection, each.file.path)
                old |= _delete_file(connection, each.replaces) if each.replaces else {}
            _insert_files(connection, files, cancelled)
            new = {
                passage.id
                for each in files
                for document in each.documents
                for passage in document.passages
            }
            gone = [passage_id for passage_id in old if passage_id not in new]
            _add_orphans(connection, gone)
            _drop_orphans(connection, new)
            unstored = [name for name in new if not old.get(name, False)]
            connection.execute(
                """INSERT INTO pending SELECT number, id FROM passages
                   WHERE id IN (SELECT value FROM json_each(?))""",
                [json.dumps(unstored)],
            )
        return gone

    def remove_files(self, paths: Iterable[str]) -> None:
        """Delete files and their documents; the ids of their passages become orphans."""
        with self._database.transaction() as connection:
            for path in paths:
                _add_orphans(connection, _delete_file(connection, path))

    def note_files(self, files: Iterable[FileRecord]) -> None:
        """Record how files look now and whether they failed; their documents stay as they are."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", map(astuple, files)
            )

    def distrust(self, sources: Iterable[str]) -> None:
        """Make the next sync read the files of some documents again, even if they look the same."""
        with self._database.transaction() as connection:
            connection.execute(
                """UPDATE files SET modified_ns = -1, hash = '' WHERE path IN
                   (SELECT file FROM documents WHERE source IN (SELECT value FROM json_each(?)))""",
                [json.dumps(list(sources))],
            )

    # Orphans: ids that may still be in the vector store, although their passages are deleted

    def orphans(self) -> list[str]:
        return [row[0] for row in self._database.rows("SELECT id FROM orphans ORDER BY id")]

    def add_orphans(self, ids: Iterable[str]) -> None:
        with self._database.transaction() as connection:
            _add_orphans(connection, ids)

    def drop_orphans(self, ids: Iterable[str]) -> None:
        with self._database.transaction() as connection:
            _drop_orphans(connection, ids)

    # Pending: passages whose vectors may not be stored yet; a keyword search already finds them

    def pending(self, *, limit: int, after: int = 0) -> list[PendingPassage]:
        """Up to `limit` pending passages whose number is greater than `after`, in that order."""
        rows = self._database.rows(
            f"""SELECT number, vector_key, {_PASSAGE} FROM passages WHERE number IN
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

    def drop_pending(self, stored: Iterable[PendingPassage]) -> None:
        """Note that the vectors of passages are stored."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM pending WHERE number = ? AND id = ?",
                [(each.number, each.passage.id) for each in stored],
            )

    def clear_pending(self) -> None:
        """Note that the vectors of all passages are stored."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM pending")

    # Passages

    def count(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM passages")[0][0])

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages that exist among `ids`, by id."""
        rows = self._database.rows(
            f"SELECT {_PASSAGE} FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {row[0]: self._sound(Passage(*row)) for row in rows}

    def passages_of(self, source: str) -> list[Passage]:
        """The passages of a document in reading order."""
        rows = self._database.rows(
            f"SELECT {_PASSAGE} FROM passages WHERE source = ? ORDER BY start", source
        )
        return [self._sound(Passage(*row)) for row in rows]

    def before(self, passage: Passage, count: int) -> list[Passage]:
        """At most `count` passages right before one in its document, in reading order."""
        return self._beside(passage, "start < ? ORDER BY start DESC", count)[::-1]

    def after(self, passage: Passage, count: int) -> list[Passage]:
        """At most `count` passages right after one in its document, in reading order."""
        return self._beside(passage, "start > ? ORDER BY start", count)

    def _beside(self, passage: Passage, where: str, count: int) -> list[Passage]:
        rows = self._database.rows(
            f"SELECT {_PASSAGE} FROM passages WHERE source = ? AND {where} LIMIT ?",
            *(passage.source, passage.start, count),
        )
        return [self._sound(Passage(*row)) for row in rows]

    def check_slices(self, passages: Iterable[Passage]) -> None:
        """Compare passages that are about to be quoted with the documents that they are from.

        Raises:
            IndexMismatchError: One is not the slice of its document that it was.
        """
        by_source: dict[str, list[Passage]] = {}
        for passage in passages:
            by_source.setdefault(passage.source, []).append(passage)
        for source, cited in by_source.items():
            document = self.document(source)
            text = document.text if document else ""
            wrong = [each.id for each in cited if text[each.start : each.end] != each.text]
            if self.passages(wrong):  # else a sync has replaced them since they were read
                raise damaged(self.path, f"a passage of {source} is not in it")

    def _sound(self, passage: Passage) -> Passage:
        """The passage, whose id is a hash of all its fields. Raises IndexMismatchError if not."""
        if with_id(passage).id != passage.id:
            reason = f"a passage of {passage.source} is not what was stored"
            raise damaged(self.path, reason)
        return passage

    def all_ids(self) -> Iterator[tuple[str, bytes]]:
        """(passage id, key of its vector) of every passage, in the order they were indexed in."""
        yield from self._database.rows("SELECT id, vector_key FROM passages ORDER BY number")

    # Words

    def rare_words(self, text: str) -> dict[str, float]:
        """What `bm25.rare_words` says of a question."""
        return bm25.rare_words(self._database, text)

    def search_words(
        self, text: str, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """What `bm25.search` finds: (passage id, score) of passages, best first."""
        chosen, stem = self.rare_words(text), other_stems_for(text)
        return bm25.search(self._database, chosen, limit=limit, sources=sources, stem=stem)

    def count_words(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each word stands."""
        return bm25.count_words(self._database, words)

    def lookup(
        self, terms: Sequence[lookup.Term], *, sources: Sequence[str] | None = None
    ) -> lookup.Found:
        """What `lookup.find` finds: the passages that hold words as they are typed."""
        return lookup.find(self._database, terms, sources=sources)

    def numbered(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist among these numbers, by number."""
        rows = self._database.rows(
            f"""SELECT number, {_PASSAGE} FROM passages
                WHERE number IN (SELECT value FROM json_each(?))""",
            json.dumps(list(numbers)),
        )
        return {row[0]: self._sound(Passage(*row[1:])) for row in rows}

    def has_word(self, word: str) -> bool:
        """Whether any passage contains a form of a lower-case word."""
        return vocabulary.has_word(self._database, word)

    def nearest_word(self, word: str) -> str:
        """The word in the documents most similar to a misspelt one; "" if none is similar."""
        return vocabulary.nearest(self._database, word)

    def sources_with(self, text: str) -> list[str]:
        """The sources of which some passage holds each word of a text, ascending."""
        return bm25.sources_with(self._database, text)

    # Cached vectors

    def cached_vectors(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are known among `keys`, float32 [dimensions] each."""
        found: dict[bytes, Vectors] = {}
        for chunk in _chunks(list(keys)):
            marks = ",".join("?" * len(chunk))
            rows = self._database.rows(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})", *chunk
            )
            found.update(_as_vectors(rows))
        return found

    def vectors_of(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of passages by passage id."""
        rows = self._database.rows(
            """SELECT id, vector FROM passages JOIN vectors ON key = vector_key
               WHERE id IN (SELECT value FROM json_each(?))""",
            json.dumps(list(ids)),
        )
        return dict(_as_vectors(rows))

    def count_without_vectors(self) -> int:
        """How many passages have no readable cached vector although they are not pending."""
        rows = self._database.rows(
            """SELECT count(*) FROM passages LEFT JOIN vectors ON key = vector_key
               WHERE (key IS NULL OR typeof(vector) != 'blob' OR length(vector) % 4)
                     AND number NOT IN (SELECT number FROM pending)"""
        )
        return int(rows[0][0])

    def some_vectors(self, count: int) -> dict[str, Vectors]:
        """The vectors of a few stored passages by passage id: a fair sample, for ids are hashes."""
        rows = self._database.rows(
            """SELECT id FROM passages WHERE number NOT IN (SELECT number FROM pending)
               ORDER BY id LIMIT ?""",
            count,
        )
        return self.vectors_of([row[0] for row in rows])

    def cache_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
            )

    def prune_vectors(self) -> None:
        """Delete the cached vectors that no passage uses."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM passages)"
            )

    # Damage

    def problems(self) -> list[str]:
        """Descriptions of what is wrong with the file or the word index."""
        damage = self._database.damage()
        if damage:
            return [damage]
        return postings.problems(self._database)

    def rebuild_words(self) -> None:
        """Rebuild the word index from the passages."""
        with self._database.transaction() as connection:
            postings.clear(connection)
            # As they are read: all of them may not fit into memory.
            rows = connection.execute(f"SELECT number, {_PASSAGE} FROM passages ORDER BY number")
            postings.insert(connection, ((row[0], Passage(*row[1:])) for row in rows))


def readable_meta(path: Path) -> dict[str, str]:
    """`Catalog.meta` of a file that may be missing, damaged or in use by another process."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        return dict(connection.execute("SELECT name, value FROM meta"))
    return {}


def number_in(meta: Mapping[str, str], name: str) -> int:
    """A number that the catalog notes; 0 where it is not noted, or damaged."""
    with suppress(ValueError):
        return int(meta.get(name, "0"))
    return 0


def readable_vectors(path: Path) -> dict[bytes, Vectors]:
    """The cached vectors of a catalog that may be damaged, as far as they can be read."""
    found: dict[bytes, Vectors] = {}
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        for key, vector in _as_vectors(connection.execute("SELECT key, vector FROM vectors")):
            found[bytes(key)] = vector
    return found


def _as_vectors(rows: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Vectors]]:
    """(key, vector) of rows; one whose vector is damaged is left out, as if it were lost."""
    for key, vector in rows:
        try:
            found = np.frombuffer(vector, np.float32)
        except (ValueError, TypeError):
            continue
        yield key, found


def _delete_file(connection: sqlite3.Connection, path: str) -> dict[str, bool]:
    """Delete a file's row, documents, passages and words.

    Returns:
        For the id of each passage, whether its vector was stored: whether it was not pending.
    """
    of_file = "FROM passages WHERE source IN (SELECT source FROM documents WHERE file = ?)"
    rows = connection.execute(f"SELECT number, {_PASSAGE} {of_file} ORDER BY number", (path,))
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
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", [astuple(each.file) for each in files]
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _document_row(each.file.path, of.document, now)
            for each in files
            for of in each.documents
        ),
    )
    last = connection.execute("SELECT coalesce(max(number), 0) FROM passages").fetchone()[0]
    keyed = [
        pair
        for each in files
        for of in each.documents
        for pair in zip(of.passages, of.vector_keys, strict=True)
    ]
    connection.executemany(
        f"INSERT INTO passages (number, {_PASSAGE}, vector_key) VALUES ({', '.join('?' * 12)})",
        (
            (number, *_passage_row(passage), key)
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
    """The SHA-256 of the stored document, which detects damage of the disk."""
    digest = sha256()
    for each in fields_of_document:
        content = str(each).encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big"))
        digest.update(content)
    return digest.digest()


def _add_orphans(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany("INSERT OR IGNORE INTO orphans VALUES (?)", [(each,) for each in ids])


def _drop_orphans(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany("DELETE FROM orphans WHERE id = ?", [(each,) for each in ids])


def _matches(source: str, glob: str) -> bool:
    """Whether a source is what a person means by `glob`: a pattern, a name, or a folder."""
    source, glob = composed(source), as_pattern(glob).removeprefix("./")
    return fnmatchcase(source, glob) or source == glob or source.startswith(glob.rstrip("/") + "/")


def _as_time(nanoseconds: int) -> str:
    """A time of a file as ISO writes it; "" where it is not known."""
    if nanoseconds <= 0:
        return ""
    with suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="seconds")
    return ""


def _chunks(items: Sequence[bytes], size: int = 500) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
