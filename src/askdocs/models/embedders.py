"""Loads embedders: from a spec, or from a LlamaIndex embedding. Vectors have unit length."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.errors import ConfigError, ModelUnavailableError, first_line
from askdocs.models.bfloat16.client import EmbeddingProcess, WorkerDiedError
from askdocs.models.bfloat16.encoder import has_bfloat16
from askdocs.models.bundled import (
    EMBEDDER,
    LONGEST,
    MULTILINGUAL,
    MULTILINGUAL_TOKENIZER,
    TOKENIZER,
    Inputs,
    load_onnx,
    load_tokenizer,
    model_checksum,
    vectors_of,
)
from askdocs.models.embedder_server import AT_ONCE, ServerEmbedder

Vectors = NDArray[np.float32]
_log = logging.getLogger(__name__)
STATES = "model.encoder.layer.11.output.LayerNorm.output"  # of the multilingual network, the last
ENGLISH_SPEC, MULTILINGUAL_SPEC = "onnx:builtin", "onnx:multilingual"
_AT_ONCE = 256  # texts embedded before their vectors are saved
_MANY = 128  # texts; about as many as are embedded in float32 while PyTorch loads


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
        threads: that the built-in model takes, by default one for each core.
        key: what a server is shown, by default that of the environment; "" for none.

    Raises:
        ConfigError: for an unknown spec.
        ModelUnavailableError: if the model cannot be loaded.
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
class Bundled:
    """An embedder of the package: its spec, its files, and the prefixes of its texts."""

    spec: str
    file: str
    tokenizer: str
    before_question: str = ""
    before_text: str = ""


_ENGLISH = Bundled(ENGLISH_SPEC, EMBEDDER, TOKENIZER)
_MULTILINGUAL = Bundled(
    MULTILINGUAL_SPEC, MULTILINGUAL, MULTILINGUAL_TOKENIZER, "query: ", "passage: "
)


class OnnxEmbedder:
    """An embedder of the package, run by ONNX Runtime: no download, quick to start.

    `session` is its network. That of the multilingual one gives its hidden states (`STATES`) too.
    """

    def __init__(self, model: Bundled = _ENGLISH, *, threads: int = 0) -> None:
        self._model = model
        states = [STATES] if model.file == MULTILINGUAL else []
        self.session = load_onnx(model.file, threads=threads, outputs=states)
        self._tokenizer = load_tokenizer(model.tokenizer)
        self._tokenizer.enable_truncation(LONGEST)
        self._threads = threads
        self._embedded = 0  # texts of an index
        self._faster: EmbeddingProcess | None = None
        self._alone = model.file != EMBEDDER  # the process in bfloat16 has the English one
        self.fingerprint = f"{model.spec}:{model_checksum(model.file)[:12]}"

    def sibling(self) -> OnnxEmbedder:
        """The same loaded model for another index: only the process for many passages differs."""
        other = copy(self)
        other._faster, other._embedded = None, 0
        return other

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._vectors([self._model.before_text + text for text in texts])

    def embed_question(self, question: str) -> Vectors:
        return np.asarray(self._vectors([self._model.before_question + question])[0])

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        return vectors_of(texts, self._tokenizer, self._encode)

    def embed_many(self, texts: Sequence[str]) -> Vectors:
        """The same for passages of an index: after many of them in bfloat16, if there is that.

        `rest` ends the process which does so; it is started again when it is needed.
        """
        self._embedded += len(texts)
        if self._embedded < _MANY or self._alone or not has_bfloat16():
            return self.embed(texts)
        try:
            self._faster = self._faster or EmbeddingProcess(self._threads)
            return self._faster.embed(texts)
        except WorkerDiedError:  # there was no memory for it, for one
            _log.warning("The process that embeds in bfloat16 has ended: going on in float32.")
            self._alone = True
            self.rest()
            return self.embed(texts)

    def rest(self) -> None:
        """Free what only many passages need."""
        faster, self._faster = self._faster, None
        self._embedded = 0
        if faster:
            faster.close()

    def _encode(self, inputs: Iterable[Inputs]) -> Iterator[Vectors]:
        for each in inputs:
            yield self.session.run(["embedding"], each)[0]


def is_multilingual(embedder: Embedder) -> bool:
    """Whether it is the built-in embedder for many languages, for which thresholds are known."""
    return embedder.fingerprint.startswith(f"{MULTILINGUAL_SPEC}:")


def embed_many(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """The vectors of passages for an index, float32 [texts, dimensions], in the fastest way."""
    if isinstance(embedder, OnnxEmbedder):
        return embedder.embed_many(texts)
    return embedder.embed(texts)


def texts_at_once(embedder: Embedder) -> int:
    """How many texts are embedded before their vectors are saved: of a server, one request.

    The next request may fail, and the last one may have cost money.
    """
    return AT_ONCE if isinstance(embedder, ServerEmbedder) else _AT_ONCE


def rest(embedder: Embedder) -> None:
    """Free what an embedder has allocated for many passages."""
    if isinstance(embedder, OnnxEmbedder):
        embedder.rest()


class SentenceTransformerEmbedder:
    """Any model of sentence-transformers, from a folder or, if the user allows it, a hub.

    Models are looked up offline unless the environment says HF_HUB_OFFLINE=0.
    """

    def __init__(self, name: str) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, trust_remote_code=False, device="cpu")
        except Exception as error:  # the library raises errors of many kinds
            raise ModelUnavailableError(
                f"The embedding model {name!r} cannot be loaded ({first_line(error)}). Give the"
                " path of a folder that holds it, or set HF_HUB_OFFLINE=0 to allow the download."
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

    def __init__(self, model: Any) -> None:
        self._model = model
        self.fingerprint = f"llama-index:{type(model).__name__}:{model.model_name}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return _unit(np.array(self._model.get_text_embedding_batch(list(texts)), np.float32))

    def embed_question(self, question: str) -> Vectors:
        rows = np.array([self._model.get_query_embedding(question)], np.float32)
        return np.asarray(_unit(rows)[0])


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
