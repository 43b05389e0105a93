"""SQLite for several threads, with errors that say how to fix them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from askdocs.errors import (
    AskdocsError,
    CorpusError,
    IndexBusyError,
    IndexMismatchError,
    OldIndexError,
)

_BUSY_TIMEOUT = 30.0  # seconds to wait for the write of another process
_FULL = 16_000_000  # bytes; SQLite and Chroma do not always report a full disk


class Database:
    """A SQLite file. Usable from any thread; each connection is used by one thread at a time.

    Args:
        path: The file.
        schema: The statements that create the tables in an empty file.
        scratch: The statements that are run for each connection.
        version: The version of the schema. It is stored in the file.

    Raises:
        OldIndexError: The file has another version of the schema.
        IndexMismatchError: The file is damaged.
        CorpusError: The file cannot be written.
    """

    def __init__(self, path: Path, *, schema: str, scratch: str, version: int) -> None:
        self.path = path
        self._scratch = scratch
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._guard = threading.Lock()
        self._writing = threading.Lock()  # SQLite limits how long others wait
        with suppress(OSError):  # SQLite's auxiliary files get the same permissions
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with self.connection() as connection:
            _create(connection, path, schema, version)

    def close(self) -> None:
        """Close the file once all calls that use it have ended."""
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or self._connect()
            yield connection
        except sqlite3.DatabaseError as error:
            if self._closed:  # the file may have been deleted, or made again
                raise closed_meanwhile(self.path.parent) from error
            raise _to_user_error(error, self.path) from error
        finally:
            if connection is not None:
                with self._guard:
                    if self._closed:
                        connection.close()
                    else:
                        self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        """A new connection. One to a file that was deleted would create it again."""
        if self._closed and not self.path.exists():
            raise closed_meanwhile(self.path.parent)
        return _connect(self.path, self._scratch)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the current state of the file, regardless of concurrent writes."""
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    def rows(self, statement: str, *values: object) -> list[Any]:
        with self.connection() as connection:
            return connection.execute(statement, values).fetchall()

    def damage(self) -> str:
        """The damage that SQLite finds in the file; "" if it is intact."""
        try:
            found = str(self.rows("PRAGMA integrity_check(1)")[0][0])
        except IndexMismatchError as error:
            return str(error)
        return "" if found == "ok" else found


def _create(connection: sqlite3.Connection, path: Path, schema: str, version: int) -> None:
    """Run the schema on an empty file. Raises OldIndexError for a schema of another version."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == version:
        return
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise OldIndexError(
            f"The index {path.parent} was made by another version of askdocs (format {found}, now"
            f" {version}). Build it again with `askdocs index --rebuild`."
        )
    # In one transaction: a process killed meanwhile leaves an empty file.
    connection.executescript(f"BEGIN IMMEDIATE; {schema}; PRAGMA user_version = {version}; COMMIT;")


def _connect(path: Path, scratch: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.executescript(scratch)
    return connection


def damaged(path: Path, reason: str) -> IndexMismatchError:
    """The error for a catalog that is not what was stored, with the command that repairs it."""
    return IndexMismatchError(
        f"The catalog {path} is damaged ({reason}). Run `askdocs doctor --repair`, or build"
        " the index again with `askdocs index --rebuild`."
    )


def closed_meanwhile(index: Path) -> IndexBusyError:
    """The error for a thread that still reads an index which another thread builds again."""
    return IndexBusyError(
        f"The index {index} was closed meanwhile: it is being rebuilt. Ask again."
    )


def disk_is_full(folder: Path) -> bool:
    """Whether the disk of a folder is so full that it explains a failed write."""
    try:
        return shutil.disk_usage(folder).free < _FULL
    except OSError:
        return False


def refuse_full_disk(index: Path) -> None:
    """Raise CorpusError if the disk of an index folder is full."""
    if disk_is_full(index):
        raise not_writable(index, "the disk is full")


def not_writable(index: Path, reason: str) -> CorpusError:
    """The error for an index folder that cannot be written, or is on a disk that is full."""
    if "is full" in reason or "No space left" in reason or "quota exceeded" in reason:
        return CorpusError(
            f"The disk of the index folder {index} is full. Free some space and run"
            " `askdocs index` again; nothing is lost."
        )
    return CorpusError(
        f"The index folder {index} cannot be written ({reason}). Make it writable, or choose"
        " another with --index."
    )


def _to_user_error(error: sqlite3.DatabaseError, path: Path) -> AskdocsError:
    """A description of the error for the user."""
    words_of_error = str(error)
    if "readonly" in words_of_error:
        return not_writable(path.parent, "it is read-only")
    if any(sign in words_of_error for sign in ("unable to open", "is full")):
        return not_writable(path.parent, words_of_error)
    if "disk I/O error" in words_of_error and disk_is_full(path.parent):
        return not_writable(path.parent, f"the disk is full: {words_of_error}")
    if "locked" in words_of_error:
        return CorpusError(
            f"Another program is writing to the catalog {path}. Try again; nothing is lost."
        )
    if "disk I/O error" in words_of_error:
        return CorpusError(
            f"The disk of the catalog {path} cannot be read or written ({words_of_error}). Try"
            " again; if that fails too, run `askdocs doctor`."
        )
    return damaged(path, words_of_error)
