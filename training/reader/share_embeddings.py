"""Moves the word table that embedder and reader share into one file, in four bits.

The reader was trained without changing MiniLM's word vectors, so both files have the same table. It
is written once, as `words.onnx`: a part of a model that is loaded together with either file. The
float32 scales of their matrices become float16.

    python -m training.reader.share_embeddings WEIGHTS

`WEIGHTS` has an `embedder.onnx` of embedder/export.py and a `reader.onnx` of reader/export.py. Both
are overwritten. If one of them no longer has its own table, `words.onnx` is not changed, and the
other file uses it if its table is the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.common import quantize_onnx
from training.common.checksums import record_checksums

WORDS = "words"
MODELS = ("embedder.onnx", "reader.onnx")
ROUNDED = 5e-3  # the greatest difference between a table in 8 bits and the same one in 4 bits


def table_of(model: onnx.ModelProto) -> tuple[str, quantize_onnx.Floats]:
    """Return the name of the word table of a model in 8 bits, and the table, float32."""
    tensors = {each.name: each for each in model.graph.initializer}
    name = next(n for n in tensors if n.endswith("word_embeddings.weight.int8"))
    base = name.removesuffix(".int8")
    scales = numpy_helper.to_array(tensors[f"{base}.scales"])
    return base, numpy_helper.to_array(tensors[name]).astype(np.float32) * scales


def read_shared(model: onnx.ModelProto, name: str) -> None:
    """Change the nodes that read the word table `name`, so that they read the shared one."""
    graph = model.graph
    gather = next(each for each in graph.node if f"{name}.int8" in each.input)
    rows, first = gather.input[1], list(graph.node).index(gather)
    target = gather.output[0].removesuffix(".int8")
    old = [each for each in graph.node if {f"{target}.int8", f"{target}.float", f"{target}.scales"}
           & {*each.input, *each.output}]  # fmt: skip
    for node in old:
        graph.node.remove(node)
    for offset, node in enumerate(quantize_onnx.look_up(WORDS, rows, target)):
        graph.node.insert(first + offset, node)
    for tensor in [each for each in graph.initializer if each.name.startswith(f"{name}.")]:
        graph.initializer.remove(tensor)


def halve_scales(model: onnx.ModelProto) -> None:
    """Store the scales of the matrices in float16."""
    graph = model.graph
    for tensor in [each for each in graph.initializer if each.name.endswith(".scales")]:
        kept = numpy_helper.to_array(tensor).astype(np.float16)
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(kept, f"{tensor.name}16"))
        graph.node.insert(
            0,
            helper.make_node(
                "Cast", [f"{tensor.name}16"], [tensor.name], to=int(TensorProto.FLOAT)
            ),
        )


def shared_part(table: quantize_onnx.Floats) -> onnx.ModelProto:
    """Return a part of a model with only the table and the tensors that its nodes read."""
    tensors = quantize_onnx.initializers(WORDS, *quantize_onnx.quantise(table))
    part = onnx.ModelProto()
    part.graph.initializer.extend([*tensors, *quantize_onnx.constants(table.shape[1])])
    return part


def whole(path: Path) -> bytes:
    """Return a model; if its file has no table, with the shared one next to it."""
    shared = path.parent / "words.onnx"
    data = path.read_bytes()
    is_part = path.name in MODELS and shared.exists() and b"word_embeddings.weight.int8" not in data
    return data + shared.read_bytes() if is_part else data


def shared_table(folder: Path) -> quantize_onnx.Floats:
    """Return the table of `words.onnx`, float32."""
    part = onnx.load(folder / "words.onnx")
    held = {each.name: numpy_helper.to_array(each) for each in part.graph.initializer}
    scales = held[f"{WORDS}.scales16"].astype(np.float32)
    return np.asarray(quantize_onnx.unfolded(held[f"{WORDS}.int4"], scales))


def main() -> None:
    """Share the table from the command line."""
    parser = argparse.ArgumentParser(description="Write the word table of both models once.")
    parser.add_argument("weights", type=Path, help="folder of embedder.onnx and reader.onnx")
    folder: Path = parser.parse_args().weights
    models = {
        name: onnx.load(folder / name)
        for name in MODELS
        if b"word_embeddings.weight.int8" in (folder / name).read_bytes()
    }
    tables = {name: table_of(model) for name, model in models.items()}
    shared = len(models) < len(MODELS)
    first = shared_table(folder) if shared else tables[MODELS[0]][1]
    apart = ROUNDED if shared else 1e-6
    if not all(np.allclose(first, table, atol=apart) for _, table in tables.values()):
        raise SystemExit("The files have different word tables.")
    part = onnx.load(folder / "words.onnx") if shared else shared_part(first)
    (folder / "words.onnx").write_bytes(part.SerializeToString(deterministic=True))
    for name, model in models.items():
        read_shared(model, tables[name][0])
        halve_scales(model)
        checked = onnx.ModelProto()
        checked.ParseFromString(model.SerializeToString() + part.SerializeToString())
        onnx.checker.check_model(checked, full_check=True)
        onnx.save(model, folder / name)
    record_checksums(folder, [*models, "words.onnx"])


if __name__ == "__main__":
    main()
