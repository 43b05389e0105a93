r"""Put a learnt adapter (`finetune.py`) into the file of the verifier, and write its head.

    python -m training.reranker.export verifier.onnx RUN/final.pt TARGET_FOLDER

The adapter's matrices are kept in 8 bits, with a scale for each of its narrow dimensions. What they
add is multiplied by the input `adapter`: 0, which is its value where none is given, leaves the
verifier as it is, 1 makes it read for answers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.reranker.adapter import SCALE
from training.reranker.finetune import MATRICES

GATE = "adapter"
FLOAT = int(TensorProto.FLOAT)


def eight_bits(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes [rows, columns] and scales [1, columns]; the largest of a column is 127."""
    scales = np.abs(matrix).max(axis=0, keepdims=True).clip(1e-12) / 127
    return np.round(matrix / scales).astype(np.int8), scales.astype(np.float32)


class Inserter:
    """Adds the adapter's nodes behind the matrices of a graph."""

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
        """Nodes that unfold a matrix of 8 bits, and the name of what they give."""
        codes, scales = eight_bits(matrix)
        cast = helper.make_node(
            "Cast", [self.store(f"{name}.int8", codes)], [f"{name}.f"], to=FLOAT
        )
        scaled = [f"{name}.f", self.store(f"{name}.scales", scales)]
        return [cast, helper.make_node("Mul", scaled, [name])], name

    def insert(self, weight: str, down: NDArray[np.float32], up: NDArray[np.float32]) -> None:
        """Add `adapter * SCALE * up(down(x))` to the product of the matrix `weight`."""
        node = product_of(self.graph, weight)
        base = weight.removesuffix(".weight")
        product = node.output[0]
        node.output[0] = f"{base}.plain"
        first, down_name = self.matrix(f"{base}.down", down.T)
        # `up` is turned by a product with its codes as the second factor: scales are per column.
        codes, scales = eight_bits(up)
        cast = helper.make_node(
            "Cast", [self.store(f"{base}.up.int8", codes)], [f"{base}.up.f"], to=FLOAT
        )
        turned = helper.make_node("Transpose", [f"{base}.up.f"], [f"{base}.up"], perm=[1, 0])
        spread = self.store(f"{base}.up.scales", (scales * SCALE).reshape(-1))
        nodes = [
            *first,
            cast,
            turned,
            helper.make_node("Mul", [spread, GATE], [f"{base}.gated"]),
            helper.make_node("MatMul", [node.input[0], down_name], [f"{base}.narrow"]),
            helper.make_node("Mul", [f"{base}.narrow", f"{base}.gated"], [f"{base}.narrow2"]),
            helper.make_node("MatMul", [f"{base}.narrow2", f"{base}.up"], [f"{base}.added"]),
            helper.make_node("Add", [f"{base}.plain", f"{base}.added"], [product]),
        ]
        place = list(self.graph.node).index(node) + 1
        for offset, each in enumerate(nodes):
            self.graph.node.insert(place + offset, each)


def product_of(graph: onnx.GraphProto, weight: str) -> onnx.NodeProto:
    """The node that multiplies with a matrix, which it unfolds itself or is given unfolded."""
    return next(
        node
        for node in graph.node
        if (f"{weight}.int4" in node.input and node.op_type == "MatMulNBits")
        or (node.op_type == "MatMul" and node.input[1] == weight)
    )


def stored_adapter(
    graph: onnx.GraphProto,
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """The two matrices (down, up) beside each matrix of a file, by its name; to go on training."""
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found = {}
    for name in [each for each in arrays if each.endswith(".down.int8")]:
        base = name.removesuffix(".down.int8")
        down = (arrays[name].astype(np.float32) * arrays[f"{base}.down.scales"]).T
        up = arrays[f"{base}.up.int8"] * arrays[f"{base}.up.scales"].astype(np.float32) / SCALE
        found[base] = np.ascontiguousarray(down), up
    return found


def remove_adapter(graph: onnx.GraphProto) -> None:
    """Leave the verifier without the adapter that its file may hold."""
    made = (".down", ".down.f", ".up", ".up.f", ".gated", ".narrow", ".narrow2", ".added")
    plain = {name: node for node in graph.node for name in node.output if name.endswith(".plain")}
    for node in [each for each in graph.node if each.input and each.input[0] in plain]:
        plain[node.input[0]].output[0] = node.output[0]
        graph.node.remove(node)
    for node in [each for each in graph.node if each.output[0].endswith(made)]:
        graph.node.remove(node)
    stored = (".down.int8", ".down.scales", ".up.int8", ".up.scales")
    for array in [a for a in graph.initializer if a.name.endswith(stored) or a.name == GATE]:
        graph.initializer.remove(array)
    for given in [each for each in graph.input if each.name == GATE]:
        graph.input.remove(given)


def learnt_of(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a checkpoint of `adapters.save`, by name."""
    state = torch.load(path, weights_only=True)
    return {name: value.detach().float().numpy() for name, value in state["learnt"].items()}


def put_in(
    graph: onnx.GraphProto, learnt: dict[str, NDArray[np.float32]], weight: Callable[[str], str]
) -> None:
    """Put an adapter into a graph, in place of one that it may hold.

    Args:
        graph: The network.
        learnt: What `learnt_of` gives.
        weight: The name of the matrix in the graph, by its place in the model that learnt.
    """
    remove_adapter(graph)
    inserter = Inserter(graph)
    for name in [each for each in learnt if each.endswith(".down")]:
        place = name.removesuffix(".down")
        inserter.insert(weight(place), learnt[name], learnt[f"{place}.up"])


def save_head(path: Path, learnt: dict[str, NDArray[np.float32]]) -> None:
    """Write the head as the file that askdocs reads."""
    weights = learnt["head.weight"][0].astype(np.float32)
    np.savez(path, weights=weights, bias=np.float32(learnt["head.bias"][0]))


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Put an adapter into the verifier's file.")
    parser.add_argument("verifier", type=Path)
    parser.add_argument("learnt", type=Path)
    parser.add_argument("target", type=Path, help="folder")
    options = parser.parse_args()
    learnt = learnt_of(options.learnt)
    model = onnx.load(options.verifier)

    def weight(place: str) -> str:
        base = place.removeprefix("verifier.")
        assert base.rpartition(".")[2] in MATRICES
        return f"{base}.weight"

    put_in(model.graph, learnt, weight)
    onnx.checker.check_model(model)
    onnx.save(model, options.target / "verifier.onnx")
    save_head(options.target / "second_head.npz", learnt)
    print(f"{(options.target / 'verifier.onnx').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
