"""The models that are shipped with the package: loading, checksums and batching."""

from __future__ import annotations

import gzip
import json
import os
import threading
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
WORDS = "words.onnx"  # the word embeddings that two models share; appended to either file
_SHARE_WORDS = frozenset({EMBEDDER, READER})
DIMENSIONS = 384  # of the vectors of both embedders
_PARSING = threading.Lock()  # a tokenizer that two threads need is parsed once
# Padded tokens per batch: few enough for the CPU cache. With 4096, reading took 1.7 times as long
# (benchmarks/README.md).
BATCH_TOKENS = 512
MAX_TOKENS = 256  # per text of an embedder; all-MiniLM-L6-v2 was trained with this limit


def load_onnx(name: str, *, threads: int = 0, outputs: Sequence[str] = ()) -> InferenceSession:
    """Load a model file of the package for the CPU, after its checksum is verified.

    Args:
        name: The model file.
        threads: How many threads it uses; 0 for one per core.
        outputs: Internal float32 values that the session returns in addition to its outputs.

    Raises:
        ModelUnavailableError: The file is missing, or is not the one that was shipped.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # it would report to its makers
    try:
        import onnxruntime
    except ImportError as error:  # such as a Windows without the runtime of Visual C++
        raise ModelUnavailableError(
            f"ONNX Runtime, which runs the models, cannot be loaded: {first_line(error)}"
        ) from error
    data = model_bytes(name) + _output_declarations(outputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Threads that wait actively slow down all others on machines with few cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _output_declarations(outputs: Sequence[str]) -> bytes:
    """Bytes that declare float32 outputs when they are appended to a model file.

    Protocol Buffers merge concatenated messages. Field 7 of a ModelProto is its graph, field 12 of
    a graph is an output, and fields 1 and 2 of an output are its name and its type
    (https://protobuf.dev/programming-guides/encoding/#last-one-wins).
    """
    float32 = _field(2, _field(1, bytes([1 << 3, 1])))
    graph = b"".join(_field(12, _field(1, name.encode()) + float32) for name in outputs)
    return _field(7, graph) if outputs else b""


def _field(number: int, data: bytes) -> bytes:
    """A field of a Protocol Buffers message, of at most 127 bytes."""
    return bytes([number << 3 | 2, len(data)]) + data


def load_tokenizer(name: str = TOKENIZER) -> Tokenizer:
    """A tokenizer of the package, without truncation and padding.

    All tokenizers of one file share its vocabulary, which is parsed once per process. Truncation
    and padding belong to each tokenizer alone.

    Args:
        name: The file. By default it is the WordPiece tokenizer of all English models.

    Raises:
        ModelUnavailableError: The file is missing, or is not the one that was shipped.
    """
    from tokenizers import Tokenizer

    with _PARSING:
        parsed = _parsed_tokenizer(MODELS / name)
    tokenizer = Tokenizer(parsed.model)
    tokenizer.normalizer = parsed.normalizer
    tokenizer.pre_tokenizer = parsed.pre_tokenizer
    tokenizer.post_processor = parsed.post_processor
    tokenizer.decoder = parsed.decoder
    added = parsed.get_added_tokens_decoder()
    tokenizer.add_special_tokens([added[number] for number in sorted(added)])
    return tokenizer


@lru_cache(maxsize=2)  # one for English, one for all languages
def _parsed_tokenizer(file: Path) -> Tokenizer:
    """A tokenizer file of the package as it is stored; never changed, only copied."""
    from tokenizers import Tokenizer

    return Tokenizer.from_str(unpacked(file.name).decode())


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """The words that are one token of the English tokenizer: the most common English words."""
    return frozenset(load_tokenizer().get_vocab())


def vectors_of(
    texts: Sequence[str],
    tokenizer: Tokenizer,
    encode: Callable[[Iterable[Inputs]], Iterable[Rows]],
    *,
    tokens: int = BATCH_TOKENS,
    multiple: int = 1,
) -> Rows:
    """Tokenize texts and encode them in batches.

    Args:
        texts: The texts.
        tokenizer: Truncates them to what the model reads.
        encode: Encodes batches of model inputs, in order.
        tokens: The padded tokens per batch.
        multiple: The padded length of a batch is a multiple of this.

    Returns:
        float32 [texts, 384], in the order of the texts.
    """
    encodings = tokenizer.encode_batch(list(texts))
    indices = list(batches([len(encoding.ids) for encoding in encodings], tokens))
    inputs = (padded([encodings[index] for index in batch], multiple) for batch in indices)
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    for batch, rows in zip(indices, encode(inputs), strict=True):
        vectors[batch] = rows
    return vectors


def batches(lengths: Sequence[int], tokens: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Indices of all items, longest first, in batches of at most `tokens` padded tokens."""
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
    """The SHA-256 that a model file must have, in hexadecimal; "" for an unknown file."""
    checksums: dict[str, str] = json.loads((MODELS / "checksums.json").read_text(encoding="utf-8"))
    return checksums.get(name, "")


def model_bytes(name: str) -> bytes:
    """A model of the package as ONNX, with the word embeddings that it shares with another."""
    return unpacked(name) + (checked_bytes(WORDS) if name in _SHARE_WORDS else b"")


def unpacked(name: str) -> bytes:
    """A file of the package, decompressed if its name ends in .gz."""
    data = checked_bytes(name)
    return gzip.decompress(data) if name.endswith(".gz") else data


def model_checksum(name: str) -> str:
    """A SHA-256 that changes with the model: of its file, or of the checksums of its files."""
    if name not in _SHARE_WORDS:
        return checksum(name)
    return sha256(f"{checksum(name)} {checksum(WORDS)}".encode()).hexdigest()


def checked_bytes(name: str) -> bytes:
    """The bytes of a model file of the package.

    Raises:
        ModelUnavailableError: It is missing, or is not the one that was shipped.
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
