"""Embeds with the workers of a Ray cluster; indexing stays in one process."""

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

_AT_ONCE = 16  # texts a task
_IN_FLIGHT = 64  # tasks; more are sent when these come back
_RETRIES = 5  # of a task whose worker was lost; one that kills six workers is given up
_SECONDS = 600.0  # after which a cluster that does nothing is given up
_KNOCK_SECONDS = 10.0


class RayEmbedder(Closing):
    """The model `spec` as the workers of the cluster at `address` run it, one core each.

    A worker keeps only the model: the task of a lost worker goes to another one. `local`
    is the same model in this process; it embeds questions, and a worker whose model has another
    fingerprint is refused. Use it as a context: at its end the cluster is left.

    Raises ModelUnavailableError where there is no cluster, or no vectors come from it.
    """

    def __init__(self, spec: str, address: str, local: Embedder) -> None:
        self._spec = spec
        self._address = address
        self._local = local
        self.fingerprint = local.fingerprint
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to its makers
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
        """Leave the cluster."""
        self._ray.shutdown()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [texts, dimensions], each row of length 1."""
        waiting: deque[Any] = deque()
        parts = []
        for start in range(0, len(texts), _AT_ONCE):
            if len(waiting) == _IN_FLIGHT:
                parts.append(self._result(waiting.popleft()))
            waiting.append(self._task.remote(self._spec, list(texts[start : start + _AT_ONCE])))
        parts += [self._result(each) for each in waiting]
        return np.concatenate(parts) if parts else self._local.embed([])

    def embed_question(self, question: str) -> NDArray[np.float32]:
        """float32 [dimensions] of length 1."""
        return self._local.embed_question(question)

    def _result(self, task: Any) -> NDArray[np.float32]:
        try:
            fingerprint, vectors = self._ray.get(task, timeout=_SECONDS)
        except self._ray.exceptions.RayError as error:
            raise self._unavailable(error) from error
        if fingerprint != self.fingerprint:
            raise self._unavailable(f"a worker has the model {fingerprint}, not {self.fingerprint}")
        return np.asarray(vectors)

    def _unavailable(self, reason: object) -> ModelUnavailableError:
        told = (str(reason).strip() or type(reason).__name__).splitlines()
        return ModelUnavailableError(
            f"The Ray cluster at {self._address} gives no vectors ({told[-1][:300]}). Start it with"
            " the same askdocs on every machine; what is embedded already is kept."
        )


def _check_reachable(address: str) -> None:
    """Raise OSError where nobody listens at `host:port`: Ray would try for over a minute."""
    place = urlsplit(address if "//" in address else f"//{address}")
    if place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), timeout=_KNOCK_SECONDS).close()


def _embedded(spec: str, texts: list[str]) -> tuple[str, NDArray[np.float32]]:
    """What a worker does: the fingerprint of its model, and the vectors."""
    model = _loaded(spec)
    return model.fingerprint, embed_many(model, texts)


@lru_cache(maxsize=1)
def _loaded(spec: str) -> Embedder:
    return load_embedder(spec, threads=1)
