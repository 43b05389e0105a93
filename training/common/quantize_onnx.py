"""Stores weights in four bits in an ONNX file: codes, scales, and operators that dequantise them.

A block is 32 neighbouring weights of a row with one scale in float16. Codes are 0 to 15; 8 means
zero. A byte has two codes: its low half is one of the first 16 weights of a block, its high half is
the weight 16 positions later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

BLOCK = 32
ZERO = 8
HIGHEST = 15
_SHRUNK = np.linspace(0.75, 1.1, 15)  # of the scale that fits the largest weight of a block

Codes = NDArray[np.uint8]
Scales = NDArray[np.float16]
Floats = NDArray[np.float32]


def quantise(weights: Floats) -> tuple[Codes, Scales]:
    """Return the packed codes [rows, blocks, 16] and the scales [rows, blocks, 1] of a matrix.

    Of 15 scales a block gets the one with the least squared error. `weights` is [rows, columns],
    with columns a multiple of `BLOCK`.
    """
    blocks = weights.reshape(len(weights), -1, BLOCK)
    low, high = blocks.min(-1, keepdims=True), blocks.max(-1, keepdims=True)
    farthest = np.where(-low > high, low, high)
    scales = np.ones_like(farthest, np.float16)
    codes = np.full(blocks.shape, ZERO, np.uint8)
    least = np.full_like(farthest, np.inf)
    for share in _SHRUNK:
        tried = (farthest * share / -ZERO).astype(np.float16)
        tried = np.where(tried == 0, np.float16(1), tried)
        wide = tried.astype(np.float32)
        found = np.clip(np.rint(blocks / wide) + ZERO, 0, HIGHEST)
        error = (((found - ZERO) * wide - blocks) ** 2).sum(-1, keepdims=True)
        better = error < least
        least = np.where(better, error, least)
        scales = np.where(better, tried, scales)
        codes = np.where(better, found.astype(np.uint8), codes)
    return pack(codes), scales


def pack(codes: Codes) -> Codes:
    """Return codes [rows, blocks, 32] as bytes [rows, blocks, 16]."""
    half = BLOCK // 2
    packed: Codes = codes[..., :half] | (codes[..., half:] << np.uint8(4))
    return packed


def unfolded(codes: Codes, scales: Scales) -> Floats:
    """Return the weights [rows, columns] of packed codes and their scales."""
    both = np.concatenate([codes & HIGHEST, codes >> 4], axis=-1).astype(np.float32) - ZERO
    weights: Floats = both * scales.astype(np.float32)
    return weights.reshape(len(codes), -1)


def initializers(name: str, codes: Codes, scales: Scales) -> list[TensorProto]:
    """Return the tensors `NAME.int4` and `NAME.scales16` of a graph."""
    arrays: dict[str, NDArray[Any]] = {"int4": codes, "scales16": scales}
    return [
        numpy_helper.from_array(np.ascontiguousarray(array), f"{name}.{part}")
        for part, array in arrays.items()
    ]


def constants(width: int = 0) -> list[TensorProto]:
    """Return the small tensors that the nodes of `unfold` read; add them once to a graph.

    With the `width` of a table, those of `look_up` are included.
    """
    arrays: dict[str, NDArray[Any]] = {
        "four_bits.low": np.array(HIGHEST, np.uint8),
        "four_bits.shift": np.array(4, np.uint8),
        "four_bits.zero": np.array(ZERO, np.float32),
    }
    if width:
        arrays["four_bits.rows"] = np.array([0, 0, width], np.int64)
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]


def unfold(
    codes: str, scales: str, target: str, last: Sequence[onnx.NodeProto]
) -> list[onnx.NodeProto]:
    """Return the nodes that dequantise codes and scales to blocks `TARGET.blocks`, then `last`."""
    to_float = int(TensorProto.FLOAT)
    return [
        helper.make_node("BitwiseAnd", [codes, "four_bits.low"], [f"{target}.first"]),
        helper.make_node(
            "BitShift", [codes, "four_bits.shift"], [f"{target}.second"], direction="RIGHT"
        ),
        helper.make_node(
            "Concat", [f"{target}.first", f"{target}.second"], [f"{target}.codes"], axis=-1
        ),
        helper.make_node("Cast", [f"{target}.codes"], [f"{target}.float"], to=to_float),
        helper.make_node("Sub", [f"{target}.float", "four_bits.zero"], [f"{target}.centred"]),
        helper.make_node("Cast", [scales], [f"{target}.scales"], to=to_float),
        helper.make_node("Mul", [f"{target}.centred", f"{target}.scales"], [f"{target}.blocks"]),
        *last,
    ]


def look_up(table: str, rows: str, target: str) -> list[onnx.NodeProto]:
    """Return the nodes that gather rows [batch, sequence] of a table in four bits as `target`."""
    return [
        helper.make_node("Gather", [f"{table}.int4", rows], [f"{target}.int4"]),
        helper.make_node("Gather", [f"{table}.scales16", rows], [f"{target}.scales16"]),
        *unfold(
            f"{target}.int4",
            f"{target}.scales16",
            target,
            [helper.make_node("Reshape", [f"{target}.blocks", "four_bits.rows"], [target])],
        ),
    ]
