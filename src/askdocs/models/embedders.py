"""Embedders, loaded by a spec or given as a LlamaIndex embedding. Vectors have unit length."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.errors import ConfigError, ModelUnavailableError, first_line
from askdocs.models.bundled import (
    EMBEDDER,
    MAX_TOKENS,
    MULTILINGUAL,
    MULTILINGUAL_TOKENIZER,
    TOKENIZER,
    Inputs,
    load_onnx,
    load_tokenizer,
    model_checksum,
    vectors_of,
)
from askdocs.models.embedder_server import REQUEST_BATCH, ServerEmbedder
from askdocs.models.worker.client import EmbeddingProcess, WorkerDiedError
from askdocs.models.worker.encoder import has_bfloat16

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Vectors = NDArray[np.float32]
_log = logging.getLogger(__name__)
# The output of the multilingual network's last layer
HIDDEN_STATES = "model.encoder.layer.11.output.LayerNorm.output"
ENGLISH_SPEC, MULTILINGUAL_SPEC = "onnx:builtin", "onnx:multilingual"
_CACHE_BATCH = 256  # texts that are embedded before their vectors are saved
_WORKER_FROM = 128  # texts; about as many as are embedded in float32 while PyTorch loads


class Embedder(Protocol):
    """Turns texts into vectors. `fingerprint` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 [texts, dimensions], each row of length 1."""
        ...

    def embed_question(self, question: str) -> Vectors:
        """float32 [dimensions] of length 1."""
        ...


def load_embedder(spec: str, *, threads: int = 0, key: str | None = None) -> Embedder:
    """Load the embedding model that a spec names.

    Args:
        spec: `onnx:builtin`, `onnx:multilingual`, `st:NAME-OR-PATH`, or `http:URL`.
        threads: How many threads the built-in model uses; 0 for one per core.
        key: The API key for a server. None takes that of the environment, "" sends none.

    Raises:
        ConfigError: The spec is not known.
        ModelUnavailableError: The model cannot be loaded.
    """
    kind, _, name = spec.partition(":")
    if spec in (ENGLISH_SPEC, MULTILINGUAL_SPEC):
        return OnnxEmbedder(
            _MULTILINGUAL if spec == MULTILINGUAL_SPEC else _ENGLISH, threads=threads
        )
    if kind == "st" and name:
        return SentenceTransformerEmbedder(name)
    if kind in ("http", "https") and name:
        return ServerEmbedder(spec if name.startswith("//") else name, key=key)
    raise ConfigError(
        f"The embedder {spec!r} is not known. Use onnx:builtin, onnx:multilingual, st:NAME-OR-PATH"
        " or http:URL."
    )


@dataclass(frozen=True, slots=True)
class BundledModel:
    """An embedder of the package: its spec, its files, and what its texts are prefixed with."""

    spec: str
    file: str
    tokenizer: str
    question_prefix: str = ""
    text_prefix: str = ""


_ENGLISH = BundledModel(ENGLISH_SPEC, EMBEDDER, TOKENIZER)
_MULTILINGUAL = BundledModel(
    MULTILINGUAL_SPEC, MULTILINGUAL, MULTILINGUAL_TOKENIZER, "query: ", "passage: "
)


class OnnxEmbedder:
    """An embedder of the package, run by ONNX Runtime. It needs no download and starts quickly.

    Args:
        model: Which embedder of the package it is.
        threads: How many threads it uses; 0 for one per core.

    Attributes:
        session: The network. The multilingual one has `HIDDEN_STATES` as an additional output.
    """

    def __init__(self, model: BundledModel = _ENGLISH, *, threads: int = 0) -> None:
        self._model = model
        states = [HIDDEN_STATES] if model.file == MULTILINGUAL else []
        self.session = load_onnx(model.file, threads=threads, outputs=states)
        self._tokenizer = load_tokenizer(model.tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._threads = threads
        self._embedded = 0  # texts that were embedded for the index
        self._worker: EmbeddingProcess | None = None
        self._worker_disabled = model.file != EMBEDDER  # the worker has the English one only
        self.fingerprint = f"{model.spec}:{model_checksum(model.file)[:12]}"

    def share(self) -> OnnxEmbedder:
        """The same loaded model for another index, with a worker of its own."""
        other = copy(self)
        other._worker, other._embedded = None, 0
        return other

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._vectors([self._model.text_prefix + text for text in texts])

    def embed_question(self, question: str) -> Vectors:
        return np.asarray(self._vectors([self._model.question_prefix + question])[0])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return vectors_of(texts, self._tokenizer, self._encode)

    def embed_many(self, texts: Sequence[str]) -> Vectors:
        """Embed the passages of an index, after the first ones in bfloat16 if the CPU supports it.

        A worker process computes in bfloat16. `release_worker` ends it; it is started again when
        it is needed.
        """
        self._embedded += len(texts)
        if self._embedded < _WORKER_FROM or self._worker_disabled or not has_bfloat16():
            return self.embed(texts)
        try:
            self._worker = self._worker or EmbeddingProcess(self._threads)
            return self._worker.embed(texts)
        except WorkerDiedError:  # for example for lack of memory
            _log.warning("The process that embeds in bfloat16 has ended. Continuing in float32.")
            self._worker_disabled = True
            self.release_worker()
            return self.embed(texts)

    def release_worker(self) -> None:
        """End the worker process and free its memory."""
        worker, self._worker = self._worker, None
        self._embedded = 0
        if worker:
            worker.close()

    def _encode(self, inputs: Iterable[Inputs]) -> Iterator[Vectors]:
        for batch in inputs:
            yield self.session.run(["embedding"], batch)[0]


def is_multilingual(embedder: Embedder) -> bool:
    """Whether it is the built-in multilingual embedder. Thresholds were fitted for it only."""
    return embedder.fingerprint.startswith(f"{MULTILINGUAL_SPEC}:")


def embed_many(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Embed passages for an index in the fastest way: float32 [texts, dimensions]."""
    if isinstance(embedder, OnnxEmbedder):
        return embedder.embed_many(texts)
    return embedder.embed(texts)


def save_interval(embedder: Embedder) -> int:
    """How many texts are embedded before their vectors are saved.

    With a server it is one request: the next one may fail, and the last one may have cost money.
    """
    return REQUEST_BATCH if isinstance(embedder, ServerEmbedder) else _CACHE_BATCH


def release_worker(embedder: Embedder) -> None:
    """Free what an embedder has allocated for indexing."""
    if isinstance(embedder, OnnxEmbedder):
        embedder.release_worker()


class SentenceTransformerEmbedder:
    """Any model of sentence-transformers, from a folder or, if the user allows it, from the hub.

    Nothing is downloaded unless the environment variable HF_HUB_OFFLINE is 0.
    """

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, trust_remote_code=False, device="cpu")
        except Exception as error:  # the library raises many types of errors
            raise ModelUnavailableError(
                f"The embedding model {name!r} cannot be loaded ({first_line(error)}). Give the"
                " path of a folder that contains it, or set HF_HUB_OFFLINE=0 to allow the download."
            ) from error
        self.fingerprint = f"st:{name}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_document, list(texts))

    def embed_question(self, question: str) -> Vectors:
        return np.asarray(self._encode(self._model.encode_query, [question])[0])

    def _encode(self, encode: Any, texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension() or 0), np.float32)
        vectors = encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


class LlamaIndexEmbedder:
    """Any LlamaIndex `BaseEmbedding`, given as an object."""

    def __init__(self, model: BaseEmbedding) -> None:
        self._model = model
        self.fingerprint = f"llama-index:{type(model).__name__}:{model.model_name}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return _normalized(np.array(self._model.get_text_embedding_batch(list(texts)), np.float32))

    def embed_question(self, question: str) -> Vectors:
        rows = np.array([self._model.get_query_embedding(question)], np.float32)
        return np.asarray(_normalized(rows)[0])


def _normalized(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
