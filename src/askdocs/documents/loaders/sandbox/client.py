"""Reads and splits files in child processes, with limits on time and memory for each file.

If a file makes its process hang or crash, only that file fails: the process is killed, and the next
file gets a new one. Two files are read concurrently. Loaders that a program registered run in this
process, since a child process does not have them.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from askdocs.documents.loaders.errors import (
    LoadError,
    ResourceLimitError,
    TimeLimitError,
    TransientLoadError,
)
from askdocs.documents.loaders.registry import TOO_MUCH_MEMORY, is_registered, load
from askdocs.documents.loaders.sandbox.process import CPU_LIMIT_STATUS, LONGEST_LINE
from askdocs.documents.loaders.shared.page_progress import PageListener, listening
from askdocs.documents.passages import PassageSpan, SplitDocument, passages_at, split
from askdocs.system import processes
from askdocs.types import Anchor, Document

READERS = 2  # files that are read concurrently
_START_SECONDS = 120.0  # allowed for the start of a process
_WALL_FACTOR = 10.0  # wall-clock seconds allowed for each CPU second: the machine may be busy
_LEAST_WALL_SECONDS = 60.0  # even for a short CPU limit, since a disk may have to spin up
_TEXT_SHARE = 8  # bytes of memory for each character of a text
_CRASHED = "reading it crashed the reader, or took too much memory: the file may be damaged"
_TOO_LARGE = "the file is too large: more than {} million characters of text"
_PROCESS = "askdocs.documents.loaders.sandbox.process"
_NOT_STARTED = "the process that reads files cannot be started"


def read_file(
    path: Path,
    source: str,
    *,
    tokens: int,
    seconds: float,
    megabytes: int = 2000,
    on_pages: PageListener | None = None,
) -> Sequence[SplitDocument]:
    """Read a file and split its documents into passages, within limits.

    Args:
        path: The file.
        source: Its path in the corpus, with forward slashes.
        tokens: The target size of a passage, in tokens.
        seconds: CPU time that reading and splitting may take. Ten times as much wall-clock time
            may pass, and a minute at least.
        megabytes: Memory that the reading process may grow by (Linux only).
        on_pages: Called from time to time with the number of pages read, and of all.

    Returns:
        The documents in the file, with their passages.

    Raises:
        LoadError: The file cannot be read. It is a ResourceLimitError if a limit was exceeded, and
            a TransientLoadError if the file itself is not the cause.
    """
    if is_registered(source):
        with listening(on_pages):
            return [
                SplitDocument(document, split(document, tokens=tokens))
                for document in load(path, source)
            ]
    return _readers.read(
        path, source, tokens=tokens, seconds=seconds, megabytes=megabytes, on_pages=on_pages
    )


def load_guarded(
    path: Path, source: str, *, seconds: float, megabytes: int = 2000
) -> Sequence[Document]:
    """Read a file like `read_file`, but return only its documents."""
    found = read_file(path, source, tokens=100, seconds=seconds, megabytes=megabytes)
    return [split_document.document for split_document in found]


def stop_reading(threads: Collection[int] | None = None) -> None:
    """Cancel the files that some threads are reading. Each raises a TransientLoadError.

    Args:
        threads: The identifiers of the threads; None for all. Other folders may be read meanwhile.
    """
    _readers.interrupt(threads)


class ReaderPool:
    """A pool of reading processes. `read` may be called from any thread."""

    def __init__(self, size: int = READERS) -> None:
        self._workers = [Worker() for _ in range(size)]
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def read(
        self,
        path: Path,
        source: str,
        *,
        tokens: int,
        seconds: float,
        megabytes: int,
        on_pages: PageListener | None = None,
    ) -> Sequence[SplitDocument]:
        """Read a file in an idle process. Waits until there is one."""
        worker = self._idle.get()
        try:
            return worker.read(
                path, source, tokens=tokens, seconds=seconds, megabytes=megabytes, on_pages=on_pages
            )
        finally:
            self._idle.put(worker)

    def interrupt(self, threads: Collection[int] | None = None) -> None:
        """Cancel the files that these threads are reading, or all."""
        for worker in self._workers:
            worker.interrupt(threads)

    def close(self) -> None:
        """End the processes. The next file starts a new one."""
        for worker in self._workers:
            worker.close()


class Worker:
    """A process that reads files one after the other. It is started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while a file is read
        self._guard = threading.Lock()  # for `_reader` and `_interrupted`
        self._child: processes.Child | None = None
        self._owner = 0  # the process that may use the pipes, which a fork must not
        self._reader: int | None = None  # the thread whose file is being read
        self._interrupted = False

    def read(
        self,
        path: Path,
        source: str,
        *,
        tokens: int = 100,
        seconds: float,
        megabytes: int,
        on_pages: PageListener | None = None,
    ) -> Sequence[SplitDocument]:
        """Read a file in the process. Raises the errors of `read_file`."""
        request = {
            "path": str(path.absolute()),
            "source": source,
            "tokens": tokens,
            "seconds": seconds,
            "wall_seconds": _wall_seconds(seconds),
            "megabytes": megabytes,
        }
        with self._lock:
            with self._guard:
                self._reader, self._interrupted = threading.get_ident(), False
            try:
                return self._read(request, seconds, megabytes, on_pages)
            except BaseException as error:
                if not isinstance(error, LoadError) or isinstance(error, ResourceLimitError):
                    self._stop()  # its late output must not be read as the next answer
                if self._interrupted and isinstance(error, LoadError):
                    raise TransientLoadError("reading it was cancelled") from error
                raise
            finally:
                with self._guard:
                    self._reader = None
                if self._interrupted:
                    self._stop()  # it was killed, perhaps after its answer

    def interrupt(self, threads: Collection[int] | None = None) -> None:
        """Cancel the file that is being read, if one of these threads reads it."""
        with self._guard:
            child = self._child
            if child is None or self._reader is None or self._owner != os.getpid():
                return
            if threads is None or self._reader in threads:
                self._interrupted = True
                child.process.kill()

    def close(self) -> None:
        """End the process. The next file starts a new one."""
        with self._lock:
            self._stop()

    def _read(
        self,
        request: dict[str, Any],
        seconds: float,
        megabytes: int,
        on_pages: PageListener | None,
    ) -> Sequence[SplitDocument]:
        process = self._started()
        assert process.stdin is not None
        with _kill_after(process, request["wall_seconds"]) as late:
            try:
                process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
                process.stdin.flush()
                found = _AnswerParser(megabytes * 1_000_000 // _TEXT_SHARE, on_pages)
                complete = any(found.take(answer) for answer in _read_answers(process))
            except _BAD_ANSWER as error:
                raise ResourceLimitError(_CRASHED) from error
        if not complete:
            raise _limit_error(process, seconds, late=late.is_set())
        if late.is_set():
            self._stop()  # it was killed after its answer
        return found.documents

    def _started(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._child, self._owner = None, os.getpid()
        if self._child is not None and self._child.process.poll() is None:
            return self._child.process
        self._stop()
        atexit.unregister(self.close)
        atexit.register(self.close)
        try:
            self._child = processes.start(_PROCESS)
        except OSError as error:  # a full disk, or no memory
            raise TransientLoadError(f"{_NOT_STARTED}: {error.strerror or error}") from error
        with _kill_after(self._child.process, _START_SECONDS):
            ready = next(_read_answers(self._child.process), None)
        if ready is None:
            self._stop()
            raise TransientLoadError(_NOT_STARTED)
        return self._child.process

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.end()


_BAD_ANSWER = (OSError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError)


class _AnswerParser:
    """Assembles the documents of a file from the lines of an answer."""

    def __init__(self, characters: int, on_pages: PageListener | None = None) -> None:
        self._on_pages = on_pages
        self.documents: list[SplitDocument] = []
        self._left = self._allowed = characters
        self._name: dict[str, Any] = {}
        self._text: list[str] = []
        self._anchors: list[Anchor] = []
        self._spans: list[PassageSpan] = []

    def take(self, line: dict[str, Any]) -> bool:
        """Process the next line; whether it is the last one. Raises LoadError for a reason line."""
        if "reason" in line:
            kind = ResourceLimitError if line["reason"] == TOO_MUCH_MEMORY else LoadError
            raise kind(str(line["reason"]))
        if "text" in line:
            self._left -= len(line["text"])
            if self._left < 0:
                raise ResourceLimitError(_TOO_LARGE.format(self._allowed // 1_000_000))
            self._text.append(line["text"])
        elif "anchors" in line:
            self._anchors += [Anchor(*fields) for fields in line["anchors"]]
        elif "passages" in line:
            self._spans += [PassageSpan(*span) for span in line["passages"]]
        elif "pages" in line:
            done, total = line["pages"]
            are_counts = type(done) is type(total) is int
            if self._on_pages and are_counts and 0 < done <= total:
                self._on_pages(done, total)
        elif "document" in line:
            self._name = line["document"]
        elif "end" in line:
            self._close()
        return "done" in line

    def _close(self) -> None:
        text, anchors = "".join(self._text), tuple(self._anchors)
        name, left_out = self._name, tuple(self._name["left_out"])
        document = Document(name["source"], text, name["title"], anchors, left_out)
        self.documents.append(SplitDocument(document, passages_at(document, self._spans)))
        self._text, self._anchors, self._spans = [], [], []


def _wall_seconds(seconds: float) -> float:
    return max(_WALL_FACTOR * seconds, _LEAST_WALL_SECONDS)


def _limit_error(process: subprocess.Popen[bytes], seconds: float, *, late: bool) -> LoadError:
    """The error for the limit that ended a process."""
    process.kill()
    process.wait()
    if late:
        return TimeLimitError(f"reading it took longer than {_wall_seconds(seconds):g} seconds")
    ended_by_timer = -getattr(signal, "SIGPROF", 0)
    if process.returncode in {CPU_LIMIT_STATUS, ended_by_timer} - {0}:
        return TimeLimitError(f"reading it took longer than {seconds:g} seconds of CPU time")
    return ResourceLimitError(_CRASHED)


@contextmanager
def _kill_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill a process after so much wall-clock time, unless it has finished. The event is set then.

    Killing the process ends the wait for its answer on every system.
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


def _read_answers(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """The lines that a process writes, until it ends."""
    assert process.stdout is not None
    while line := process.stdout.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            return
        yield json.loads(line)


_readers = ReaderPool()
