"""An embedder that runs on the workers of a Ray cluster. Indexing stays in one process."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from askdocs.errors import ModelUnavailableError
from askdocs.models.embedders import Embedder, embed_many, load_embedder
from askdocs.system.closing import Closing

_TASK_BATCH = 16  # texts per task
_MAX_IN_FLIGHT = 64  # tasks; the next one is sent when the first one returns
_RETRIES = 5  # of a task whose worker was lost; a task that six workers have lost fails
_TIMEOUT = 600.0  # seconds that a task may take
_CONNECT_TIMEOUT = 10.0  # seconds


class RayEmbedder(Closing):
    """An embedding model that the workers of a Ray cluster run, one core each.

    A worker stores nothing but the model, so the task of a lost worker is repeated by another one.
    Vectors of a worker whose model has another fingerprint are rejected. It is a context manager
    that disconnects from the cluster at its end.

    Args:
        spec: The model.
        address: The cluster.
        local: The same model in this process. It embeds questions.

    Raises:
        ModelUnavailableError: Ray is not installed, the cluster cannot be reached, or it returns
            no vectors.
    """

    def __init__(self, spec: str, address: str, local: Embedder) -> None:
        self._spec = spec
        self._address = address
        self._local = local
        self.fingerprint = local.fingerprint
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # no telemetry
        try:
            import ray
        except ImportError as error:
            raise ModelUnavailableError(
                'Embedding by a cluster needs Ray. Run: pip install "askdocs[ray]"'
            ) from error
        self._ray = ray
        try:
            _check_reachable(address)
            ray.init(address, log_to_driver=False, logging_level="ERROR")
        except (ray.exceptions.RayError, OSError, ValueError, RuntimeError) as error:
            raise self._unavailable(error) from error
        self._task = ray.remote(num_cpus=1, max_retries=_RETRIES)(_embedded)

    def close(self) -> None:
        """Disconnect from the cluster."""
        self._ray.shutdown()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [texts, dimensions], each row of length 1."""
        tasks: deque[Any] = deque()
        parts = []
        for start in range(0, len(texts), _TASK_BATCH):
            if len(tasks) == _MAX_IN_FLIGHT:
                parts.append(self._result(tasks.popleft()))
            tasks.append(self._task.remote(self._spec, list(texts[start : start + _TASK_BATCH])))
        parts += [self._result(task) for task in tasks]
        return np.concatenate(parts) if parts else self._local.embed([])

    def embed_question(self, question: str) -> NDArray[np.float32]:
        """float32 [dimensions] of length 1."""
        return self._local.embed_question(question)

    def _result(self, task: Any) -> NDArray[np.float32]:
        try:
            fingerprint, vectors = self._ray.get(task, timeout=_TIMEOUT)
        except self._ray.exceptions.RayError as error:
            raise self._unavailable(error) from error
        if fingerprint != self.fingerprint:
            raise self._unavailable(f"a worker has the model {fingerprint}, not {self.fingerprint}")
        return np.asarray(vectors)

    def _unavailable(self, reason: object) -> ModelUnavailableError:
        lines = (str(reason).strip() or type(reason).__name__).splitlines()
        return ModelUnavailableError(
            f"The Ray cluster at {self._address} returns no vectors ({lines[-1][:300]}). Start it"
            " with the same askdocs on every machine; what is embedded already is kept."
        )


def _check_reachable(address: str) -> None:
    """Raise OSError if nothing listens at `host:port`; Ray would try for over a minute."""
    url = urlsplit(address if "//" in address else f"//{address}")
    if url.hostname and url.port:
        socket.create_connection((url.hostname, url.port), timeout=_CONNECT_TIMEOUT).close()


def _embedded(spec: str, texts: list[str]) -> tuple[str, NDArray[np.float32]]:
    """The task of a worker: returns its model's fingerprint and the vectors."""
    model = _loaded(spec)
    return model.fingerprint, embed_many(model, texts)


@lru_cache(maxsize=1)
def _loaded(spec: str) -> Embedder:
    return load_embedder(spec, threads=1)
