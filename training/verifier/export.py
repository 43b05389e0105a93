"""Writes a trained verifier as the file that is shipped.

The matrices are stored in four bits (`common/quantize_torch.py`). ONNX Runtime's MatMulNBits
multiplies them, and rounds the activations to 8 bits. The word table is stored in four bits too,
and read by normal operators. It is reordered to the vocabulary of the package's tokenizer: MPNet's
token ids are those of BERT plus 4, and its <s>, <pad> and </s> replace [CLS], [PAD] and [SEP].

Slope, offset and threshold of the calibration are in the metadata of the file.

Usage: python -m training.verifier.export final.pt verifier.onnx.gz --figures figures.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.common.onnx_files import write_model
from training.common.quantize_torch import BLOCK, quantise
from training.embedder.export import export
from training.verifier.model import (
    FIRST_PLACE,
    HEADS,
    WIDTH,
    Layer,
    Verifier,
    distance_buckets,
    load_verifier,
)
from training.verifier.prepare import SHIFT

LONGEST = 512  # tokens of question, evidence and claim
PIECES = 30522  # of BERT's vocabulary
MARKS = {0: 1, 101: 0, 102: 2}  # [PAD], [CLS], [SEP] -> <pad>, <s>, </s>
DOMAIN = "com.microsoft"
INTEGER_ACTIVATIONS = 4  # MatMulNBits: activations are rounded to 8 bits


class Exported(nn.Module):
    """The verifier for rows of one claim each, with the inputs of a BERT model."""

    def __init__(self, verifier: Verifier) -> None:
        super().__init__()
        numbers = [MARKS.get(n, n + SHIFT) for n in range(PIECES)]
        self.words = nn.Parameter(verifier.words.weight.data[numbers].clone())
        self.places = nn.Parameter(verifier.places.weight.data[FIRST_PLACE:].clone())
        steps = torch.arange(LONGEST)
        of_distance = distance_buckets(steps[None])[0]
        by_distance = torch.cat([of_distance[0].flip(0)[:-1], of_distance[:, 0]])
        # [distances, heads]: query position minus key position, from -511 to 511
        self.distances = nn.Parameter(verifier.distances.weight.data[by_distance].clone())
        self.word_norm = verifier.word_norm
        self.layers = verifier.layers
        self.judge = verifier.judge

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return the logits of supported, contradicted and not stated, [batch, 3].

        Args:
            input_ids: [batch, length], BERT's numbers: `[CLS] question [SEP] [SEP] evidence [SEP]
                [SEP] claim [SEP]`, without `question [SEP] [SEP]` where there is none.
            attention_mask: 1 for tokens, 0 for padding at the end.
            token_type_ids: 1 from the second `[SEP]` before the claim on, else 0.
        """
        batch, length = input_ids.shape
        steps = torch.arange(length, device=input_ids.device)
        distance = steps[:, None] - steps[None, :] + (LONGEST - 1)
        bias = nn.functional.embedding(distance, self.distances).permute(2, 0, 1)
        claim = token_type_ids * attention_mask
        evidence = (1 - token_type_ids) * attention_mask
        seen = evidence[:, None, :] + claim[:, :, None] * claim[:, None, :]
        bias = bias[None] + (seen[:, None].to(bias.dtype) - 1.0) * 10_000.0
        hidden = self.word_norm(
            nn.functional.embedding(input_ids, self.words) + self.places[:length][None]
        )
        for layer in self.layers:
            assert isinstance(layer, Layer)
            hidden = self._next(layer, hidden, bias, batch, length)
        own = claim.to(hidden.dtype)
        means = (hidden * own[:, :, None]).sum(1) / own.sum(1, keepdim=True).clamp(min=1.0)
        # The first token of the claim: the token before it is not of the claim.
        first = own * (1.0 - torch.nn.functional.pad(own, (1, 0))[:, :-1])
        begins = (hidden * first[:, :, None]).sum(1)
        logits: Tensor = self.judge(torch.cat([begins, means], dim=1))
        return logits

    def _next(self, layer: Layer, hidden: Tensor, bias: Tensor, batch: int, length: int) -> Tensor:
        """Return the hidden states after a layer; attention in plain operators."""
        parts = layer.queries_keys_values(hidden).view(batch, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + bias
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, WIDTH)
        hidden = layer.attention_norm(hidden + layer.attended(mixed))
        inner = layer.narrow(nn.functional.gelu(layer.wide(hidden)))
        output: Tensor = layer.norm(hidden + inner)
        return output


def example_inputs() -> dict[str, Tensor]:
    """Return two rows of different lengths, [2, 24]."""
    input_ids = torch.arange(1000, 1048, dtype=torch.int64).reshape(2, 24)
    mask, types = torch.ones_like(input_ids), torch.zeros_like(input_ids)
    mask[1, 20:] = 0
    types[0, 15:], types[1, 12:] = 1, 1
    return {"input_ids": input_ids, "attention_mask": mask, "token_type_ids": types}


def packed(weights: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Return two codes per byte, low half first, [rows, blocks, 16], and scales [rows, blocks]."""
    codes, scales = quantise(torch.from_numpy(np.ascontiguousarray(weights)))
    whole = codes.numpy().astype(np.uint8)
    pairs = (whole[..., 0::2] | (whole[..., 1::2] << 4)).astype(np.uint8)
    return pairs, scales.numpy()[..., 0].astype(np.float16)


def store(graph: onnx.GraphProto, name: str, array: NDArray[Any]) -> str:
    """Add an array to the graph and return its name."""
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    return name


def name_of(graph: onnx.GraphProto, node: onnx.NodeProto) -> str:
    """Return the name of a matrix in torch, derived from the bias that is added to its product."""
    biases = [
        name
        for each in graph.node
        if each.op_type == "Add" and node.output[0] in each.input
        for name in each.input
        if name.endswith(".bias")
    ]
    return biases[0].removesuffix("bias") + "weight" if biases else str(node.input[1])


def multiply_in_four_bits(graph: onnx.GraphProto, node: onnx.NodeProto, matrix: Any) -> None:
    """Replace a MatMul with a constant second factor by MatMulNBits."""
    codes, scales = packed(matrix.T)
    columns, rows = matrix.shape[1], matrix.shape[0]
    name = name_of(graph, node)
    kept = store(graph, f"{name}.scales16", scales.reshape(-1))
    cast = helper.make_node("Cast", [kept], [f"{name}.scales"], to=int(TensorProto.FLOAT))
    product = helper.make_node(
        "MatMulNBits",
        [node.input[0], store(graph, f"{name}.int4", codes), f"{name}.scales"],
        list(node.output),
        domain=DOMAIN,
        K=rows,
        N=columns,
        bits=4,
        block_size=BLOCK,
        accuracy_level=INTEGER_ACTIVATIONS,
    )
    place = list(graph.node).index(node)
    graph.node.remove(node)
    graph.node.insert(place, product)
    graph.node.insert(0, cast)


def read_in_four_bits(graph: onnx.GraphProto, node: onnx.NodeProto, table: Any) -> None:
    """Change a Gather so that it reads rows of four-bit codes and dequantises them."""
    codes, scales = packed(table)
    name, found = node.input[0], node.output[0]
    rows = node.input[1]
    blocks = table.shape[1] // BLOCK
    constants: dict[str, NDArray[Any]] = {
        "int4": codes,
        "scales16": scales,
        "low": np.array(15, np.uint8),
        "four": np.array(4, np.uint8),
        "last": np.array([-1], np.int64),
        "zero": np.array(8.0, np.float32),
        "flat": np.array([0, 0, table.shape[1]], np.int64),
        "blocks": np.array([0, 0, blocks, BLOCK], np.int64),
    }
    held = {key: store(graph, f"{name}.{key}", value) for key, value in constants.items()}

    def step(kind: str, inputs: list[str], output: str, **attributes: Any) -> onnx.NodeProto:
        return helper.make_node(kind, inputs, [f"{found}.{output}"], **attributes)

    to_float = int(TensorProto.FLOAT)
    nodes = [
        step("Gather", [held["int4"], rows], "bytes"),
        step("BitwiseAnd", [f"{found}.bytes", held["low"]], "even"),
        step("BitShift", [f"{found}.bytes", held["four"]], "odd", direction="RIGHT"),
        step("Unsqueeze", [f"{found}.even", held["last"]], "even1"),
        step("Unsqueeze", [f"{found}.odd", held["last"]], "odd1"),
        step("Concat", [f"{found}.even1", f"{found}.odd1"], "both", axis=-1),
        step("Cast", [f"{found}.both"], "codes", to=to_float),
        step("Sub", [f"{found}.codes", held["zero"]], "centred"),
        step("Reshape", [f"{found}.centred", held["blocks"]], "inBlocks"),
        step("Gather", [held["scales16"], rows], "scales16"),
        step("Cast", [f"{found}.scales16"], "scales", to=to_float),
        step("Unsqueeze", [f"{found}.scales", held["last"]], "scales1"),
        step("Mul", [f"{found}.inBlocks", f"{found}.scales1"], "scaled"),
        helper.make_node("Reshape", [f"{found}.scaled", held["flat"]], [found]),
    ]
    place = list(graph.node).index(node)
    graph.node.remove(node)
    for offset, each in enumerate(nodes):
        graph.node.insert(place + offset, each)


def in_half(graph: onnx.GraphProto, tensor: onnx.TensorProto, array: NDArray[np.float32]) -> None:
    """Store a table in float16."""
    name = tensor.name
    graph.initializer.remove(tensor)
    kept = store(graph, f"{name}.half", array.astype(np.float16))
    graph.node.insert(0, helper.make_node("Cast", [kept], [name], to=int(TensorProto.FLOAT)))


def shrink(model: onnx.ModelProto, smallest: int = 100_000) -> None:
    """Store the large weights of a float32 graph in four bits, or in float16."""
    graph = model.graph
    arrays = {each.name: each for each in graph.initializer}
    for node in list(graph.node):
        names = [n for n in node.input if n in arrays]
        for name in names:
            array = numpy_helper.to_array(arrays[name])
            if array.dtype != np.float32 or array.size < smallest:
                continue
            if node.op_type == "MatMul" and name == node.input[1]:
                multiply_in_four_bits(graph, node, array)
                graph.initializer.remove(arrays.pop(name))
            elif node.op_type == "Gather" and array.shape[0] == PIECES:
                read_in_four_bits(graph, node, array)
                graph.initializer.remove(arrays.pop(name))
            else:
                in_half(graph, arrays.pop(name), array)
    model.opset_import.append(helper.make_opsetid(DOMAIN, 1))


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Write the verifier as a file that ships.")
    parser.add_argument("checkpoint", type=Path, help="of train.py")
    parser.add_argument("target", type=Path, help="verifier.onnx.gz")
    parser.add_argument(
        "--figures", type=Path, help="JSON of evaluate.py; its calibration goes into the file"
    )
    options = parser.parse_args()
    verifier = load_verifier(options.checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "float32.onnx"
        export(Exported(verifier), example_inputs(), full, outputs=["logits"])
        model = onnx.load(full)
    shrink(model)
    if options.figures:
        constants = json.loads(options.figures.read_text("utf-8"))["calibration"]
        helper.set_model_props(model, {name: f"{each:.6f}" for name, each in constants.items()})
    print(f"{write_model(model, options.target) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
