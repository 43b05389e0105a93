"""The built-in embedder in bfloat16, for indexing on CPUs that support it.

ONNX Runtime computes in float32 on every x86 CPU. PyTorch, a dependency of sentence-transformers,
uses the bfloat16 units of newer CPUs. It is about three times as fast on many texts, and its
vectors have a cosine above 0.999 with those in float32 (benchmarks/README.md). It takes seconds to
load, so it is not used for a question.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    Pair = tuple[Tensor, Tensor]  # weight and bias
    Linear = Callable[[Tensor], Tensor]

Rows = NDArray[np.float32]
BATCH_TOKENS = 2048  # the units are efficient on large products; 4096 was not faster
# Lengths are padded to a multiple of this. PyTorch compiles and keeps code for every shape: with
# unpadded lengths, memory grew by a gigabyte over 100,000 passages.
LENGTH_MULTIPLE = 16
_HEADS = 12
_ROW_MULTIPLE = 64  # the token rows of a product are padded to a multiple of this
_MAX_THREADS = 16
_EPSILON = 1e-12  # of the layer norms, as in BERT
_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
_X86 = frozenset({"x86_64", "AMD64"})  # its names on Linux and macOS, and on Windows
# The matrices of a layer in their order in the file, by the names of their biases.
_MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


def has_bfloat16(processors: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this CPU reports that it supports bfloat16.

    On Linux a file lists its features. Elsewhere a newer PyTorch does.
    """
    try:
        lines = processors.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return platform.machine() in _X86 and _torch_reports_bfloat16()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not _FLAGS.isdisjoint(flags)


@cache
def _torch_reports_bfloat16() -> bool:
    import torch

    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(flag) for flag in _FLAGS)


@dataclass(frozen=True, slots=True)
class _Layer:
    attention: Linear  # query, key and value in one product
    attention_output: Linear
    attention_norm: Pair
    intermediate: Linear
    output: Linear
    norm: Pair


class Bfloat16Encoder:
    """MiniLM-L6 with mean pooling.

    Each thread works on its own batch: one thread computes while another waits for memory. Two
    threads in the same product would wait at the same time.

    Args:
        model: The bytes of an `embedder.onnx` of training/embedder/export.py.
        threads: How many threads it uses; 0 for one per core, at most 16.
    """

    def __init__(self, model: bytes, *, threads: int = 0) -> None:
        import torch

        self._threads = ThreadPoolExecutor(
            threads or min(_cores(), _MAX_THREADS), "bfloat16", torch.set_num_threads, (1,)
        )
        stored, matrices = _weights(model)

        def tensor(array: NDArray[Any]) -> Tensor:
            return torch.tensor(np.ascontiguousarray(array)).bfloat16()

        def norm(name: str) -> Pair:
            return tensor(stored[f"{name}.weight"]), tensor(stored[f"{name}.bias"])

        table = "model.embeddings.{}_embeddings.weight".format
        self._words = tensor(stored.pop(table("word")))  # half of the weights
        self._positions = tensor(stored[table("position")])
        # All tokens belong to the first segment.
        self._segment = tensor(stored[table("token_type")])[0]
        self._norm = norm("model.embeddings.LayerNorm")
        self._layers = []
        for first in range(0, len(matrices), len(_MATRICES)):
            name = f"model.encoder.layer.{first // len(_MATRICES)}."
            biases = [stored[f"{name}{part}.bias"] for part in _MATRICES]
            weights = [matrix.T for matrix in matrices[first : first + len(_MATRICES)]]
            pairs = [(tensor(a), tensor(b)) for a, b in zip(weights, biases, strict=True)]
            attention = torch.cat([a for a, _ in pairs[:3]]), torch.cat([b for _, b in pairs[:3]])
            self._layers.append(
                _Layer(
                    attention=_linear(*attention),
                    attention_output=_linear(*pairs[3]),
                    attention_norm=norm(f"{name}attention.output.LayerNorm"),
                    intermediate=_linear(*pairs[4]),
                    output=_linear(*pairs[5]),
                    norm=norm(f"{name}output.LayerNorm"),
                )
            )

    def encode(self, batches: Iterable[Mapping[str, NDArray[np.int64]]]) -> Iterator[Rows]:
        """Encode batches of model inputs: token ids and mask, int64 [texts, tokens].

        Yields:
            For each batch float32 [texts, 384], each row of length 1.
        """
        return self._threads.map(self._encode, batches)

    def _encode(self, inputs: Mapping[str, NDArray[np.int64]]) -> Rows:
        import torch
        from torch.nn import functional

        ids = torch.from_numpy(inputs["input_ids"])
        real = torch.from_numpy(inputs["attention_mask"]).bool()
        texts, longest = ids.shape
        rows = texts * longest
        # Padding limits the number of shapes: PyTorch compiles and keeps code for each.
        padding = (0, -rows % _ROW_MULTIPLE)
        with torch.inference_mode():
            positions = torch.arange(longest).repeat(texts)
            hidden = self._words[functional.pad(ids.flatten(), padding)] + self._segment
            hidden = _layer_norm(
                hidden + self._positions[functional.pad(positions, padding)], self._norm
            )
            for layer in self._layers:
                parts = layer.attention(hidden)[:rows].view(texts, longest, 3, _HEADS, -1)
                query, key, value = parts.permute(2, 0, 3, 1, 4)
                seen = functional.scaled_dot_product_attention(
                    query, key, value, attn_mask=real[:, None, None, :]
                )
                seen = seen.transpose(1, 2).reshape(rows, -1)
                seen = layer.attention_output(functional.pad(seen, (0, 0, *padding)))
                hidden = _layer_norm(hidden + seen, layer.attention_norm)
                intermediate = functional.gelu(layer.intermediate(hidden))
                hidden = _layer_norm(hidden + layer.output(intermediate), layer.norm)
            weights = real.unsqueeze(-1).float()
            states = hidden[:rows].view(texts, longest, -1).float()
            mean = (states * weights).sum(1) / weights.sum(1)
            found: Rows = functional.normalize(mean, dim=-1).numpy()
        return found


def _cores() -> int:
    """How many cores this process may use, if the system reports it."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _layer_norm(hidden: Tensor, norm: Pair) -> Tensor:
    from torch.nn import functional

    return functional.layer_norm(hidden, hidden.shape[-1:], *norm, _EPSILON)


def _linear(weight: Tensor, bias: Tensor) -> Linear:
    """A linear layer whose weight is laid out for the CPU once instead of at each call.

    torch.compile calls the same two functions. They are not part of PyTorch's public API. If they
    are missing, the layer computes as usual, a fifth more slowly.
    """
    import torch
    from torch.nn import functional

    try:
        prepared = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        multiply = partial(
            torch.ops.mkldnn._linear_pointwise, attr="none", scalars=[], algorithm=""
        )
        multiply(torch.zeros(1, weight.shape[1]).bfloat16(), prepared, bias)
    except (AttributeError, RuntimeError, TypeError):
        return lambda rows: functional.linear(rows, weight, bias)
    return lambda rows: multiply(rows, prepared, bias)


def _weights(model: bytes) -> tuple[dict[str, NDArray[Any]], list[NDArray[Any]]]:
    """The named weights of the file, float32, and its unnamed matrices [inputs, outputs]."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(model).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for name in [name for name in stored if name.endswith(".scales16")]:
        stored[name.removesuffix("16")] = stored.pop(name).astype(np.float32)
    matrices = []
    for name in [name for name in stored if name.endswith(".int8")]:
        base = name.removesuffix(".int8")
        dequantized = stored.pop(name).astype(np.float32) * stored.pop(f"{base}.scales")
        if f"{base}.shape" in stored:
            matrices.append(dequantized.reshape(stored[f"{base}.shape"]))
        else:
            stored[base] = dequantized
    codes = stored.pop("words.int4")
    halves = np.concatenate([codes & 15, codes >> 4], axis=-1).astype(np.float32) - 8
    words = (halves * stored.pop("words.scales")).reshape(len(codes), -1)
    stored["model.embeddings.word_embeddings.weight"] = words
    return stored, matrices
