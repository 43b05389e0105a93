"""Reading files in another process, with a limit of time and memory for each.

A file that hangs or crashes its reader costs that one file: the process is ended and the next
file gets a new one. Only plain text and markup, which this process decodes itself, and loaders
that a user registered, which cannot leave it, are read here.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from askdocs.documents.loaders import (
    TOO_MUCH_MEMORY,
    LoadError,
    PassingError,
    StrainError,
    is_plain,
    load,
)
from askdocs.system import processes
from askdocs.types import Anchor, Document

_START_LIMIT = 120.0  # seconds for a new process to be ready
_CRASHED = "reading it crashed the reader, or took too much memory: the file may be damaged"
_PROCESS = "askdocs.documents.loaders.sandbox.process"
_NOT_STARTED = "the process that reads files cannot be started"
_TEXT_SHARE = 8  # the memory that reading a plain text takes, as a multiple of its size


def load_guarded(
    path: Path, source: str, *, seconds: float, megabytes: int = 2000
) -> Sequence[Document]:
    """The documents in a file, as `askdocs.documents.loaders.load` gives them, within limits.

    Raises LoadError, and nothing else, also where reading takes more than `seconds` or more memory
    than `megabytes` (Linux; elsewhere only the time is limited). Calls from several threads wait
    for each other.
    """
    if is_plain(path, source):
        size = _size(path)
        if size * _TEXT_SHARE > megabytes * 1_000_000:
            raise LoadError(f"the file is too large: {size // 1_000_000} MB of text")
        return load(path, source)
    return _worker.load(path, source, seconds, megabytes)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise PassingError(
            f"the file cannot be opened: {(error.strerror or '').lower()}"
        ) from error


def stop_reading() -> None:
    """Break off what is being read in the other process, if anything: it fails, for this time."""
    _worker.interrupt()


class Worker:
    """A process that reads files one after the other; started when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: processes.Child | None = None
        self._owner = 0  # a fork of this process must not use its pipes
        self._interrupted = False

    def load(self, path: Path, source: str, seconds: float, megabytes: int) -> Sequence[Document]:
        """What the process answers for a file. Raises LoadError with its reason, or ours."""
        request = {
            "path": str(path.absolute()),
            "source": source,
            "seconds": seconds,
            "megabytes": megabytes,
        }
        with self._lock:
            self._interrupted = False
            try:
                answer = self._ask(request, seconds)
            except BaseException:
                self._stop()  # an answer that still comes must not be taken for the next one
                raise
            if answer is None or answer.get("reason") == TOO_MUCH_MEMORY:
                self._stop()
        if answer is None and self._interrupted:
            raise PassingError("reading it was broken off")
        if answer is None:
            raise StrainError(_CRASHED)
        if "reason" in answer:
            raise LoadError(str(answer["reason"]))
        return [_document(found) for found in answer["documents"]]

    def interrupt(self) -> None:
        """Break off the file that is being read, whoever waits for it."""
        child = self._child
        if child is not None and self._owner == os.getpid():
            self._interrupted = True
            child.process.kill()

    def close(self) -> None:
        """End the process. The next file starts another."""
        with self._lock:
            self._stop()

    def _ask(self, request: dict[str, object], seconds: float) -> Any:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            process.stdin.flush()
        except OSError:
            return None
        line, in_time = _line_within(process, seconds)
        if not in_time and not line:
            raise StrainError(f"reading it took longer than {seconds:g} seconds")
        return json.loads(line) if line else None

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
            raise PassingError(f"{_NOT_STARTED}: {error.strerror or error}") from error
        line, _ = _line_within(self._child.process, _START_LIMIT)
        if not line:
            raise PassingError(_NOT_STARTED)
        return self._child.process

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.end()


def _line_within(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bool]:
    """The next line that the process writes ("" if it ends), and whether it came in time.

    A process that is late is killed: that ends the wait on every system.
    """
    assert process.stdout is not None
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
        timer.join()
    return (line if line.endswith(b"\n") else b""), not late.is_set()


def _document(found: dict[str, Any]) -> Document:
    anchors = tuple(Anchor(*fields) for fields in found["anchors"])
    left_out = tuple(found["left_out"])
    return Document(found["source"], found["text"], found["title"], anchors, left_out)


_worker = Worker()
