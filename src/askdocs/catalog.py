"""The one record of an index, in SQLite: files, documents, passages, words, cached vectors."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.embed import Vectors
from askdocs.errors import AskdocsError, CorpusError, IndexMismatchError
from askdocs.types import Anchor, Document, DocumentRecord, Failure, Passage
from askdocs.words import content_words, indexed_form, match_expression, words

_TOKENIZER = "porter unicode61 remove_diacritics 2"
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    hash TEXT NOT NULL, failure TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    source TEXT PRIMARY KEY, file TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    anchors TEXT NOT NULL, indexed_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_file ON documents (file);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, text TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, title TEXT NOT NULL, page INTEGER,
    page_label TEXT, heading TEXT, line INTEGER, vector_key BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passages_source ON passages (source, start);
CREATE INDEX IF NOT EXISTS passages_vector_key ON passages (vector_key);
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS strays (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, context, tokenize = '{_TOKENIZER}');
CREATE VIRTUAL TABLE IF NOT EXISTS word_counts USING fts5vocab(words, row);
"""
_SCRATCH = f"""
CREATE VIRTUAL TABLE temp.scratch USING fts5(word, tokenize = '{_TOKENIZER}');
CREATE VIRTUAL TABLE temp.scratch_terms USING fts5vocab(temp, scratch, instance);
"""
_PASSAGE = "id, source, text, start, end, title, page, page_label, heading, line"
_CONTEXT_WEIGHT = 0.5  # of a word in the title or heading against one in the text
_BM25_MOST = 2.2  # times its weight is the most that a word can score (k1 = 1.2, plus 1)
_COMMON = 0.3  # a word found in a larger share of the passages does not tell them apart
_MANY = 200  # passages from which on shares mean something
_MOST_TERMS = 32  # words of a question that are searched for, the rarest first


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as it was last seen. `failure` says why it could not be read; "" if it could."""

    path: str
    size: int
    modified_ns: int
    hash: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with its passages and, for each, the key of its cached vector."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]


class Catalog:
    """Reads and writes the catalog; usable from any thread. Each write is one transaction.

    Raises IndexMismatchError where the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        with self._connection() as connection:
            connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file. Nothing else may be called afterwards."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()

    # What the index depends on

    def meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT name, value FROM meta"))

    def set_meta(self, values: Mapping[str, str]) -> None:
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # Files and documents

    def files(self) -> dict[str, FileRecord]:
        """Every known file by its path in the corpus."""
        rows = self._rows("SELECT path, size, modified_ns, hash, failure FROM files")
        return {row[0]: FileRecord(*row) for row in rows}

    def document(self, source: str) -> Document | None:
        rows = self._rows("SELECT text, title, anchors FROM documents WHERE source = ?", source)
        if not rows:
            return None
        text, title, anchors = rows[0]
        return Document(source, text, title, tuple(Anchor(*each) for each in json.loads(anchors)))

    def sources(self, globs: Sequence[str] | None = None) -> list[str]:
        """The sources in order; with `globs`, those that equal or match one of them.

        Raises CorpusError where nothing matches.
        """
        found = [row[0] for row in self._rows("SELECT source FROM documents ORDER BY source")]
        if globs is None:
            return found
        chosen = [name for name in found if any(_matches(name, glob) for glob in globs)]
        if not chosen:
            raise CorpusError(
                f"No document matches {', '.join(globs)}. `askdocs status` lists the documents."
            )
        return chosen

    def documents_of(self, file: str) -> list[str]:
        """The sources that came from a file of the corpus."""
        return [row[0] for row in self._rows("SELECT source FROM documents WHERE file = ?", file)]

    def records(self) -> list[DocumentRecord]:
        rows = self._rows(
            """SELECT source, title, coalesce(size, 0), length(text), coalesce(passages, 0),
                      coalesce(pages, 0), indexed_at, coalesce(failure, '')
               FROM documents LEFT JOIN files ON path = file LEFT JOIN
                    (SELECT source AS of, count(*) AS passages, coalesce(max(page), 0) AS pages
                     FROM passages GROUP BY source) ON of = source
               ORDER BY source"""
        )
        return [DocumentRecord(*row) for row in rows]

    def failures(self) -> list[Failure]:
        rows = self._rows("SELECT path, failure FROM files WHERE failure != '' ORDER BY path")
        return [Failure(*row) for row in rows]

    def indexed_files(self) -> set[str]:
        """The files of the corpus that documents came from."""
        return {row[0] for row in self._rows("SELECT DISTINCT file FROM documents")}

    # Changes: the new state of a file is committed whole or not at all

    def replace_file(
        self, file: FileRecord, documents: Sequence[IndexedDocument], *, replaces: str = ""
    ) -> list[str]:
        """Make `documents` all there is of a file; the passage ids that are no more.

        Those ids become strays, and those of `documents` cease to be. The file `replaces`, its
        earlier name, goes in the same moment.
        """
        with self._transaction() as connection:
            old = _delete_file(connection, file.path)
            old += _delete_file(connection, replaces) if replaces else []
            connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", astuple(file))
            for each in documents:
                _insert_document(connection, file.path, each)
            new = {passage.id for each in documents for passage in each.passages}
            gone = [passage_id for passage_id in old if passage_id not in new]
            _add_strays(connection, gone)
            _drop_strays(connection, new)
        return gone

    def remove_files(self, paths: Iterable[str]) -> None:
        """Forget files and their documents; the passage ids that are no more become strays."""
        with self._transaction() as connection:
            for path in paths:
                _add_strays(connection, _delete_file(connection, path))

    def note_files(self, files: Iterable[FileRecord]) -> None:
        """Record how files look now and whether they failed; their documents stay as they are."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", map(astuple, files)
            )

    # Strays: ids that the vector store may hold although no passage has them

    def strays(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT id FROM strays ORDER BY id")]

    def add_strays(self, ids: Iterable[str]) -> None:
        with self._transaction() as connection:
            _add_strays(connection, ids)

    def drop_strays(self, ids: Iterable[str]) -> None:
        with self._transaction() as connection:
            _drop_strays(connection, ids)

    # Passages

    def count(self) -> int:
        return int(self._rows("SELECT count(*) FROM passages")[0][0])

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages that exist among `ids`, by id."""
        rows = self._rows(
            f"SELECT {_PASSAGE} FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {row[0]: Passage(*row) for row in rows}

    def passages_of(self, source: str) -> list[Passage]:
        """The passages of a document in reading order."""
        rows = self._rows(
            f"SELECT {_PASSAGE} FROM passages WHERE source = ? ORDER BY start", source
        )
        return [Passage(*row) for row in rows]

    def neighbours(self, passage: Passage) -> tuple[Passage | None, Passage | None]:
        """The passage before and the one after in the same document."""
        before, after = (
            self._rows(
                f"SELECT {_PASSAGE} FROM passages WHERE source = ? AND start {side} ?"
                f" ORDER BY start {order} LIMIT 1",
                passage.source,
                passage.start,
            )
            for side, order in (("<", "DESC"), (">", "ASC"))
        )
        return (
            Passage(*before[0]) if before else None,
            Passage(*after[0]) if after else None,
        )

    def all_ids(self) -> Iterator[tuple[str, bytes]]:
        """(passage id, key of its vector) of every passage, in order of id."""
        yield from self._rows("SELECT id, vector_key FROM passages ORDER BY id")

    # Words

    def rare_words(self, text: str) -> dict[str, float]:
        """The words of a question that tell passages apart, each with its inverse frequency.

        The weight is ln(1 + (passages - found + 0.5) / (found + 0.5)), that of BM25 (Robertson and
        Zaragoza, 2009, with the usual 1 under the logarithm). Words that no passage holds count
        too. At most 32, the rarest first; words of over 30 % of many passages are left out unless
        nothing else is left.
        """
        candidates = content_words(text) or words(text)
        total = self.count()
        found = self._counts(candidates)
        limit = _COMMON * total if total >= _MANY else total
        chosen = [word for word in candidates if found[word] <= limit] or candidates
        chosen = sorted(chosen, key=lambda word: (found[word], word))[:_MOST_TERMS]
        return {
            word: math.log(1 + (total - found[word] + 0.5) / (found[word] + 0.5)) for word in chosen
        }

    def search_words(
        self, text: str, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, score) of passages that share a word with `text`, best first.

        The score is BM25 as a share, 0 to 1, of the most that any passage could have.
        """
        chosen = self.rare_words(text)
        if not chosen:
            return []
        rows = self._rows(
            f"""SELECT id, -bm25(words, 1.0, {_CONTEXT_WEIGHT}) AS score
                FROM words JOIN passages ON number = words.rowid
                WHERE words MATCH ?1
                      AND (?3 = 'null' OR source IN (SELECT value FROM json_each(?3)))
                ORDER BY score DESC, id LIMIT ?2""",
            match_expression(list(chosen)),
            limit,
            json.dumps(sources),
        )
        most = sum(chosen.values()) * _BM25_MOST
        return [(name, min(max(float(score) / most, 0.0), 1.0)) for name, score in rows]

    def _counts(self, candidates: Sequence[str]) -> dict[str, int]:
        """In how many passages each word is found, in the form that the word index gives it."""
        with self._connection() as connection:
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

    # Cached vectors

    def cached_vectors(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are known among `keys`, float32 [dimensions] each."""
        found: dict[bytes, Vectors] = {}
        for chunk in _chunks(list(keys)):
            marks = ",".join("?" * len(chunk))
            rows = self._rows(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", *chunk)
            found.update({key: np.frombuffer(vector, np.float32) for key, vector in rows})
        return found

    def vectors_of(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of passages by passage id."""
        rows = self._rows(
            """SELECT id, vector FROM passages JOIN vectors ON key = vector_key
               WHERE id IN (SELECT value FROM json_each(?))""",
            json.dumps(list(ids)),
        )
        return {passage_id: np.frombuffer(vector, np.float32) for passage_id, vector in rows}

    def cache_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
            )

    def prune_vectors(self) -> None:
        """Forget the vectors that no passage has."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM passages)"
            )

    def damage(self) -> str:
        """What SQLite finds wrong with the file; "" if nothing."""
        try:
            found = str(self._rows("PRAGMA quick_check(1)")[0][0])
        except IndexMismatchError as error:
            return str(error)
        return "" if found == "ok" else found

    # Connections: each is used by one thread at a time, and kept for the next

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or _connect(self.path)
            yield connection
        except sqlite3.DatabaseError as error:
            raise _told(error, self.path) from error
        finally:
            if connection is not None:
                with self._guard:
                    self._idle.append(connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._connection() as connection:
            return connection.execute(statement, values).fetchall()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(_SCRATCH)
    return connection


def not_writable(index: Path, reason: str) -> CorpusError:
    """The error for an index folder that cannot be written, or is on a disk that is full."""
    if "full" in reason or "No space left" in reason:
        return CorpusError(
            f"The disk of the index folder {index} is full. Free some space and run"
            " `askdocs index` again; nothing is lost."
        )
    return CorpusError(
        f"The index folder {index} cannot be written ({reason}). Make it writable, or choose"
        " another with --index."
    )


def _told(error: sqlite3.DatabaseError, path: Path) -> AskdocsError:
    """The error as a person understands it."""
    words_of_error = str(error)
    if any(sign in words_of_error for sign in ("readonly", "unable to open", "full")):
        return not_writable(path.parent, words_of_error)
    return IndexMismatchError(
        f"The catalog {path} is damaged ({words_of_error}). Run `askdocs doctor --repair`, or build"
        " the index anew with `askdocs index --rebuild`."
    )


def _delete_file(connection: sqlite3.Connection, path: str) -> list[str]:
    """Delete a file's row, documents, passages and words; the ids of the passages."""
    of_file = "FROM passages WHERE source IN (SELECT source FROM documents WHERE file = ?)"
    ids = [row[0] for row in connection.execute(f"SELECT id {of_file}", (path,))]
    connection.execute(f"DELETE FROM words WHERE rowid IN (SELECT number {of_file})", (path,))
    connection.execute(f"DELETE {of_file}", (path,))
    connection.execute("DELETE FROM documents WHERE file = ?", (path,))
    connection.execute("DELETE FROM files WHERE path = ?", (path,))
    return ids


def _insert_document(connection: sqlite3.Connection, file: str, each: IndexedDocument) -> None:
    document = each.document
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
        (
            document.source,
            file,
            document.title,
            document.text,
            json.dumps([astuple(anchor) for anchor in document.anchors]),
            datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    for passage, key in zip(each.passages, each.vector_keys, strict=True):
        number = connection.execute(
            f"INSERT INTO passages ({_PASSAGE}, vector_key) VALUES ({', '.join('?' * 11)})",
            (*astuple(passage), key),
        ).lastrowid
        context = f"{passage.title} {passage.heading or ''}"
        connection.execute(
            "INSERT INTO words (rowid, text, context) VALUES (?, ?, ?)",
            (number, indexed_form(passage.text), indexed_form(context)),
        )


def _add_strays(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany("INSERT OR IGNORE INTO strays VALUES (?)", [(each,) for each in ids])


def _drop_strays(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    connection.executemany("DELETE FROM strays WHERE id = ?", [(each,) for each in ids])


def _matches(source: str, glob: str) -> bool:
    """Whether a source is what a person means by `glob`: a pattern, a name, or a folder."""
    return fnmatchcase(source, glob) or source == glob or source.startswith(glob.rstrip("/") + "/")


def _chunks(items: Sequence[bytes], size: int = 500) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
