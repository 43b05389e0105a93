"""A spec, or a LlamaIndex embedding, to a function from texts to vectors of unit length."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.embed_bfloat16 import Bfloat16Encoder, has_bfloat16
from askdocs.embed_server import ServerEmbedder
from askdocs.errors import ConfigError, ModelUnavailableError, first_line

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]
MODELS = Path(__file__).parent / "models"
# Padded tokens a batch: few enough for the cache. With 4096, reading took 1.7 times as long
# (benchmarks/README.md).
BATCH_TOKENS = 512
BATCH_TOKENS_BFLOAT16 = 2048  # few and large products suit its units; 4096 gave no more
# PyTorch compiles and keeps something for every shape: with all lengths as they come, memory grew
# by a gigabyte over 100,000 passages.
_LENGTHS_BFLOAT16 = 16
_MANY = 128  # texts; about as many as are embedded in float32 while PyTorch loads
LONGEST = 256  # tokens that all-MiniLM-L6-v2 was trained to read; the rest of a text is not read


class Embedder(Protocol):
    """What turns texts into vectors. `fingerprint` changes whenever its vectors would."""

    @property
    def fingerprint(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 [texts, dimensions], each row of length 1."""
        ...

    def embed_question(self, question: str) -> Vectors:
        """float32 [dimensions] of length 1."""
        ...


def load_embedder(spec: str, *, threads: int = 0) -> Embedder:
    """The embedding model that a spec names: `onnx:builtin`, `st:NAME-OR-PATH`, `http:URL`.

    The built-in one takes so many `threads`, by default one for each core.
    Raises ConfigError for an unknown spec, ModelUnavailableError where it cannot be loaded.
    """
    kind, _, name = spec.partition(":")
    if spec == "onnx:builtin":
        return OnnxEmbedder(threads=threads)
    if kind == "st" and name:
        return SentenceTransformerEmbedder(name)
    if kind in ("http", "https") and name:
        return ServerEmbedder(spec if name.startswith("//") else name)
    raise ConfigError(
        f"The embedder {spec!r} is not known. Use onnx:builtin, st:NAME-OR-PATH or http:URL."
    )


def load_onnx(name: str, *, threads: int = 0) -> InferenceSession:
    """A session over a model file of the package, on the CPU, its bytes checked by hash.

    With 0 `threads` it takes one for each core.
    Raises ModelUnavailableError where the file is missing or is not the one that was shipped.
    """
    try:
        import onnxruntime
    except ImportError as error:  # such as a Windows without the runtime of Visual C++
        raise ModelUnavailableError(
            f"ONNX Runtime, which runs the models, cannot be loaded: {first_line(error)}"
        ) from error
    data = _checked_bytes(name)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Threads that wait actively slow down every other one where cores are few.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def load_tokenizer() -> Tokenizer:
    """The WordPiece tokenizer that the models of the package share, cutting and padding nothing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(_checked_bytes("tokenizer.json").decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def batches(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Indices of all items, longest first, in batches of at most so many padded `tokens`."""
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    batch: list[int] = []
    for index in order:
        if batch and (len(batch) + 1) * lengths[batch[0]] > tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def padded(encodings: Sequence[Encoding], multiple: int = 1) -> dict[str, NDArray[np.int64]]:
    """The encodings as model inputs, int64 [encodings, longest], padded with zeros.

    The length is rounded up to a `multiple`.
    """
    longest = max(len(encoding.ids) for encoding in encodings)
    shape = (len(encodings), -(-longest // multiple) * multiple)
    names = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    inputs = {name: np.zeros(shape, np.int64) for name in names}
    for row, encoding in enumerate(encodings):
        for name, attribute in names.items():
            inputs[name][row, : len(encoding.ids)] = getattr(encoding, attribute)
    return inputs


class OnnxEmbedder:
    """all-MiniLM-L6-v2 from the package, run by ONNX Runtime: no download, quick to start."""

    def __init__(self, *, threads: int = 0) -> None:
        self._session = load_onnx("embedder.onnx", threads=threads)
        self._tokenizer = load_tokenizer()
        self._tokenizer.enable_truncation(LONGEST)
        self._threads = threads
        self._embedded = 0  # texts of an index
        self._bfloat16: Bfloat16Encoder | None = None
        self.fingerprint = f"onnx:builtin:{_checksums()['embedder.onnx'][:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, None)

    def embed_question(self, question: str) -> Vectors:
        return np.asarray(self.embed([question])[0])

    def embed_many(self, texts: Sequence[str]) -> Vectors:
        """The same for passages of an index: after many of them in bfloat16, if there is that."""
        self._embedded += len(texts)
        if self._bfloat16 is None and self._embedded >= _MANY and has_bfloat16():
            model = _checked_bytes("embedder.onnx")
            self._bfloat16 = Bfloat16Encoder(model, threads=self._threads)
        return self._embed(texts, self._bfloat16)

    def _embed(self, texts: Sequence[str], faster: Bfloat16Encoder | None) -> Vectors:
        encodings = self._tokenizer.encode_batch(list(texts))
        lengths = [len(encoding.ids) for encoding in encodings]
        made = list(batches(lengths, BATCH_TOKENS_BFLOAT16 if faster else BATCH_TOKENS))
        multiple = _LENGTHS_BFLOAT16 if faster else 1
        inputs = (padded([encodings[index] for index in batch], multiple) for batch in made)
        if faster:
            found = faster.encode(inputs)
        else:
            found = (self._session.run(["embedding"], each)[0] for each in inputs)
        vectors = np.zeros((len(texts), 384), np.float32)
        for batch, rows in zip(made, found, strict=True):
            vectors[batch] = rows
        return vectors


def embed_many(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """The vectors of passages for an index, float32 [texts, dimensions], in the fastest way."""
    if isinstance(embedder, OnnxEmbedder):
        return embedder.embed_many(texts)
    return embedder.embed(texts)


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
        except Exception as error:  # the library raises whatever its parts raise
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


def _checksums() -> dict[str, str]:
    found: dict[str, str] = json.loads((MODELS / "checksums.json").read_text(encoding="utf-8"))
    return found


def _checked_bytes(name: str) -> bytes:
    try:
        data = (MODELS / name).read_bytes()
    except OSError as error:
        raise ModelUnavailableError(
            f"The model file {name} is missing from the package. Install askdocs again."
        ) from error
    if sha256(data).hexdigest() != _checksums().get(name):
        raise ModelUnavailableError(
            f"The model file {name} is not the one that was shipped. Install askdocs again."
        )
    return data
