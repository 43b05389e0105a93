"""The process that reads and splits files: a request a line in, lines of an answer out.

An answer is many short lines, so that whoever reads it never works on a large one at once. For each
document: its name, its text and anchors in pieces, the places of its passages, and an end.
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
from askdocs.documents.passages import passage_spans
from askdocs.system.files import WINDOWS
from askdocs.system.processes import open_answers
from askdocs.types import Document

T = TypeVar("T", bound=Sequence[Any])
# While a thread of Windows waits for standard input, libraries that look at it, as that of PDFs
# and numpy do, cannot be loaded: https://github.com/numpy/numpy/issues/24290
WAITS_APART = not WINDOWS
CPU_LIMIT_STATUS = 97  # the exit status where no signal tells that the CPU time is used up
_TEXT_PIECE = 500_000  # characters in a line of an answer; each takes 12 bytes at most in JSON
_LIST_PIECE = 2_000  # anchors or passages in a line
LONGEST_LINE = 64_000_000  # bytes; a longer line is no answer
_LONGEST_NAME = 4096  # characters of the path of a document inside a file
_LONGEST_TITLE = 10_000  # characters
_MOST_LEFT_OUT, _LONGEST_PHRASE = 100, 300  # notes of what was not read, and characters of each
_GRACE = 10.0  # seconds after which the process ends itself, should its parent be gone
_CPU_CHECKS = 0.1  # seconds between two looks at the CPU time, where the system sends no signal


def main() -> None:
    """Answer requests until standard input ends."""
    answers = open_answers()
    _write(answers, {"ready": True})
    for request in _lines() if WAITS_APART else sys.stdin.buffer:
        _answer(json.loads(request), answers)


def _lines() -> Iterator[bytes]:
    """Requests as they come; when the parent has gone, all ends at once, whatever is being read."""
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    while True:
        yield requests.get()


def _receive(requests: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def _write(answers: IO[bytes], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


def _answer(request: dict[str, Any], answers: IO[bytes]) -> None:
    reason = ""
    with _limits(request):
        try:
            for document in load(Path(request["path"]), request["source"]):
                for line in _document_lines(document, request["tokens"]):
                    _write(answers, line)
        except LoadError as error:
            reason = str(error)
        except MemoryError:
            reason = TOO_MUCH_MEMORY
        except BaseException as error:  # a panic of a library written in Rust is no Exception
            reason = f"the file is damaged ({type(error).__name__})"
    _write(answers, {"reason": reason} if reason else {"done": True})


def _document_lines(document: Document, tokens: int) -> Iterator[dict[str, Any]]:
    if len(document.source) > _LONGEST_NAME:
        raise LoadError("a part of the file has too long a name")
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
    """The limits of a request: CPU time, memory, and wall-clock time if the parent is gone."""
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
    """End this process once it has used so much CPU time, in all its threads.

    On Linux and macOS the system ends it by SIGPROF, whatever it is doing. On Windows a thread
    looks at the time; it has to wait while a library holds the interpreter.
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
    """Let the process grow by so much, where the system can limit it; None lifts the limit."""
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
        return  # Windows and macOS: the limit of time must do


if __name__ == "__main__":
    main()
