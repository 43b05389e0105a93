"""The process that reads and splits files. Each request is one line, each answer several lines.

The lines of an answer are short, so that the parent never parses a large one at once. For each
document there are lines with its name, its text and anchors in pieces, the spans of its passages,
and an end. Lines with the number of pages that have been read come before them.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import IO, Any, TypeVar

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.registry import TOO_MUCH_MEMORY, load
from askdocs.documents.loaders.shared.page_progress import listening
from askdocs.documents.passages import passage_spans
from askdocs.system.files import WINDOWS
from askdocs.system.processes import open_answers
from askdocs.types import Document

T = TypeVar("T", bound=Sequence[Any])
# On Windows, while a thread waits for standard input, libraries that access it cannot be loaded,
# such as pypdfium2 and numpy: https://github.com/numpy/numpy/issues/24290
READS_IN_THREAD = not WINDOWS
CPU_LIMIT_STATUS = 97  # the exit status at the CPU limit, on systems without the signal
_TEXT_PIECE = 500_000  # characters in a line of an answer; each has at most 12 bytes in JSON
_LIST_PIECE = 2_000  # anchors or passages in a line of an answer
LONGEST_LINE = 64_000_000  # bytes; a longer line is invalid
_LONGEST_NAME = 4096  # characters of the path of a document inside a file
_LONGEST_TITLE = 10_000  # characters
_MOST_LEFT_OUT, _LONGEST_PHRASE = 100, 300  # phrases about skipped content, characters of each
_GRACE = 10.0  # seconds after the time limit, when the process ends itself without its parent
_PAGES_EVERY = 0.3  # seconds between two lines with the number of pages
_CPU_CHECKS = 0.1  # seconds between two checks of the CPU time, on systems without the signal


def main() -> None:
    """Answer requests until standard input ends."""
    answers = open_answers()
    _write_line(answers, {"ready": True})
    for request in _read_requests() if READS_IN_THREAD else sys.stdin.buffer:
        _answer(json.loads(request), answers)


def _read_requests() -> Iterator[bytes]:
    """The requests as they arrive. When the parent ends, the process exits immediately."""
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    while True:
        yield requests.get()


def _receive(requests: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def _write_line(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


def _answer(request: dict[str, Any], answers: IO[bytes]) -> None:
    reason = ""
    with _limits(request), listening(_PageLines(answers)):
        try:
            for document in load(Path(request["path"]), request["source"]):
                for line in _document_lines(document, request["tokens"]):
                    _write_line(answers, line)
        except LoadError as error:
            reason = str(error)
        except MemoryError:
            reason = TOO_MUCH_MEMORY
        except BaseException as error:  # a panic of a Rust library is not an Exception
            reason = f"the file is damaged ({type(error).__name__})"
    _write_line(answers, {"reason": reason} if reason else {"done": True})


class _PageLines:
    """Writes how many pages have been read, from time to time; of a short file nothing."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _PAGES_EVERY:
            self._last = now
            _write_line(self._answers, {"pages": [done, total]})


def _document_lines(document: Document, tokens: int) -> Iterator[dict[str, Any]]:
    if len(document.source) > _LONGEST_NAME:
        raise LoadError("the name of a part of the file is too long")
    left_out = [what[:_LONGEST_PHRASE] for what in document.left_out[:_MOST_LEFT_OUT]]
    title = document.title[:_LONGEST_TITLE]
    yield {"document": {"source": document.source, "title": title, "left_out": left_out}}
    for text in _pieces(document.text, _TEXT_PIECE):
        yield {"text": text}
    for anchors in _pieces(document.anchors, _LIST_PIECE):
        yield {"anchors": [astuple(anchor) for anchor in anchors]}
    for spans in _pieces(passage_spans(document, tokens=tokens), _LIST_PIECE):
        yield {"passages": [astuple(span) for span in spans]}
    yield {"end": True}


def _pieces(whole: T, size: int) -> Iterator[T]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]  # type: ignore[misc]


@contextmanager
def _limits(request: dict[str, Any]) -> Iterator[None]:
    """Apply the limits of a request: CPU time, memory, and wall-clock time without the parent."""
    with Path(os.devnull).open("w") as nowhere:
        seconds = request["wall_seconds"] + _GRACE
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        limit_memory(request["megabytes"])
        try:
            with _cpu_limit(request["seconds"]):
                yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            limit_memory(None)


@contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """End this process after so much CPU time of all its threads.

    On Linux and macOS the system ends it with SIGPROF, at any point. On Windows a thread checks the
    time. It has to wait while a library holds the global interpreter lock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        return
    done = threading.Event()
    end = time.process_time() + seconds
    threading.Thread(target=_watch_cpu, args=(end, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _watch_cpu(end: float, done: threading.Event) -> None:
    while not done.wait(_CPU_CHECKS):
        if time.process_time() > end:
            os._exit(CPU_LIMIT_STATUS)


def limit_memory(megabytes: int | None) -> None:
    """Let the process grow by at most so much, on Linux. None removes the limit."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if megabytes is None:
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
            return
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + megabytes * 1_000_000
        limit = allowed if hard == resource.RLIM_INFINITY else min(allowed, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    except (ImportError, OSError, ValueError):
        return  # on Windows and macOS there is only the time limit


if __name__ == "__main__":
    main()
