"""Reads a verifier back from the shipped file, to continue its training.

The file has about a tenth of the size of the published weights, so it is sent to an accelerator.

Usage: python -m training.verifier.restore verifier.onnx.gz BEGIN.pt
"""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from training.common.onnx_files import read_model
from training.common.quantize_torch import ZERO
from training.verifier.export import LONGEST, MARKS
from training.verifier.model import FIRST_PLACE, PIECES, Shape, Verifier, distance_buckets
from training.verifier.prepare import SHIFT


def unpacked(codes: NDArray[np.uint8], scales: NDArray[np.float16]) -> Tensor:
    """Return the matrix [rows, columns] from two codes per byte and a scale for every block."""
    whole = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:-1], -1)
    blocks = (whole.astype(np.float32) - ZERO) * scales.reshape(*whole.shape[:-1], 1)
    return torch.from_numpy(blocks.reshape(codes.shape[0], -1))


def stored_weights(exported: Path) -> dict[str, Tensor]:
    """Return the weights of an exported file by their names, in float32."""
    arrays = {
        each.name: numpy_helper.to_array(each) for each in read_model(exported).graph.initializer
    }
    weights: dict[str, Tensor] = {}
    for name, array in arrays.items():
        base, _, kind = name.rpartition(".")
        if kind == "int4":
            weights[base] = unpacked(array, arrays[f"{base}.scales16"])
        elif kind == "half":
            weights[base] = torch.from_numpy(array.astype(np.float32))
        elif array.dtype == np.float32:
            weights[name] = torch.from_numpy(array.copy())
    return weights


def restore(exported: Path, frozen: int) -> Verifier:
    """Return the verifier of an exported file. Raises KeyError if a weight is missing."""
    weights = stored_weights(exported)
    numbers = [int(n) for n in re.findall(r"layers\.(\d+)\.", " ".join(weights))]
    verifier = Verifier(Shape(max(numbers) + 1, frozen))
    state: dict[str, Any] = verifier.state_dict()
    words = torch.zeros(PIECES, weights["words"].shape[1])
    words[[MARKS.get(n, n + SHIFT) for n in range(len(weights["words"]))]] = weights["words"]
    state["words.weight"] = words
    state["places.weight"][FIRST_PLACE : FIRST_PLACE + LONGEST] = weights["places"]
    buckets = distance_buckets(torch.arange(LONGEST)[None])[0]
    state["distances.weight"][buckets[0].flip(0)] = weights["distances"][:LONGEST]
    state["distances.weight"][buckets[:, 0]] = weights["distances"][LONGEST - 1 :]
    for name in state:
        if name.startswith(("layers.", "word_norm.", "judge.")):
            state[name] = weights[name].reshape(state[name].shape)
    verifier.load_state_dict(state)
    return verifier


def main() -> None:
    """Write a checkpoint from the command line."""
    parser = argparse.ArgumentParser(description="Read a shipped verifier back.")
    parser.add_argument("exported", type=Path, help="verifier.onnx.gz")
    parser.add_argument("checkpoint", type=Path, help="file to write")
    parser.add_argument("--frozen-layers", type=int, default=2)
    options = parser.parse_args()
    verifier = restore(options.exported, options.frozen_layers)
    state = {"verifier": verifier.state_dict(), "shape": asdict(verifier.shape)}
    torch.save(state, options.checkpoint)


if __name__ == "__main__":
    main()
