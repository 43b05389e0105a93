"""The client of the child process that embeds while this process writes the index."""

from __future__ import annotations

import atexit
import json
import os
import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import DIMENSIONS
from askdocs.system import processes

_SIZE = DIMENSIONS * np.dtype(np.float32).itemsize


class WorkerDiedError(Exception):
    """The child process has ended, or could not be started."""


class EmbeddingProcess:
    """A child process that embeds. It starts immediately and needs about 400 MB until `close`.

    A thread of this process would have to wait for Python's global lock, which Chroma and the
    code that writes the index hold most of the time. The child ends with this process, even if
    this process is killed.

    Args:
        threads: How many threads it uses; 0 for one per core.

    Raises:
        WorkerDiedError: It cannot be started.
    """

    def __init__(self, threads: int) -> None:
        self._lock = threading.Lock()
        self._owner = os.getpid()  # a fork of this process must not use the pipes
        try:
            self._child = processes.start("askdocs.models.worker.process", str(threads))
        except OSError as error:
            raise WorkerDiedError from error
        atexit.register(self.close)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [texts, 384], each row of length 1.

        Raises:
            WorkerDiedError: The child process has ended.
        """
        if self._owner != os.getpid():
            raise WorkerDiedError
        with self._lock:
            stdin, stdout = self._child.process.stdin, self._child.process.stdout
            assert stdin is not None
            assert stdout is not None
            try:
                stdin.write(json.dumps(list(texts)).encode("ascii") + b"\n")
                stdin.flush()
                rows = stdout.read(len(texts) * _SIZE)
            except OSError as error:
                raise WorkerDiedError from error
            except BaseException:
                self._child.process.kill()  # a late response would be taken for the next one
                raise
        if len(rows) < len(texts) * _SIZE:
            raise WorkerDiedError
        return np.frombuffer(rows, np.float32).reshape(-1, DIMENSIONS)

    def close(self) -> None:
        """End the child process."""
        atexit.unregister(self.close)
        if self._owner != os.getpid():
            return
        self._child.end()
