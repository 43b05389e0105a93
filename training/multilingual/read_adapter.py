r"""Teach the multilingual embedder's network to say which sentences answer, by an adapter.

    python training/multilingual/read_adapter.py pack ROWS.npz --reader reader_multi.jsonl.gz \
        --english reader.jsonl.gz --people people_questions.jsonl.gz --answers answers.jsonl.gz \
        --worlds data/worlds/*.jsonl --languages data/languages/*.jsonl
    python training/multilingual/read_adapter.py train ROWS.npz RUN --seconds 3600
    python training/multilingual/read_adapter.py judge ROWS.npz RUN/final.pt

The network (multilingual-e5-small: 12 layers of 384 numbers, in 4 bits) stays as it is. What is
learnt are two narrow matrices beside each of its matrices (LoRA; Hu and others 2021,
arXiv:2106.09685) and a linear layer over the first token and the mean of a sentence's tokens, as in
`tune_adapter.py`. A row is `<s> question </s></s> title and passage </s>`. The loss is that of
`tune_reader.py`.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import json
import sys
import time
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

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "verifier"))

import worlds
from export_adapter import stored_adapter
from tune_adapter import WARM_UP, Adapted, Matrix, rate_at
from tune_reader import (
    Asked,
    Found,
    Groups,
    Marks,
    Packer,
    figures,
    found_in,
    head_loss,
    longer_answers,
    order,
    people,
    places_told,
    sentence_states,
    short_answers,
)

from askdocs import Assistant, Config
from askdocs.models.bundled import MODELS, MULTILINGUAL, MULTILINGUAL_TOKENIZER
from askdocs.models.second_reader import MULTILINGUAL_HEAD
from askdocs.types import Document

WIDTH, HEADS, LAYERS = 384, 12, 12
EPSILON = 1e-12
PADDING = 1
HELD_OUT = 50  # one text in so many is for judging
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
        self.first = 0  # layer that learns
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
    """The graph of a file, packed or not."""
    data = exported.read_bytes()
    data = gzip.decompress(data) if exported.suffix == ".gz" else data
    return onnx.load_from_string(data).graph


def _words(stored: dict[str, Any]) -> Tensor:
    """The word table, [pieces, width], of which three numbers share a code."""
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


class Answering(nn.Module):
    """The network with an adapter, and a head that scores sentences."""

    def __init__(self, exported: Path, layers: int, rank: int) -> None:
        super().__init__()
        self.network = Network(exported)
        self.network.requires_grad_(False)
        self.network.to(torch.bfloat16)
        self.network.first = LAYERS - layers
        for layer in list(self.network.layers)[self.network.first :]:
            for name in MATRICES:
                setattr(layer, name, Adapted(getattr(layer, name), rank))
        self.head = nn.Linear(2 * WIDTH, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def learnt(self) -> dict[str, Tensor]:
        """The weights that learn, by name."""
        return {name: value for name, value in self.named_parameters() if value.requires_grad}

    def forward(self, batch: dict[str, Any]) -> Tensor:
        """The logit of each sentence of a batch, [count], float32."""
        pieces = batch["inputs"]["input_ids"]
        pieces = pieces.masked_fill(batch["inputs"]["attention_mask"] == 0, PADDING)
        hidden = self.network(pieces)
        states = sentence_states(hidden, batch["sentence"], batch["count"])
        with torch.autocast("cpu", enabled=False):
            logits: Tensor = self.head(states)[:, 0]
        return logits


def questions_of(path: Path, most: int) -> list[Asked]:
    """Questions in many languages, each with its short answer; at most so many of a language."""
    found: dict[tuple[str, str], list[Asked]] = defaultdict(list)
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
                Asked(row["question"], document, spans, short=bool(spans), held_out=held_out)
            )
    chosen = []
    for each in found.values():
        numbers = np.random.default_rng(5).permutation(len(each))[:most]
        chosen += [each[number] for number in numbers]
    return chosen


def searched(world: Path) -> Iterator[Found]:
    """The questions of a folder in other languages, with the passages that are found for them."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        rows = worlds.unpack(world, corpus)
        (corpus / worlds.QUESTIONS).unlink()
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
    """Write the packed file: first the sets, then the folders."""
    packer = Packer(MARKS)
    if options.reader:
        packer.add(questions_of(options.reader, options.most))
    if options.people:
        packer.add(people(options.people))
    if options.answers:
        packer.add(longer_answers(options.answers, 2500))
    if options.english:
        packer.add(short_answers(options.english, 4000))
    for world in options.worlds:
        packer.add_found(found_in(world, held_out=False))
    for world in options.languages:
        packer.add_found(searched(world))
        print(world.stem, len(packer.packed.held_out), "questions", flush=True)
    arrays = packer.packed.arrays()
    np.savez_compressed(options.rows, **arrays)
    print(f"{len(arrays['held_out'])} questions, {len(arrays['lengths'])} rows")


def joined(paths: Sequence[Path]) -> tuple[Groups, list[int]]:
    """The groups of several packed files, one after the other, and how many each has."""
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


def drawn(groups: Groups, counts: Sequence[int], options: argparse.Namespace, epoch: int) -> Groups:
    """The groups of one pass, of whose passages some are drawn, one with the answer among them.

    Of each file its share is taken.
    """
    generator = np.random.default_rng(options.seed + epoch)
    given = [*options.shares, *([1.0] * len(counts))][: len(counts)]
    shares = np.repeat(given, counts)
    left_out = generator.random(len(groups.rows)) >= shares
    found = copy.copy(groups)
    held_out = np.where(left_out, -1, groups.arrays["held_out"])
    found.arrays = groups.arrays | {"held_out": held_out}
    relevant = groups.arrays["relevant"]
    found.rows = []
    for rows in groups.rows:
        mixed = generator.permutation(rows)
        first = mixed[np.argsort(-relevant[mixed], kind="stable")][:1]
        rest = [row for row in mixed if row not in first][: options.passages - 1]
        found.rows.append(np.array([*first, *rest]))
    return found


def scores_of(model: Answering, batch: dict[str, Any]) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return model(batch)


def judged(model: Answering, groups: Groups, numbers: Sequence[int]) -> str:
    """The figures of `tune_reader.py` for some groups."""

    def scored(part: Sequence[int]) -> tuple[dict[str, Any], Tensor]:
        batch = groups.batch(part)
        return batch, scores_of(model, batch)

    model.eval()
    found = figures(scored, numbers)
    model.train()
    return found


def save(model: Answering, options: argparse.Namespace, name: str) -> None:
    """Write what was learnt, with its shape."""
    learnt = {name: value.detach() for name, value in model.learnt().items()}
    state = {"learnt": learnt, "layers": options.layers, "rank": options.rank}
    torch.save(state, options.run / f"{name}.pt")


def load(path: Path, exported: Path) -> Answering:
    """The network of a file that `save` wrote, ready to be used."""
    state = torch.load(path, weights_only=True)
    model = Answering(exported, state["layers"], state["rank"])
    model.load_state_dict(state["learnt"], strict=False)
    return model.eval()


def begun(path: Path) -> dict[str, Tensor]:
    """What an earlier run has learnt: of its checkpoint, or of the folder of shipped weights."""
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
    """Train for a given time; `final.pt` in the run folder is the result."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    options.run.mkdir(parents=True, exist_ok=True)
    groups, counts = joined(options.rows)
    model = Answering(options.network, options.layers, options.rank)
    if options.begin:
        model.load_state_dict(begun(options.begin), strict=False)
    held_out = groups.of(held_out=True).tolist()
    some = held_out[:: max(1, len(held_out) // 160)]
    learnt = model.learnt()
    print(sum(each.numel() for each in learnt.values()), "weights learn", flush=True)
    optimizer = torch.optim.AdamW(
        list(learnt.values()), lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98)
    )
    began = saved = time.monotonic()
    seen, step, since = 0, 0, 0.0
    model.train()
    for epoch in range(100):
        part = drawn(groups, counts, options, epoch)
        for numbers in order(part, options.batch, options.seed + epoch):
            spent = time.monotonic() - began
            if spent >= options.seconds:
                save(model, options, "final")
                if held_out:
                    print("ends with", judged(model, groups, held_out), flush=True)
                return
            for each in optimizer.param_groups:
                each["lr"] = rate_at(spent / options.seconds, options.rate, WARM_UP)
            batch = part.batch(numbers)
            loss = head_loss(scores_of(model, batch), batch)
            loss.backward()
            nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen, step, since = seen + len(numbers), step + 1, since + float(loss.detach())
            if step % 50 == 0:
                print(f"seconds {spent:.0f} questions {seen} loss {since / 50:.3f}", flush=True)
                since = 0.0
            if time.monotonic() - saved > options.save_every:
                saved = time.monotonic()
                save(model, options, "latest")
                if some:
                    print(f"seconds {spent:.0f}", judged(model, groups, some), flush=True)


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
    training.add_argument("run", type=Path)
    training.add_argument("--network", type=Path, default=MODELS / MULTILINGUAL)
    training.add_argument("--begin", type=Path, help="checkpoint, or folder of the shipped weights")
    training.add_argument("--seconds", type=float, required=True)
    training.add_argument("--batch", type=int, default=8, help="questions")
    training.add_argument("--rate", type=float, default=6e-4)
    training.add_argument("--layers", type=int, default=8, help="upper layers with an adapter")
    training.add_argument("--rank", type=int, default=16)
    training.add_argument("--passages", type=int, default=3, help="of a question in each pass")
    training.add_argument(
        "--shares", type=float, nargs="*", default=[], help="of each file that a pass takes"
    )
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--seed", type=int, default=1)
    training.add_argument("--save-every", type=float, default=420, help="seconds")
    training.set_defaults(run_command=train)
    judging = commands.add_parser("judge")
    judging.add_argument("rows", type=Path)
    judging.add_argument("learnt", type=Path)
    judging.add_argument("--network", type=Path, default=MODELS / MULTILINGUAL)
    judging.set_defaults(
        run_command=lambda given: print(
            judged(
                load(given.learnt, given.network),
                Groups(given.rows),
                Groups(given.rows).of(held_out=True).tolist(),
            )
        )
    )
    options = parser.parse_args()
    options.run_command(options)


if __name__ == "__main__":
    main()
