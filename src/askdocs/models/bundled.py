"""The models that ship with the package: read, checked, and run on texts in batches."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from askdocs.errors import ModelUnavailableError, first_line

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Rows = NDArray[np.float32]
Inputs = Mapping[str, NDArray[np.int64]]
MODELS = Path(__file__).parent / "weights"
EMBEDDER = "embedder.onnx"
MULTILINGUAL = "embedder_multilingual.onnx.gz"
READER = "reader.onnx"
TOKENIZER = "tokenizer.json.gz"
MULTILINGUAL_TOKENIZER = "tokenizer_multilingual.json.gz"
WORDS = "words.onnx"  # the word table that two models share: a piece to be put after either
_SHARING = frozenset({EMBEDDER, READER})
DIMENSIONS = 384  # of both embedders
# Padded tokens a batch: few enough for the cache. With 4096, reading took 1.7 times as long
# (benchmarks/README.md).
BATCH_TOKENS = 512
LONGEST = 256  # tokens of a text that an embedder reads; all-MiniLM-L6-v2 was trained on no more


def load_onnx(name: str, *, threads: int = 0, outputs: Sequence[str] = ()) -> InferenceSession:
    """A session over a model file of the package, on the CPU, its bytes checked by hash.

    With 0 `threads` it takes one for each core. `outputs` are values within the model, float32,
    that it gives beside its own outputs.
    Raises ModelUnavailableError where the file is missing or is not the one that was shipped.
    """
    try:
        import onnxruntime
    except ImportError as error:  # such as a Windows without the runtime of Visual C++
        raise ModelUnavailableError(
            f"ONNX Runtime, which runs the models, cannot be loaded: {first_line(error)}"
        ) from error
    data = model_bytes(name) + _declared(outputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Threads that wait actively slow down every other one where cores are few.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _declared(outputs: Sequence[str]) -> bytes:
    """A piece of a model that only names outputs, float32, to be put after a whole one.

    Protocol Buffers merge what is written one after the other, so the model has them too: field 7
    of a ModelProto is its graph, field 12 of that an output, whose fields 1 and 2 are name and
    type (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
    """
    float32 = _field(2, _field(1, bytes([1 << 3, 1])))
    graph = b"".join(_field(12, _field(1, name.encode()) + float32) for name in outputs)
    return _field(7, graph) if outputs else b""


def _field(number: int, data: bytes) -> bytes:
    """A field of a Protocol Buffers message, for at most 127 bytes."""
    return bytes([number << 3 | 2, len(data)]) + data


def load_tokenizer(name: str = TOKENIZER) -> Tokenizer:
    """A tokenizer of the package that cuts and pads nothing.

    By default it is the WordPiece tokenizer that all models but the multilingual embedder share.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(_unpacked(name).decode())
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """The words that the tokenizer has in one piece: the most common ones of English."""
    return frozenset(load_tokenizer().get_vocab())


def vectors_of(
    texts: Sequence[str],
    tokenizer: Tokenizer,
    encode: Callable[[Iterable[Inputs]], Iterable[Rows]],
    *,
    tokens: int = BATCH_TOKENS,
    multiple: int = 1,
) -> Rows:
    """float32 [texts, 384], as `encode` gives them for batches of so many padded `tokens`."""
    encodings = tokenizer.encode_batch(list(texts))
    made = list(batches([len(encoding.ids) for encoding in encodings], tokens))
    inputs = (padded([encodings[index] for index in batch], multiple) for batch in made)
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for batch, rows in zip(made, encode(inputs), strict=True):
        vectors[batch] = rows
    return vectors


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


def checksum(name: str) -> str:
    """The SHA-256 that a model file has to have, in hexadecimal."""
    found: dict[str, str] = json.loads((MODELS / "checksums.json").read_text(encoding="utf-8"))
    return found.get(name, "")


def model_bytes(name: str) -> bytes:
    """A model of the package as ONNX, its shared parts included."""
    return _unpacked(name) + (checked_bytes(WORDS) if name in _SHARING else b"")


def _unpacked(name: str) -> bytes:
    """A file of the package, unpacked where its name says that it is packed."""
    data = checked_bytes(name)
    return gzip.decompress(data) if name.endswith(".gz") else data


def model_checksum(name: str) -> str:
    """A checksum that changes with the model: the SHA-256 of its file, or of those of its parts."""
    if name not in _SHARING:
        return checksum(name)
    return sha256(f"{checksum(name)} {checksum(WORDS)}".encode()).hexdigest()


def checked_bytes(name: str) -> bytes:
    """A model file of the package.

    Raises ModelUnavailableError where it is missing or is not the one that was shipped.
    """
    try:
        data = (MODELS / name).read_bytes()
    except OSError as error:
        raise ModelUnavailableError(
            f"The model file {name} is missing from the package. Install askdocs again."
        ) from error
    if sha256(data).hexdigest() != checksum(name):
        raise ModelUnavailableError(
            f"The model file {name} is not the one that was shipped. Install askdocs again."
        )
    return data
