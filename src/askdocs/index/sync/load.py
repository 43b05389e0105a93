"""Reads the files of a plan in parallel and writes their content into the catalog.

The keyword search then finds a file. Its passages are pending until `write` has stored their
vectors.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType

from askdocs.documents.loaders import LoadError, TimeLimitError, TransientLoadError
from askdocs.documents.loaders.sandbox.client import READERS, read_file, stop_reading
from askdocs.documents.passages import SplitDocument, with_id
from askdocs.index.activity import Tracker
from askdocs.index.catalog import (
    CancelledError,
    FileRecord,
    IndexedDocument,
    IndexedFile,
)
from askdocs.index.session import OpenIndex
from askdocs.index.sync.plan import Plan, with_hash
from askdocs.index.vectors.embedding_cache import vector_key
from askdocs.models.embedders import Embedder
from askdocs.types import Failure, Progress, ProgressListener

_MEGABYTES = 2000  # of memory that reading one file may take
_SMALL = 1_000_000  # bytes; smaller files are read first
# CPU seconds for a small file before it is postponed. Few take longer, and hostile slow files are
# mostly small.
_FIRST_SECONDS = 2.0
_GROUP = 512  # approximate number of passages per transaction
_AHEAD = 32  # maximum number of files that are read but not written
_AHEAD_CHARACTERS = 50_000_000  # of their texts; a larger text waits alone
_TURN = 0.2  # seconds between two checks of a waiting thread whether the sync was stopped
_LOOKS = 50  # checks after which a stopped sync no longer waits for its threads


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to read, or one that is only `renamed` from an earlier path."""

    file: FileRecord
    seconds: float
    renamed: FileRecord | None = None


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A file that cannot be read: its record and the reason."""

    file: FileRecord
    failure: Failure


class Jobs:
    """The files to read, in order, for several threads.

    Small files come first, by size, then renamed ones, then large ones by size. A small file that
    takes too long is postponed to the end, with the full time limit of the settings.
    """

    def __init__(
        self,
        plan: Plan,
        seconds: float,
        on_progress: ProgressListener,
        tracker: Tracker | None = None,
    ) -> None:
        self._on_progress, self._seconds = on_progress, seconds
        self._tracker = tracker or Tracker()
        self._guard = threading.Lock()
        self._jobs = deque(_ordered(plan, seconds))
        self._postponed: deque[_Job] = deque()
        self._total, self._started = len(self._jobs), 0
        self._last: Progress | None = None
        self._tracker.begin((job.file.path, job.file.size) for job in self._jobs)

    def next(self) -> _Job | None:
        """The next job, which is reported to the listener. None if there are no more jobs."""
        with self._guard:
            if self._jobs:
                job = self._jobs.popleft()
                self._started += 1
                self._tracker.reading(job.file.path)
                self._last = Progress("load", self._started, self._total, job.file.path)
                self._on_progress(self._last)
                return job
            if not self._postponed:
                return None
            job = self._postponed.popleft()
            self._tracker.reading(job.file.path)
            return job

    def report_again(self) -> None:
        """Report the last job again, with the pages of a long file. A listener can cancel then."""
        with self._guard:
            if self._last is not None:
                pages = self._tracker.pages_of(self._last.source)
                self._on_progress(replace(self._last, pages=pages))

    def postpone(self, job: _Job) -> bool:
        """Postpone a job that took too long. False if it already had the full time limit."""
        if job.seconds >= self._seconds:
            return False
        with self._guard:
            self._postponed.append(replace(job, seconds=self._seconds))
            self._tracker.postponed(job.file.path)
        return True


class ReadAhead:
    """A queue of files that are read but not written, bounded by their number and their text.

    A text that is larger than the bound is taken where it is alone, so that it is written too.

    Args:
        files: The maximum number of files.
        characters: The maximum number of characters in their documents.
    """

    def __init__(self, files: int, characters: int) -> None:
        self._files, self._characters = files, characters
        self._waiting: deque[tuple[int, IndexedFile | _Unreadable | None]] = deque()
        self._size = 0  # characters
        self._changed = threading.Condition()

    def put(self, found: IndexedFile | _Unreadable | None, timeout: float) -> None:
        """Add a file, or None for a reader that ends. Raises queue.Full after `timeout` seconds."""
        size = _characters(found)

        def has_room() -> bool:
            is_full = len(self._waiting) >= self._files or self._size + size > self._characters
            return not self._waiting or not is_full

        with self._changed:
            if not self._changed.wait_for(has_room, timeout):
                raise queue.Full
            self._waiting.append((size, found))
            self._size += size
            self._changed.notify_all()

    def get(self, timeout: float = 0) -> IndexedFile | _Unreadable | None:
        """Remove the next one. Raises queue.Empty after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._waiting), timeout):
                raise queue.Empty
            size, found = self._waiting.popleft()
            self._size -= size
            self._changed.notify_all()
            return found


def _characters(found: IndexedFile | _Unreadable | None) -> int:
    """The characters of the documents of a file."""
    documents = found.documents if isinstance(found, IndexedFile) else ()
    return sum(len(each.document.text) for each in documents)


class Loading:
    """The threads that read and write the files of a plan while the context is open.

    Attributes:
        failed: The files that could not be read.
    """

    def __init__(self, index: OpenIndex, plan: Plan) -> None:
        self._config, self._catalog = index.config, index.catalog
        self._embedder = index.embedder
        self._tracker = index.tracker
        self._jobs = Jobs(plan, index.config.load_seconds, index.on_progress, index.tracker)
        self._read = ReadAhead(_AHEAD, _AHEAD_CHARACTERS)
        self._stopped = threading.Event()
        self._news = threading.Event()
        self._error: BaseException | None = None
        self._unread = len(plan.added) + len(plan.changed) + len(plan.renamed)
        self._catalog.set_state(files_pending=self._unread)
        works = [self._write_all, *[self._read_all] * READERS]
        self._threads = [self._thread(work) for work in works]
        self.failed: list[Failure] = []

    def __enter__(self) -> Loading:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel the remaining work. A running transaction is committed or rolled back."""
        self._stopped.set()
        for _ in range(_LOOKS):
            with suppress(KeyboardInterrupt):
                alive = [thread for thread in self._threads if thread.is_alive()]
                if not alive:
                    return
                stop_reading([thread.ident for thread in alive if thread.ident])
                alive[0].join(_TURN)

    @property
    def running(self) -> bool:
        """Whether files are still being read or written. Raises the error of a thread."""
        running = self._threads[0].is_alive()
        if self._error is not None:
            raise self._error
        return running

    def wait(self, seconds: float) -> None:
        """Wait until files were written. After `seconds` the last file is reported again."""
        if not self._news.wait(seconds):
            self._jobs.report_again()
        self._news.clear()

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except CancelledError:
                pass
            except BaseException as error:  # raised again by `running`, in the thread of the sync
                self._error = self._error or error
                self._stopped.set()
            finally:
                self._news.set()

        return threading.Thread(target=run, name="askdocs-load", daemon=True)

    # Reading, in several threads

    def _read_all(self) -> None:
        while not self._stopped.is_set() and (job := self._jobs.next()) is not None:
            found = self._do(job)
            if found is not None:
                self._hand_on(found)
        self._hand_on(None)

    def _do(self, job: _Job) -> IndexedFile | _Unreadable | None:
        """The result of a job; None if it is postponed."""
        if job.renamed is not None:
            return self._renamed(job.renamed, job.file)
        file = with_hash(self._config, job.file)
        if file.failure:
            return _Unreadable(file, Failure(file.path, file.failure))
        try:
            documents = read_file(
                self._config.corpus / file.path,
                file.path,
                tokens=self._config.passage_tokens,
                seconds=job.seconds,
                megabytes=_MEGABYTES,
                on_pages=partial(self._tracker.pages, file.path),
            )
        except LoadError as error:
            if self._stopped.is_set():  # it was cancelled
                return None
            if isinstance(error, TimeLimitError) and self._jobs.postpone(job):
                return None
            return _unreadable(file, error)
        return with_keys(self._embedder, file, documents)

    def _renamed(self, old: FileRecord, new: FileRecord) -> IndexedFile:
        """The documents of a renamed file, from the catalog."""
        moved = []
        for source in self._catalog.documents_of(old.path):
            document = self._catalog.document(source)
            assert document is not None
            name = new.path + source.removeprefix(old.path)
            passages = [
                with_id(replace(passage, source=name))
                for passage in self._catalog.passages_of(source)
            ]
            moved.append(SplitDocument(replace(document, source=name), passages))
        return with_keys(self._embedder, new, moved, replaces=old.path)

    def _hand_on(self, found: IndexedFile | _Unreadable | None) -> None:
        while not self._stopped.is_set():
            with suppress(queue.Full):
                self._read.put(found, timeout=_TURN)
                return

    # Writing, in one thread

    def _write_all(self) -> None:
        readers, reported = READERS, self._unread
        while readers and not self._stopped.is_set():
            group: list[IndexedFile] = []
            for found in self._arrived():
                if found is None:
                    readers -= 1
                elif isinstance(found, _Unreadable):
                    self._catalog.record_files([found.file])
                    self._tracker.read(found.file.path)
                    self.failed.append(found.failure)
                    self._unread -= 1
                else:
                    group.append(found)
            if group:
                self._catalog.replace_files(group, cancelled=self._stopped.is_set)
                for each in group:
                    self._tracker.read(each.file.path)
                self._news.set()
            left = self._unread - len(group)
            if left != reported:
                self._catalog.set_state(files_pending=left)
            self._unread = reported = left

    def _arrived(self) -> list[IndexedFile | _Unreadable | None]:
        """The files that were read, at most one transaction; empty after a timeout."""
        arrived: list[IndexedFile | _Unreadable | None] = []
        passages = 0
        with suppress(queue.Empty):
            arrived.append(self._read.get(timeout=_TURN))
            while passages < _GROUP:
                found = arrived[-1]
                if isinstance(found, IndexedFile):
                    passages += sum(len(document.passages) for document in found.documents)
                arrived.append(self._read.get())
        return arrived


def with_keys(
    embedder: Embedder,
    file: FileRecord,
    documents: Sequence[SplitDocument],
    *,
    replaces: str = "",
) -> IndexedFile:
    """A file for the catalog, with the keys of its vectors."""
    indexed = [
        IndexedDocument(
            document.document,
            document.passages,
            [vector_key(embedder, one) for one in document.passages],
        )
        for document in documents
    ]
    return IndexedFile(file, tuple(indexed), replaces)


def _ordered(plan: Plan, seconds: float) -> list[_Job]:
    files = sorted((*plan.added, *plan.changed), key=lambda file: (file.size, file.path))
    small = [file for file in files if file.size < _SMALL]
    large = files[len(small) :]
    return [
        *(_Job(file, min(_FIRST_SECONDS, seconds)) for file in small),
        *(_Job(new, seconds, renamed=old) for old, new in plan.renamed),
        *(_Job(file, seconds) for file in large),
    ]


def _unreadable(file: FileRecord, error: LoadError) -> _Unreadable:
    """The record of a file that cannot be read. Without a hash, the next sync tries again."""
    again = isinstance(error, TransientLoadError)
    record = replace(file, failure=str(error), hash="" if again else file.hash)
    return _Unreadable(record, Failure(file.path, str(error)))
