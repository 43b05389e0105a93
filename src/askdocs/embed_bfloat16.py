"""The built-in embedder in bfloat16, where the processor multiplies that: for indexing.

ONNX Runtime multiplies in float32 on every x86 processor. PyTorch, which sentence-transformers
brings, uses the bfloat16 units of newer ones: some three times as fast on many texts, and the
vectors are the same to a cosine above 0.999 (benchmarks/README.md). It takes seconds to load, so it
does not pay for a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    Pair = tuple[Tensor, Tensor]  # weight and bias

_HEADS = 12
_EPSILON = 1e-12  # of the layer norms, as in BERT
_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
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
    """Whether this processor says that it multiplies in bfloat16. Only Linux lets us know."""
    try:
        lines = processors.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return not _FLAGS.isdisjoint(flags)


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: Pair  # query, key and value in one
    attended: Pair
    attended_norm: Pair
    widen: Pair
    narrow: Pair
    norm: Pair


class Bfloat16Encoder:
    """MiniLM-L6 with mean pooling, from the bytes of an `embedder.onnx` of training/export.py."""

    def __init__(self, model: bytes, *, threads: int = 0) -> None:
        import torch

        if threads:
            torch.set_num_threads(threads)
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
            self._layers.append(
                _Layer(
                    attend=(
                        torch.cat([weight for weight, _ in pairs[:3]]),
                        torch.cat([bias for _, bias in pairs[:3]]),
                    ),
                    attended=pairs[3],
                    attended_norm=norm(f"{name}attention.output.LayerNorm"),
                    widen=pairs[4],
                    narrow=pairs[5],
                    norm=norm(f"{name}output.LayerNorm"),
                )
            )

    def encode(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """float32 [texts, 384], each row of length 1, for token ids and a mask [texts, longest]."""
        import torch
        from torch.nn import functional

        ids = torch.from_numpy(inputs["input_ids"])
        real = torch.from_numpy(inputs["attention_mask"]).bool()
        with torch.inference_mode():
            hidden = self._words[ids] + self._places[: ids.shape[1]] + self._kind
            hidden = _normed(hidden, self._norm)
            for layer in self._layers:
                parts = functional.linear(hidden, *layer.attend).chunk(3, dim=-1)
                heads = [part.view(*ids.shape, _HEADS, -1).transpose(1, 2) for part in parts]
                seen = functional.scaled_dot_product_attention(
                    heads[0], heads[1], heads[2], attn_mask=real[:, None, None, :]
                )
                seen = functional.linear(seen.transpose(1, 2).flatten(2), *layer.attended)
                hidden = _normed(hidden + seen, layer.attended_norm)
                wide = functional.gelu(functional.linear(hidden, *layer.widen))
                hidden = _normed(hidden + functional.linear(wide, *layer.narrow), layer.norm)
            shares = real.unsqueeze(-1).float()
            mean = (hidden.float() * shares).sum(1) / shares.sum(1)
            found: NDArray[np.float32] = functional.normalize(mean, dim=-1).numpy()
        return found


def _normed(hidden: Tensor, norm: Pair) -> Tensor:
    from torch.nn import functional

    return functional.layer_norm(hidden, hidden.shape[-1:], *norm, _EPSILON)


def _weights(model: bytes) -> tuple[dict[str, NDArray[Any]], list[NDArray[Any]]]:
    """The named weights of the file, float32, and its nameless matrices [inputs, outputs]."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(model).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    matrices = []
    for name in [name for name in stored if name.endswith(".int8")]:
        base = name.removesuffix(".int8")
        unfolded = stored.pop(name).astype(np.float32) * stored.pop(f"{base}.scales")
        if f"{base}.shape" in stored:
            matrices.append(unfolded.reshape(stored[f"{base}.shape"]))
        else:
            stored[base] = unfolded
    return stored, matrices
