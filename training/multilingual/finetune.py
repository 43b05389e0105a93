r"""Trains an adapter with which the multilingual embedder's network says which sentences answer.

    python -m training.multilingual.finetune pack ROWS.npz --reader reader_multi.jsonl.gz \
        --english reader.jsonl.gz --people people_questions.jsonl.gz --answers answers.jsonl.gz \
        --worlds data/worlds/*.jsonl --languages data/languages/*.jsonl
    python -m training.multilingual.finetune train ROWS.npz RUN --seconds 3600
    python -m training.multilingual.finetune judge ROWS.npz RUN/final.pt

The network (multilingual-e5-small: 12 layers of width 384, in 4 bits) is not changed. Two narrow
matrices for each of its matrices are trained (LoRA; Hu and others 2021, arXiv:2106.09685), and a
linear layer over the first token and the mean of a sentence's tokens, as in `reranker/finetune.py`.
A row is `<s> question </s></s> title and passage </s>`. The loss is that of `reader/finetune.py`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from askdocs import Assistant, Config
from askdocs.models.bundled import MODELS, MULTILINGUAL, MULTILINGUAL_TOKENIZER
from askdocs.models.cross_encoder import MULTILINGUAL_HEAD
from askdocs.types import Document
from training import synthetic_corpora
from training.common.onnx_files import read_model
from training.reader.finetune import (
    FoundQuestion,
    Groups,
    MarkedQuestion,
    Marks,
    Packer,
    found_in,
    longer_answers,
    natural_questions,
    places_told,
    short_answers,
)
from training.reranker import adapter
from training.reranker.export import stored_adapter
from training.verifier.model import Matrix

WIDTH, HEADS, LAYERS = 384, 12, 12
EPSILON = 1e-12
PADDING = 1
HELD_OUT = 50  # one of so many texts is held out for evaluation
MARKS = Marks(MULTILINGUAL_TOKENIZER, 0, (2, 2), 2)
LANGUAGES = frozenset("de fr es en fa ur ar hi vi zh zh-Hant ja ko id pl pt th he".split())
MATRICES = ("query", "key", "value", "attended", "wide", "narrow")
NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attended": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}  # ours, those of the file


class Layer(nn.Module):
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("query", "key", "value", "attended"):
            setattr(self, name, Matrix(WIDTH, WIDTH))
        self.attention_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.wide = Matrix(WIDTH, 4 * WIDTH)
        self.narrow = Matrix(4 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """The next hidden states, [batch, length, width]."""
        batch, length, _ = hidden.shape
        query, key, value = (
            getattr(self, name)(hidden).view(batch, length, HEADS, -1).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        seen = self.attended(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        hidden = self.attention_norm(hidden + seen)
        inner: Tensor = self.narrow(nn.functional.gelu(self.wide(hidden)))
        output: Tensor = self.norm(hidden + inner)
        return output


class Network(nn.Module):
    """The embedder's network, read back from its file."""

    def __init__(self, exported: Path) -> None:
        super().__init__()
        self.first = 0  # the first layer that is trained
        graph = graph_of(exported)
        stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self.words = nn.Embedding.from_pretrained(_words(stored))
        self.places = nn.Embedding.from_pretrained(
            torch.from_numpy(stored["places16"].astype(np.float32))
        )
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        with torch.no_grad():
            _fill(self.norm, stored, "model.embeddings.LayerNorm")
            for number, layer in enumerate(self.layers):
                before = f"model.encoder.layer.{number}."
                for name, held in NAMES.items():
                    _fill(getattr(layer, name), stored, before + held)
                _fill(layer.attention_norm, stored, f"{before}attention.output.LayerNorm")
                _fill(layer.norm, stored, f"{before}output.LayerNorm")

    def forward(self, pieces: Tensor) -> Tensor:
        """The last hidden states, [rows, length, width]."""
        places = self.places(torch.arange(pieces.shape[1]))[None]
        hidden: Tensor = self.norm(self.words(pieces) + places)
        hidden = hidden.to(self.layers[0].norm.weight.dtype)
        bias = torch.zeros(pieces.shape[0], 1, 1, pieces.shape[1], dtype=hidden.dtype)
        bias = bias.masked_fill((pieces == PADDING)[:, None, None, :], -1e4)
        with torch.no_grad():
            for layer in list(self.layers)[: self.first]:
                hidden = layer(hidden, bias)
        for layer in list(self.layers)[self.first :]:
            hidden = layer(hidden, bias)
        return hidden


def graph_of(exported: Path) -> onnx.GraphProto:
    """The graph of a file, compressed or not."""
    return read_model(exported).graph


def _words(stored: dict[str, Any]) -> Tensor:
    """The word table, [pieces, width]. Three numbers of it share a code."""
    table = "model.embeddings.word_embeddings.weight"
    chosen = stored[f"{table}.codes"].astype(np.int64) + stored["offsets"]
    parts = stored[f"{table}.centres16"].astype(np.float32)[chosen]
    return torch.from_numpy(parts.reshape(len(chosen), -1))


def _fill(module: nn.Module, stored: dict[str, Any], name: str) -> None:
    if f"{name}.weight.int4" in stored:
        codes, scales = stored[f"{name}.weight.int4"], stored[f"{name}.weight.scales16"]
        both = np.concatenate([codes & 15, codes >> 4], axis=-1).astype(np.float32) - 8
        weight = (both * scales.astype(np.float32)).reshape(len(codes), -1)
    else:
        weight = stored[f"{name}.weight"]
    module.weight.copy_(torch.from_numpy(weight.copy()))
    module.bias.copy_(torch.from_numpy(stored[f"{name}.bias"].copy()))


class MultilingualReranker(adapter.Reranker):
    """The network with an adapter, and a head that scores sentences."""

    def __init__(self, exported: Path, layers: int, rank: int) -> None:
        network = Network(exported)
        super().__init__(network, WIDTH, MATRICES, layers, rank)
        self.network = network
        network.first = self.first

    def states(self, batch: dict[str, Any]) -> Tensor:
        """The last hidden states, [rows, length, width]."""
        pieces = batch["inputs"]["input_ids"]
        pieces = pieces.masked_fill(batch["inputs"]["attention_mask"] == 0, PADDING)
        hidden: Tensor = self.network(pieces)
        return hidden


def questions_of(path: Path, most: int) -> list[MarkedQuestion]:
    """Questions in many languages with their short answers, limited in number per language."""
    found: dict[tuple[str, str], list[MarkedQuestion]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            asked = row.get("question_lang") or row["lang"]
            if asked not in LANGUAGES or row["lang"] not in LANGUAGES:
                continue
            document = Document(f"multi-{number}.txt", row["context"], row.get("title") or "")
            start = row["answer_start"]
            spans = ((start, start + len(row["answer_text"])),) if row["answerable"] else ()
            held_out = crc32(row["context"].encode()) % HELD_OUT == 0
            found[row["lang"], asked].append(
                MarkedQuestion(
                    row["question"], document, spans, short=bool(spans), held_out=held_out
                )
            )
    chosen = []
    for each in found.values():
        numbers = np.random.default_rng(5).permutation(len(each))[:most]
        chosen += [each[number] for number in numbers]
    return chosen


def searched(corpus_file: Path) -> Iterator[FoundQuestion]:
    """The questions of a folder in another language, with the passages found for them."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        rows = synthetic_corpora.unpack(corpus_file, corpus)
        (corpus / synthetic_corpora.QUESTIONS).unlink()
        settings = Config(corpus=corpus, index=Path(folder, "index"), models="multilingual")
        with Assistant(settings) as assistant:
            assistant.index()
            texts = {
                each.source: assistant.document(each.source).text
                for each in assistant.status().documents
            }
            for row in rows:
                if row.get("h"):
                    continue
                known = assistant.consider(row["q"])
                passages = tuple(hit.passage for hit in known.hits)
                if passages:
                    yield places_told(row, row["q"], passages, texts, held_out=False)


def pack(options: argparse.Namespace) -> None:
    """Write the packed file: first the question sets, then the folders."""
    packer = Packer(MARKS)
    if options.reader:
        packer.add(questions_of(options.reader, options.most))
    if options.people:
        packer.add(natural_questions(options.people))
    if options.answers:
        packer.add(longer_answers(options.answers, 2500))
    if options.english:
        packer.add(short_answers(options.english, 4000))
    for corpus_file in options.worlds:
        packer.add_found(found_in(corpus_file, held_out=False))
    for corpus_file in options.languages:
        packer.add_found(searched(corpus_file))
        print(corpus_file.stem, len(packer.packed.held_out), "questions", flush=True)
    arrays = packer.packed.arrays()
    np.savez_compressed(options.rows, allow_pickle=False, **arrays)
    print(f"{len(arrays['held_out'])} questions, {len(arrays['lengths'])} rows")


def joined(paths: Sequence[Path]) -> tuple[Groups, list[int]]:
    """The groups of several packed files in order, and the number of groups of each."""
    whole = Groups(paths[0])
    counts = [len(whole.rows)]
    for path in paths[1:]:
        more = Groups(path)
        counts.append(len(more.rows))
        more.arrays["group"] = more.arrays["group"] + len(whole.rows)
        arrays = {n: np.concatenate([whole.arrays[n], more.arrays[n]]) for n in whole.arrays}
        whole.arrays = arrays
        whole.begins = np.concatenate([[0], np.cumsum(arrays["lengths"])])
        whole.first_sentence = np.concatenate([[0], np.cumsum(arrays["sentences"])])
        group = arrays["group"]
        whole.rows = np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1)
    return whole, counts


def load(path: Path, exported: Path) -> adapter.Reranker:
    """Load the network of a file of `adapter.save` for inference."""
    return adapter.load(path, lambda *shape: MultilingualReranker(exported, *shape))


def begun(path: Path) -> dict[str, Tensor]:
    """The trained weights of an earlier run: its checkpoint, or the folder of shipped weights."""
    if path.is_file():
        learnt: dict[str, Tensor] = torch.load(path, weights_only=True)["learnt"]
        return learnt
    stored = stored_adapter(graph_of(path / MULTILINGUAL))
    names = {held: name for name, held in NAMES.items()}
    learnt = {}
    for base, (down, up) in stored.items():
        layer, _, held = base.removeprefix("model.encoder.layer.").partition(".")
        place = f"network.layers.{layer}.{names[held]}"
        learnt |= {f"{place}.down": torch.from_numpy(down), f"{place}.up": torch.from_numpy(up)}
    with np.load(path / MULTILINGUAL_HEAD) as head:
        learnt["head.weight"] = torch.from_numpy(head["weights"])[None]
        learnt["head.bias"] = torch.from_numpy(head["bias"]).reshape(1)
    return learnt


def train(options: argparse.Namespace) -> None:
    """Train for a given time. Each pass uses a share of each file."""
    adapter.prepare(options)
    groups, counts = joined(options.rows)
    model = MultilingualReranker(options.network, options.layers, options.rank)
    if options.begin:
        model.load_state_dict(begun(options.begin), strict=False)
    given = [*options.shares, *([1.0] * len(counts))][: len(counts)]
    shares = np.repeat(given, counts)

    def part(epoch: int) -> Groups:
        generator = np.random.default_rng(options.seed + epoch)
        left_out = generator.random(len(groups.rows)) >= shares
        return adapter.drawn(groups, left_out, generator, options.passages)

    adapter.train(model, groups, part, options)


def main() -> None:
    """Pack, train or judge from the command line."""
    parser = argparse.ArgumentParser(description="Teach the multilingual network to read.")
    commands = parser.add_subparsers(required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("rows", type=Path)
    packing.add_argument("--reader", type=Path, help="reader_multi.jsonl.gz")
    packing.add_argument("--english", type=Path, nargs="*", default=[])
    packing.add_argument("--people", type=Path)
    packing.add_argument("--answers", type=Path)
    packing.add_argument("--worlds", type=Path, nargs="*", default=[])
    packing.add_argument("--languages", type=Path, nargs="*", default=[])
    packing.add_argument("--most", type=int, default=2500, help="questions of a language")
    packing.set_defaults(run_command=pack)
    training = commands.add_parser("train")
    training.add_argument("rows", type=Path, nargs="+")
    adapter.add_options(training, rate=6e-4, layers=8, rank=16)
    training.add_argument("--network", type=Path, default=MODELS / MULTILINGUAL)
    training.add_argument("--begin", type=Path, help="checkpoint, or folder of the shipped weights")
    training.add_argument(
        "--shares", type=float, nargs="*", default=[], help="of each file that a pass takes"
    )
    training.set_defaults(run_command=train)
    judging = commands.add_parser("judge")
    judging.add_argument("rows", type=Path)
    judging.add_argument("learnt", type=Path)
    judging.add_argument("--network", type=Path, default=MODELS / MULTILINGUAL)
    judging.set_defaults(
        run_command=lambda given: adapter.print_judged(
            load(given.learnt, given.network), given.rows
        )
    )
    options = parser.parse_args()
    options.run_command(options)


if __name__ == "__main__":
    main()
