"""Turn a shipped `reader.onnx` back into a checkpoint, so that its training can go on.

    python training/restore_reader.py src/askdocs/models/reader.onnx restored.pt
    python training/train_reader.py ROWS RUN --resume restored.pt --restart --seconds 6000

The weights are those of the file: float32 again, but as far from the trained ones as 8 bits are.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import train_reader
from numpy.typing import NDArray
from onnx import numpy_helper


def stored_weights(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """The float32 weights of a file that `export.quantise` wrote, by the names in its graph."""
    stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    for name in [each for each in stored if each.endswith(".int8")]:
        base = name.removesuffix(".int8")
        unfolded = stored[name].astype(np.float32) * stored[f"{base}.scales"]
        shape = stored.get(f"{base}.shape")
        stored[base] = unfolded if shape is None else unfolded.reshape(shape)
    return stored


def named_weights(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """The weights by the names that torch gave them.

    The exporter keeps the names of biases, but not those of most matrices: a matrix is called
    after the bias that is added to its product.
    """
    weights = stored_weights(model)
    biased = {}
    for node in model.graph.node:
        if node.op_type == "Add":
            names = [each for each in node.input if each.endswith(".bias")]
            biased.update({each: names[0] for each in node.input if names})
    for node in model.graph.node:
        bias = biased.get(node.output[0]) if node.op_type == "MatMul" else None
        if bias and node.input[1] in weights:
            weights[bias.removesuffix("bias") + "weight"] = weights[node.input[1]].T
    return weights


def restore(exported: Path) -> train_reader.Reader:
    """The reader of an exported file. Raises KeyError where a weight is not found in it."""
    weights = named_weights(onnx.load(exported))
    reader = train_reader.new_reader()
    reader.load_state_dict(
        {
            name: torch.tensor(np.ascontiguousarray(weights[name])).reshape(value.shape)
            for name, value in reader.state_dict().items()
        }
    )
    return reader


def main() -> None:
    """Restore from the command line."""
    parser = argparse.ArgumentParser(description="Turn an exported reader into a checkpoint.")
    parser.add_argument("exported", type=Path, help="reader.onnx")
    parser.add_argument("checkpoint", type=Path, help="file to write")
    options = parser.parse_args()
    torch.save({"reader": restore(options.exported).state_dict()}, options.checkpoint)


if __name__ == "__main__":
    main()
