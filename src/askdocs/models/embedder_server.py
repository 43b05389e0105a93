"""An embedding model on a server with OpenAI's API, such as Ollama or text-embeddings-inference."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from askdocs.credentials import EMBEDDER_KEY, read_secret
from askdocs.errors import ConfigError, ModelUnavailableError
from askdocs.system.network import is_loopback

REQUEST_BATCH = 32  # texts per request; common servers allow at least as many
_TIMEOUT = 60.0  # seconds without a byte
_TOTAL_TIMEOUTS = 3  # timeouts that the whole reply may take
_REPLY_BYTES = 64_000_000  # enough for 32 vectors of 16,384 numbers, 100 bytes each
_ERROR_CHARACTERS = 300


class ServerEmbedder:
    """The embedder `http:URL` or `http:MODEL@URL`, which sends requests to `URL/v1/embeddings`.

    The fingerprint contains the MODEL, so the server may move. Without a MODEL it contains the URL.

    Args:
        name: `URL` or `MODEL@URL`.
        key: The API key. None takes that of the environment, "" sends none.

    Raises:
        ConfigError: `name` has no URL.
        ModelUnavailableError: From its methods: the server returns no usable vectors.
    """

    def __init__(self, name: str, *, key: str | None = None) -> None:
        model, at, url = name.rpartition("@")
        place = urlsplit(url)
        if place.scheme not in ("http", "https") or not place.hostname or (at and not model):
            raise ConfigError(
                f"The embedder 'http:{name}' has no address. Write http:URL or http:MODEL@URL, as"
                " in http:http://localhost:8080."
            )
        self._key = key
        self._model = model
        self._url = url
        self._endpoint = _endpoint(url)
        self.fingerprint = f"http:{model or url}"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 [texts, dimensions], each row of length 1."""
        parts = [
            self._requested(texts[start : start + REQUEST_BATCH])
            for start in range(0, len(texts), REQUEST_BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def embed_question(self, question: str) -> NDArray[np.float32]:
        """float32 [dimensions] of length 1."""
        return np.asarray(self._requested([question])[0])

    def _requested(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import httpx

        from askdocs.system.http import UNCOMPRESSED, limit_reply, without_secret

        body = {"model": self._model or "default", "input": list(texts), "encoding_format": "float"}
        key = read_secret(EMBEDDER_KEY) if self._key is None else self._key
        headers = {**UNCOMPRESSED, **({"Authorization": f"Bearer {key}"} if key else {})}
        proxies = not is_loopback(urlsplit(self._url).hostname)  # a proxy cannot reach this machine
        deadline = time.monotonic() + _TOTAL_TIMEOUTS * _TIMEOUT
        try:
            # Redirections are not followed, because the key is for this address only.
            with (
                httpx.Client(headers=headers, timeout=_TIMEOUT, trust_env=proxies) as client,
                client.stream("POST", self._endpoint, json=body) as response,
            ):
                limit_reply(response, _REPLY_BYTES, stopped=lambda: time.monotonic() > deadline)
                response.read()
            if response.status_code != 200:
                text = without_secret(response.text, key)[:_ERROR_CHARACTERS]
                raise self._unavailable(f"status {response.status_code}: {text}")
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
            if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
                raise ValueError(f"{len(rows)} vectors for {len(texts)} texts")
        except (
            httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, RecursionError,
            OverflowError,
        ) as error:  # fmt: skip
            reason = without_secret(str(error), key) or type(error).__name__
            raise self._unavailable(reason) from error
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)

    def _unavailable(self, reason: str) -> ModelUnavailableError:
        return ModelUnavailableError(
            f"The embedding server at {self._url} gives no vectors ({reason}). Start it, or correct"
            f" the setting embedder. If it needs a key, put that into {EMBEDDER_KEY}."
        )


def _endpoint(url: str) -> str:
    base = url.rstrip("/")
    if base.endswith("/embeddings"):
        return base
    return f"{base}/embeddings" if base.endswith("/v1") else f"{base}/v1/embeddings"
