"""A vector store that a child process has open, with the methods of one in this process.

While Chroma changes its graph and writes it to disk, no other Python code of its process runs. In a
process that serves a page, this would delay every request.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from askdocs.errors import VectorsUnavailableError
from askdocs.index.vectors.worker.process import MORE, READY, read_message, write_message
from askdocs.models.embedders import Vectors
from askdocs.system import processes
from askdocs.types import Passage

_PROCESS = "askdocs.index.vectors.worker.process"
_SECONDS_TO_CLOSE = 60.0
_SECONDS_BETWEEN_LOOKS = 0.5  # of a waiting thread; on Windows it handles Ctrl-C between two

_Answer = tuple[bool, Any]  # whether it succeeded; the result or the exception


class WorkerVectorStore:
    """The vectors in an index folder, opened by a child process that ends with this process.

    Its methods are those of `Collection` and raise the same errors. The first call also raises the
    errors of opening the store. They can be called from any thread. Call `probe.check_store` first.

    Raises:
        VectorsUnavailableError: The process cannot be started or has ended. Open another one.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._owner = os.getpid()  # a fork of this process must not use the pipes
        self._guard = threading.Lock()
        self._turn = threading.Lock()  # to write a request
        self._numbers = count(READY + 1)
        self._opening = threading.Lock()
        self._opened: SimpleQueue[_Answer] | None = SimpleQueue()  # None after the store was opened
        self._waiting = {READY: self._opened}
        self.ended = False
        try:
            self._child = processes.start(_PROCESS, str(index.absolute()), str(os.getpid()))
        except OSError as error:
            raise VectorsUnavailableError(
                f"The process for the vectors of {index} cannot be started: {error}."
            ) from error
        processes.let_end_by_itself(self._child)
        atexit.register(self.close)
        threading.Thread(target=self._receive, name="askdocs-vectors", daemon=True).start()

    def close(self) -> None:
        """Make the child process close the store, and wait until it has ended."""
        atexit.unregister(self.close)
        if self._owner != os.getpid():
            return
        self.ended = True
        process = self._child.process
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_CLOSE)
        self._child.end()

    def prepare(self) -> None:
        self._call("prepare")

    def remove(self) -> None:
        self._call("remove")

    def clear(self) -> None:
        self._call("clear")

    def count(self) -> int:
        return int(self._call("count"))

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        self._call("add", list(passages), vectors)

    def save(self) -> None:
        self._call("save")

    def delete(self, ids: Sequence[str]) -> None:
        self._call("delete", list(ids))

    def search(
        self, vector: Vectors, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        named = {"limit": limit, "sources": None if sources is None else list(sources)}
        found: list[tuple[str, float]] = self._call("search", vector, **named)
        return found

    def ids(self) -> Iterator[str]:
        return self._pieces("ids")

    def records(self) -> Iterator[tuple[Passage, Vectors]]:
        return self._pieces("records")

    def unreachable(self, vectors: Mapping[str, Vectors]) -> list[str]:
        found: list[str] = self._call("unreachable", dict(vectors))
        return found

    def needs_check(self, vectors: Mapping[str, Vectors]) -> bool:
        return bool(self._call("needs_check", dict(vectors)))

    def store_model(self, fingerprint: str) -> None:
        self._call("store_model", fingerprint)

    @property
    def model(self) -> str:
        return str(self._call("model"))

    def _pieces(self, method: str) -> Iterator[Any]:
        number = self._call(method)
        while piece := self._call(MORE, number):
            yield from piece

    def _wait_until_open(self) -> None:
        with self._opening:
            if self._opened is not None:
                try:
                    self._result(self._opened)
                except Exception:
                    self.close()
                    raise
                self._opened = None

    def _call(self, method: str, *values: object, **named: object) -> Any:
        self._wait_until_open()
        answers: SimpleQueue[_Answer] = SimpleQueue()
        with self._guard:
            if self.ended or self._owner != os.getpid():
                raise self._lost()
            number = next(self._numbers)
            self._waiting[number] = answers
        stdin = self._child.process.stdin
        assert stdin is not None
        try:
            with self._turn:
                write_message(stdin, (number, method, values, named))
        except (OSError, ValueError) as error:  # its pipe is closed
            self.ended = True  # the thread that receives may not have noticed yet
            raise self._lost() from error
        except BaseException:
            self._child.process.kill()  # the request is incomplete
            raise
        return self._result(answers)

    def _result(self, answers: SimpleQueue[_Answer]) -> Any:
        while True:
            with suppress(Empty):
                succeeded, value = answers.get(timeout=_SECONDS_BETWEEN_LOOKS)
                break
        if succeeded:
            return value
        raise value

    def _receive(self) -> None:
        """Distribute responses until the child process ends, then notify all waiting threads."""
        stdout = self._child.process.stdout
        assert stdout is not None
        with suppress(EOFError, OSError, ValueError):
            while True:
                number, succeeded, value = read_message(stdout)
                with self._guard:
                    answers = self._waiting.pop(number, None)
                if answers is not None:
                    answers.put((succeeded, value))
        with self._guard:
            self.ended = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for answers in waiting:
            answers.put((False, self._lost()))

    def _lost(self) -> VectorsUnavailableError:
        return VectorsUnavailableError(
            f"The process that keeps the vectors of the index {self._index} has ended. Try again;"
            " if that fails too, run `askdocs doctor --repair`."
        )
