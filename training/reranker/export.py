r"""Writes trained adapters with their heads into the file of the verifier.

    python -m training.reranker.export verifier.onnx.gz TARGET_FOLDER --reading RUN/final.pt \
        --judging RUN/final.pt --calibration FIGURES.json

An adapter has two narrow matrices for each matrix of the upper layers (LoRA). Two adapters share
the network: one reads passages for answers (`finetune.py`), one judges statements
(`verifier/finetune.py`). An adapter that is not given is not changed in the file. The matrices are
stored in 8 bits, with a scale for each narrow dimension. The input `adapter` selects the adapter: 1
reads, 0 judges, and 0 is the default.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from askdocs.models.cross_encoder import HEAD
from askdocs.models.verifier import VERIFIER
from training.common.checksums import record_checksums
from training.common.onnx_files import read_model, write_model
from training.reranker.adapter import SCALE
from training.verifier.model import MATRICES

GATE = "adapter"
READING, JUDGING = "reading", "judging"
USES = (READING, JUDGING)
FLOAT = int(TensorProto.FLOAT)

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]  # down [rank, in], up [out, rank]
Weight = Callable[[str], str]


def eight_bits(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes [rows, columns] and scales [1, columns]; the largest code of a column is 127."""
    scales = np.abs(matrix).max(axis=0, keepdims=True).clip(1e-12) / 127
    return np.round(matrix / scales).astype(np.int8), scales.astype(np.float32)


class Inserter:
    """Adds the nodes of adapters after the matrices of a graph."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.gate()

    def gate(self) -> None:
        """The input that switches the adapter on; an initializer gives it a value by default."""
        self.store(GATE, np.zeros(1, np.float32))
        self.graph.input.append(helper.make_tensor_value_info(GATE, FLOAT, [1]))

    def store(self, name: str, array: NDArray[Any]) -> str:
        self.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def matrix(self, name: str, matrix: NDArray[np.float32]) -> tuple[list[onnx.NodeProto], str]:
        """Nodes that dequantise a matrix of 8 bits, and the name of their result."""
        codes, scales = eight_bits(matrix)
        cast = helper.make_node(
            "Cast", [self.store(f"{name}.int8", codes)], [f"{name}.f"], to=FLOAT
        )
        scaled = [f"{name}.f", self.store(f"{name}.scales", scales)]
        return [cast, helper.make_node("Mul", scaled, [name])], name

    def insert(self, weight: str, pairs: Mapping[str, Pair]) -> None:
        """Add what the adapters (by their names in `USES`) add to the product of a matrix.

        The dimensions of all adapters are concatenated. Each is multiplied by
        `scales * adapter + constants`, which is 0 if another adapter is selected.
        """
        node = product_of(self.graph, weight)
        base = weight.removesuffix(".weight")
        product = node.output[0]
        node.output[0] = f"{base}.plain"
        down = np.concatenate([pairs[use][0] for use in pairs])
        first, down_name = self.matrix(f"{base}.down", down.T)
        # `up` is transposed, because scales are per column of the second factor of a product.
        codes, sizes = eight_bits(np.concatenate([pairs[use][1] for use in pairs], axis=1))
        reads = np.repeat([use == READING for use in pairs], [len(pairs[u][0]) for u in pairs])
        sizes = (sizes * SCALE).reshape(-1)
        scales = self.store(f"{base}.up.scales", np.where(reads, sizes, -sizes))
        constants = self.store(f"{base}.up.constants", np.where(reads, 0, sizes).astype(np.float32))
        cast = helper.make_node(
            "Cast", [self.store(f"{base}.up.int8", codes)], [f"{base}.up.f"], to=FLOAT
        )
        turned = helper.make_node("Transpose", [f"{base}.up.f"], [f"{base}.up"], perm=[1, 0])
        nodes = [
            *first,
            cast,
            turned,
            helper.make_node("Mul", [scales, GATE], [f"{base}.chosen"]),
            helper.make_node("Add", [f"{base}.chosen", constants], [f"{base}.gated"]),
            helper.make_node("MatMul", [node.input[0], down_name], [f"{base}.narrow"]),
            helper.make_node("Mul", [f"{base}.narrow", f"{base}.gated"], [f"{base}.narrow2"]),
            helper.make_node("MatMul", [f"{base}.narrow2", f"{base}.up"], [f"{base}.added"]),
            helper.make_node("Add", [f"{base}.plain", f"{base}.added"], [product]),
        ]
        place = list(self.graph.node).index(node) + 1
        for offset, each in enumerate(nodes):
            self.graph.node.insert(place + offset, each)


def product_of(graph: onnx.GraphProto, weight: str) -> onnx.NodeProto:
    """The node that multiplies with a matrix; the matrix may be dequantised by it or before it."""
    return next(
        node
        for node in graph.node
        if (f"{weight}.int4" in node.input and node.op_type == "MatMulNBits")
        or (node.op_type == "MatMul" and node.input[1] == weight)
    )


def stored_adapter(graph: onnx.GraphProto, use: str = READING) -> dict[str, Pair]:
    """The two matrices (down, up) of an adapter for each matrix of a file, by its name."""
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found = {}
    for name in [each for each in arrays if each.endswith(".down.int8")]:
        base = name.removesuffix(".down.int8")
        scales = arrays[f"{base}.up.scales"].astype(np.float32)
        own = scales > 0 if use == READING else scales < 0
        down = (arrays[name].astype(np.float32) * arrays[f"{base}.down.scales"]).T
        up = arrays[f"{base}.up.int8"] * np.abs(scales) / SCALE
        if own.any():
            found[base] = np.ascontiguousarray(down[own]), np.ascontiguousarray(up[:, own])
    return found


def remove_adapter(graph: onnx.GraphProto) -> None:
    """Remove the adapter from the verifier if its file has one."""
    made = (
        *(".down", ".down.f", ".up", ".up.f", ".chosen", ".gated"),
        *(".narrow", ".narrow2", ".added"),
    )
    plain = {name: node for node in graph.node for name in node.output if name.endswith(".plain")}
    for node in [each for each in graph.node if each.input and each.input[0] in plain]:
        plain[node.input[0]].output[0] = node.output[0]
        graph.node.remove(node)
    for node in [each for each in graph.node if each.output[0].endswith(made)]:
        graph.node.remove(node)
    stored = (".down.int8", ".down.scales", ".up.int8", ".up.scales", ".up.constants")
    for array in [a for a in graph.initializer if a.name.endswith(stored) or a.name == GATE]:
        graph.initializer.remove(array)
    for given in [each for each in graph.input if each.name == GATE]:
        graph.input.remove(given)


def learnt_of(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a checkpoint of `adapters.save`, by name."""
    state = torch.load(path, weights_only=True)
    return {name: value.detach().float().numpy() for name, value in state["learnt"].items()}


def pairs_of(learnt: Mapping[str, NDArray[np.float32]], weight: Weight) -> dict[str, Pair]:
    """The matrices of a checkpoint, by the names of the graph's matrices without ".weight"."""
    places = [name.removesuffix(".down") for name in learnt if name.endswith(".down")]
    return {
        weight(place).removesuffix(".weight"): (learnt[f"{place}.down"], learnt[f"{place}.up"])
        for place in places
    }


def put_in(graph: onnx.GraphProto, adapters: Mapping[str, Mapping[str, Pair]]) -> None:
    """Insert adapters, by their names in `USES`, into a graph; its other adapters stay."""
    held = {use: stored_adapter(graph, use) for use in USES}
    every = {use: adapters.get(use) or held[use] for use in USES}
    remove_adapter(graph)
    inserter = Inserter(graph)
    for base in dict.fromkeys(base for pairs in every.values() for base in pairs):
        pairs = {use: every[use][base] for use in USES if base in every[use]}
        inserter.insert(f"{base}.weight", pairs)


def put_judge(model: onnx.ModelProto, learnt: Mapping[str, NDArray[np.float32]]) -> None:
    """Replace the linear layer that judges in the file."""
    arrays = {each.name: each for each in model.graph.initializer}
    for name in ("judge.weight", "judge.bias"):
        held = numpy_helper.to_array(arrays[name])
        values = learnt[name].astype(np.float32)
        values = values if values.shape == held.shape else values.T
        arrays[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), name))


def save_head(path: Path, learnt: dict[str, NDArray[np.float32]]) -> None:
    """Write the head in the format that askdocs reads."""
    weights = learnt["head.weight"][0].astype(np.float32)
    np.savez(path, weights=weights, bias=np.float32(learnt["head.bias"][0]))


def weight_of(place: str) -> str:
    """The name in the file of a matrix of the trained model."""
    base = place.removeprefix("verifier.")
    assert base.rpartition(".")[2] in MATRICES
    return f"{base}.weight"


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Put adapters into the verifier's file.")
    parser.add_argument("verifier", type=Path)
    parser.add_argument("target", type=Path, help="folder")
    parser.add_argument("--reading", type=Path, help="checkpoint of finetune.py")
    parser.add_argument("--judging", type=Path, help="checkpoint of verifier/finetune.py")
    parser.add_argument("--calibration", type=Path, help="JSON of verifier/evaluate.py")
    options = parser.parse_args()
    model = read_model(options.verifier)
    given = {READING: options.reading, JUDGING: options.judging}
    learnt = {use: learnt_of(path) for use, path in given.items() if path}
    put_in(model.graph, {use: pairs_of(each, weight_of) for use, each in learnt.items()})
    if JUDGING in learnt:
        put_judge(model, learnt[JUDGING])
    if options.calibration:
        constants = json.loads(options.calibration.read_text("utf-8"))["calibration"]
        helper.set_model_props(model, {name: f"{each:.6f}" for name, each in constants.items()})
    size = write_model(model, options.target / VERIFIER)
    names = [VERIFIER]
    if READING in learnt:
        save_head(options.target / HEAD, learnt[READING])
        names.append(HEAD)
    record_checksums(options.target, names)
    print(f"{size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
