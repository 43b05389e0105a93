"""The built-in embedder in bfloat16, where the processor multiplies that: for indexing.

ONNX Runtime multiplies in float32 on every x86 processor. PyTorch, which sentence-transformers
brings, uses the bfloat16 units of newer ones: some three times as fast on many texts, and the
vectors are the same to a cosine above 0.999 (benchmarks/README.md). It takes seconds to load, so it
does not pay for a question.
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
BATCH_TOKENS = 2048  # few and large products suit its units; 4096 gave no more
# PyTorch compiles and keeps something for every shape: with all lengths as they come, memory grew
# by a gigabyte over 100,000 passages.
LENGTHS = 16
_HEADS = 12
_HEIGHTS = 64  # rows of tokens are filled up to a multiple of these
_MOST_THREADS = 16  # as many batches as there are at a time
_EPSILON = 1e-12  # of the layer norms, as in BERT
_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
_X86 = frozenset({"x86_64", "AMD64"})  # as Linux and macOS, and as Windows call it
# The matrices of a layer in the order in which the file holds them, by the names of their biases.
_MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


def has_bfloat16(processors: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor reports that it multiplies in bfloat16.

    Linux tells in a file; elsewhere a newer PyTorch does.
    """
    try:
        lines = processors.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return platform.machine() in _X86 and _torch_tells()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not _FLAGS.isdisjoint(flags)


@cache
def _torch_tells() -> bool:
    import torch

    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(flag) for flag in _FLAGS)


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: Linear  # query, key and value in one
    attended: Linear
    attended_norm: Pair
    widen: Linear
    narrow: Linear
    norm: Pair


class Bfloat16Encoder:
    """MiniLM-L6 with mean pooling, from an `embedder.onnx` of training/embedder/export.py.

    Each of `threads` (by default one for each core, 16 at most) works on a batch of its own: one
    multiplies while another one waits for memory, which two threads in the same product do not.
    """

    def __init__(self, model: bytes, *, threads: int = 0) -> None:
        import torch

        self._threads = ThreadPoolExecutor(
            threads or min(_cores(), _MOST_THREADS), "bfloat16", torch.set_num_threads, (1,)
        )
        stored, matrices = _weights(model)

        def tensor(array: NDArray[Any]) -> Tensor:
            return torch.tensor(np.ascontiguousarray(array)).bfloat16()

        def norm(name: str) -> Pair:
            return tensor(stored[f"{name}.weight"]), tensor(stored[f"{name}.bias"])

        table = "model.embeddings.{}_embeddings.weight".format
        self._words = tensor(stored.pop(table("word")))  # half of all that is held
        self._places = tensor(stored[table("position")])
        self._kind = tensor(stored[table("token_type")])[0]  # all tokens are of the first text
        self._norm = norm("model.embeddings.LayerNorm")
        self._layers = []
        for first in range(0, len(matrices), len(_MATRICES)):
            name = f"model.encoder.layer.{first // len(_MATRICES)}."
            biases = [stored[f"{name}{part}.bias"] for part in _MATRICES]
            weights = [matrix.T for matrix in matrices[first : first + len(_MATRICES)]]
            pairs = [(tensor(a), tensor(b)) for a, b in zip(weights, biases, strict=True)]
            attend = torch.cat([a for a, _ in pairs[:3]]), torch.cat([b for _, b in pairs[:3]])
            self._layers.append(
                _Layer(
                    attend=_linear(*attend),
                    attended=_linear(*pairs[3]),
                    attended_norm=norm(f"{name}attention.output.LayerNorm"),
                    widen=_linear(*pairs[4]),
                    narrow=_linear(*pairs[5]),
                    norm=norm(f"{name}output.LayerNorm"),
                )
            )

    def encode(self, batches: Iterable[Mapping[str, NDArray[np.int64]]]) -> Iterator[Rows]:
        """For each batch float32 [texts, 384], each row of length 1.

        A batch has the token ids and the mask, int64 [texts, longest], of at most 512 tokens each.
        """
        return self._threads.map(self._encode, batches)

    def _encode(self, inputs: Mapping[str, NDArray[np.int64]]) -> Rows:
        import torch
        from torch.nn import functional

        ids = torch.from_numpy(inputs["input_ids"])
        real = torch.from_numpy(inputs["attention_mask"]).bool()
        texts, longest = ids.shape
        rows = texts * longest
        # What is multiplied has few different heights: PyTorch compiles and keeps code for each.
        spare = (0, -rows % _HEIGHTS)
        with torch.inference_mode():
            places = torch.arange(longest).repeat(texts)
            hidden = self._words[functional.pad(ids.flatten(), spare)] + self._kind
            hidden = _normed(hidden + self._places[functional.pad(places, spare)], self._norm)
            for layer in self._layers:
                parts = layer.attend(hidden)[:rows].view(texts, longest, 3, _HEADS, -1)
                query, key, value = parts.permute(2, 0, 3, 1, 4)
                seen = functional.scaled_dot_product_attention(
                    query, key, value, attn_mask=real[:, None, None, :]
                )
                seen = seen.transpose(1, 2).reshape(rows, -1)
                seen = layer.attended(functional.pad(seen, (0, 0, *spare)))
                hidden = _normed(hidden + seen, layer.attended_norm)
                wide = functional.gelu(layer.widen(hidden))
                hidden = _normed(hidden + layer.narrow(wide), layer.norm)
            shares = real.unsqueeze(-1).float()
            states = hidden[:rows].view(texts, longest, -1).float()
            mean = (states * shares).sum(1) / shares.sum(1)
            found: Rows = functional.normalize(mean, dim=-1).numpy()
        return found


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _normed(hidden: Tensor, norm: Pair) -> Tensor:
    from torch.nn import functional

    return functional.layer_norm(hidden, hidden.shape[-1:], *norm, _EPSILON)


def _linear(weight: Tensor, bias: Tensor) -> Linear:
    """What multiplies rows with a weight, laid out for the processor once and not each time.

    The two functions are those that torch.compile calls. They are not part of PyTorch's public
    interface, so without them it is multiplied as usual, a fifth more slowly.
    """
    import torch
    from torch.nn import functional

    try:
        laid_out = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        multiply = partial(
            torch.ops.mkldnn._linear_pointwise, attr="none", scalars=[], algorithm=""
        )
        multiply(torch.zeros(1, weight.shape[1]).bfloat16(), laid_out, bias)
    except (AttributeError, RuntimeError, TypeError):
        return lambda rows: functional.linear(rows, weight, bias)
    return lambda rows: multiply(rows, laid_out, bias)


def _weights(model: bytes) -> tuple[dict[str, NDArray[Any]], list[NDArray[Any]]]:
    """The named weights of the file, float32, and its nameless matrices [inputs, outputs]."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(model).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for name in [name for name in stored if name.endswith(".scales16")]:
        stored[name.removesuffix("16")] = stored.pop(name).astype(np.float32)
    matrices = []
    for name in [name for name in stored if name.endswith(".int8")]:
        base = name.removesuffix(".int8")
        unfolded = stored.pop(name).astype(np.float32) * stored.pop(f"{base}.scales")
        if f"{base}.shape" in stored:
            matrices.append(unfolded.reshape(stored[f"{base}.shape"]))
        else:
            stored[base] = unfolded
    codes = stored.pop("words.int4")
    halves = np.concatenate([codes & 15, codes >> 4], axis=-1).astype(np.float32) - 8
    words = (halves * stored.pop("words.scales")).reshape(len(codes), -1)
    stored["model.embeddings.word_embeddings.weight"] = words
    return stored, matrices
