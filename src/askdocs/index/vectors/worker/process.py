"""The child process that has the vector store of an index open.

A request consists of a number, the name of a method of the store, and its arguments. A response
consists of the same number, whether the call succeeded, and the result or the exception. Requests
are processed concurrently. The process ends at the end of its standard input. It closes the store
first, even if its parent was killed.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count, islice
from pathlib import Path
from typing import IO, Any

from askdocs.config import Config
from askdocs.index.vectors.collection import load_writer
from askdocs.index.vectors.probe import has_parent, store_lock
from askdocs.index.vectors.store import VectorStore, open_vectors
from askdocs.system.files import WINDOWS
from askdocs.system.processes import open_answers

READY = 0  # the number of the first response, which belongs to no request
PIECES = frozenset({"ids", "records"})  # methods whose results are sent in pieces
MORE = "more"  # requests the next piece
_PIECE = 1000
_SIDE_BY_SIDE = 8  # requests
_SECONDS_TO_END = 2.0  # for running requests after the parent has ended
_LENGTH_BYTES = 8


def write_message(stream: IO[bytes], message: object) -> None:
    """Write a pickled message, preceded by its length."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    stream.write(len(content).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(content)
    stream.flush()


def read_message(stream: IO[bytes]) -> Any:
    """Read the next message. It is unpickled, so the stream must be from this package.

    Raises:
        EOFError: There is no message, or only a part of one.
    """
    length = int.from_bytes(_exactly(stream, _LENGTH_BYTES), "big")
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


class _Service:
    """Processes requests with a store and writes the responses."""

    def __init__(self, store: VectorStore, answers: IO[bytes]) -> None:
        self._store, self._answers = store, answers
        self._guard = threading.Lock()
        self._numbers = count()
        self._partly_sent: dict[int, Iterator[Any]] = {}  # results that are sent in pieces

    def answer(self, number: int, method: str, values: Any, named: Any) -> None:
        try:
            self._write(number, True, self._do(method, values, named))
        except BaseException as error:
            self._write(number, False, _portable(error))

    def _do(self, method: str, values: Any, named: Any) -> Any:
        if method == MORE:
            return list(islice(self._partly_sent[values[0]], _PIECE))
        if method == "model":
            return self._store.model
        result = getattr(self._store, method)(*values, **named)
        if method not in PIECES:
            return result
        number = next(self._numbers)
        self._partly_sent[number] = iter(result)
        return number

    def _write(self, number: int, succeeded: bool, value: object) -> None:
        with self._guard:
            write_message(self._answers, (number, succeeded, value))


def _portable(error: BaseException) -> Exception:
    """An error that the other process can unpickle: it may not know a library's class."""
    if type(error).__module__.startswith(("askdocs.", "builtins")) and isinstance(error, Exception):
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")


def main(index: Path, parent: int) -> None:
    """Open the store, report it, and process requests until the end of standard input.

    If the process `parent` was killed before this one had the lock, another process may have opened
    the store. Then nothing is done.
    """
    answers = open_answers()
    with store_lock(index):
        if not has_parent(parent):
            return
        try:
            store = open_vectors(Config(index=index), owner="")
        except BaseException as error:
            write_message(answers, (READY, False, _portable(error)))
            return
        write_message(answers, (READY, True, None))
        try:
            _answer_requests(_Service(store, answers))
        finally:
            store.close()


def _answer_requests(service: _Service) -> None:
    if WINDOWS:  # some libraries cannot be loaded there while a thread reads standard input
        load_writer()
    threads = ThreadPoolExecutor(_SIDE_BY_SIDE)
    running: set[Future[None]] = set()
    while True:
        try:
            request = read_message(sys.stdin.buffer)
        except EOFError:
            break
        running = {each for each in running if not each.done()}
        running.add(threads.submit(service.answer, *request))
    threads.shutdown(wait=False, cancel_futures=True)
    if wait(running, _SECONDS_TO_END).not_done:
        os._exit(1)  # as if killed: the next process checks the store before it opens it


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
