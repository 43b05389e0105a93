"""Embeds in a child process, in parallel with the process that writes the index."""

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
    """The process has ended, or could not be started."""


class EmbeddingProcess:
    """A child process that embeds. It starts at once and takes some 400 MB until `close`.

    Chroma and Python's own work hold a lock that every thread of a process needs between two
    products; those of another process go on meanwhile. Of `threads`, 0 are one for each core.
    Raises WorkerDiedError where it cannot be started. It ends with this process, however that ends.
    """

    def __init__(self, threads: int) -> None:
        self._turn = threading.Lock()
        self._owner = os.getpid()  # a fork of this process must not use its pipes
        try:
            self._child = processes.start("askdocs.models.bfloat16.process", str(threads))
        except OSError as error:
            raise WorkerDiedError from error
        atexit.register(self.close)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [texts, 384], each row of length 1.

        Raises WorkerDiedError where the process ends.
        """
        if self._owner != os.getpid():
            raise WorkerDiedError
        with self._turn:
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
                self._child.process.kill()  # a late answer must not be taken for the next one
                raise
        if len(rows) < len(texts) * _SIZE:
            raise WorkerDiedError
        return np.frombuffer(rows, np.float32).reshape(-1, DIMENSIONS)

    def close(self) -> None:
        """End the process."""
        atexit.unregister(self.close)
        if self._owner != os.getpid():
            return
        self._child.end()
