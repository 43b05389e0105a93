r"""Teach the verifier's network to say which sentences answer a question, by a small adapter.

    python training/tune_adapter.py train ROWS.npz RUN --verifier verifier.onnx --seconds 2700
    python training/tune_adapter.py judge ROWS.npz RUN/final.pt --verifier verifier.onnx

ROWS are those that `tune_reader.py pack` writes. The network that checks statements is larger than
the reader (8 layers of 768 numbers, begun from all-mpnet-base-v2), and its weights stay as they
are: what is learnt are two narrow matrices beside each matrix of the upper layers (LoRA; Hu and
others 2021, arXiv:2106.09685) and a linear layer over the first token and the mean of a sentence's
tokens. A row is `<s> question </s></s> title and passage </s>`, as the verifier's evidence with its
question. The loss is that of `tune_reader.py`: the softmax over all sentences of a question's
passages and "none", whose logit is 0.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent / "verifier"))

from export_verifier import MARKS, SHIFT
from model import FIRST_PLACE, WIDTH, Layer, Matrix, Verifier, distance_buckets
from restore import restore
from train import rate_at
from tune_reader import Groups, figures, head_loss, order, sentence_states

PADDING = 1
END = 2
MATRICES = ("queries_keys_values", "attended", "wide", "narrow")
WARM_UP = 0.05  # of the time, in which the learning rate rises
SCALE = 2.0  # of what an adapter adds: alpha / rank of the paper


class Adapted(nn.Module):
    """A matrix that stays as it is, with two narrow ones beside it that learn."""

    def __init__(self, matrix: Matrix, rank: int) -> None:
        super().__init__()
        self.matrix = matrix
        self.down = nn.Parameter(torch.empty(rank, matrix.in_features))
        self.up = nn.Parameter(torch.zeros(matrix.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, inputs: Tensor) -> Tensor:
        """The products and biases, with what the adapter adds."""
        narrow = nn.functional.linear(inputs, self.down)
        added: Tensor = nn.functional.linear(narrow, self.up)
        product: Tensor = self.matrix(inputs)
        return product + SCALE * added


class Answering(nn.Module):
    """The verifier with an adapter in its upper layers, and a head that scores sentences."""

    def __init__(self, verifier: Verifier, layers: int, rank: int) -> None:
        super().__init__()
        self.verifier = verifier
        verifier.requires_grad_(False)
        verifier.to(torch.bfloat16)
        self.first = len(verifier.layers) - layers
        for layer in list(verifier.layers)[self.first :]:
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
        hidden = self._states(batch["pieces"])
        states = sentence_states(hidden, batch["sentence"], batch["count"])
        with torch.autocast("cpu", enabled=False):
            logits: Tensor = self.head(states)[:, 0]
        return logits

    def _states(self, pieces: Tensor) -> Tensor:
        """The last hidden states, [rows, length, width]."""
        verifier = self.verifier
        with torch.no_grad():
            steps = torch.arange(pieces.shape[1])
            bias = verifier.distances(distance_buckets(steps[None])).permute(0, 3, 1, 2)
            bias = bias.masked_fill((pieces == PADDING)[:, None, None, :], -1e4)
            hidden = verifier.word_norm(
                verifier.words(pieces) + verifier.places(steps + FIRST_PLACE)[None]
            )
            for layer in list(verifier.layers)[: self.first]:
                hidden = layer(hidden, bias)
        for layer in list(verifier.layers)[self.first :]:
            assert isinstance(layer, Layer)
            hidden = layer(hidden, bias)
        return hidden


def batch_of(groups: Groups, numbers: Sequence[int]) -> dict[str, Any]:
    """The rows of some groups in the verifier's numbers, with two `</s>` after the question."""
    batch = groups.batch(numbers)
    ids = batch["inputs"]["input_ids"].numpy()
    real = batch["inputs"]["attention_mask"].numpy().astype(bool)
    types = batch["inputs"]["token_type_ids"].numpy()
    sentence = batch["sentence"].numpy()
    pieces = np.full((ids.shape[0], ids.shape[1] + 1), PADDING)
    moved = np.zeros_like(pieces)
    own = np.where(
        np.isin(ids, list(MARKS)), np.vectorize(lambda n: MARKS.get(n, 0))(ids), ids + SHIFT
    )
    for row in range(len(ids)):
        length, second = int(real[row].sum()), int(types[row].argmax())
        pieces[row, :second], pieces[row, second] = own[row, :second], END
        pieces[row, second + 1 : length + 1] = own[row, second:length]
        moved[row, second + 1 :] = sentence[row, second:]
    return batch | {"pieces": torch.from_numpy(pieces), "sentence": torch.from_numpy(moved)}


def scores_of(model: Answering, batch: dict[str, Any]) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return model(batch)


def judged(model: Answering, groups: Groups, numbers: list[int]) -> str:
    """The figures of `tune_reader.py` for some groups."""

    def scored(part: Sequence[int]) -> tuple[dict[str, Any], Tensor]:
        batch = batch_of(groups, part)
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


def load(path: Path, verifier: Path) -> Answering:
    """The network of a file that `save` wrote, ready to be used."""
    state = torch.load(path, weights_only=True)
    model = Answering(restore(verifier, 0), state["layers"], state["rank"])
    model.load_state_dict(state["learnt"], strict=False)
    return model.eval()


def chosen(groups: Groups, options: argparse.Namespace, epoch: int) -> Groups:
    """The groups of one pass: all of the folders, and another share of those before them.

    Of the passages of a question some are drawn anew for each pass, one with the answer among them.
    """
    generator = np.random.default_rng(options.seed + epoch)
    left_out = generator.random(len(groups.rows)) >= options.others
    left_out[options.folders_from :] = False
    found = copy.copy(groups)
    held_out = np.where(left_out, -1, groups.arrays["held_out"])
    found.arrays = groups.arrays | {"held_out": held_out}
    relevant = groups.arrays["relevant"]
    found.rows = []
    for rows in groups.rows:
        drawn = generator.permutation(rows)
        first = drawn[np.argsort(-relevant[drawn], kind="stable")][:1]
        rest = [row for row in drawn if row not in first][: options.passages - 1]
        found.rows.append(np.array([*first, *rest]))
    return found


def train(options: argparse.Namespace) -> None:
    """Train for a given time; `final.pt` in the run folder is the result."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    options.run.mkdir(parents=True, exist_ok=True)
    groups = Groups(options.rows)
    model = Answering(restore(options.verifier, 0), options.layers, options.rank)
    if options.begin:
        model.load_state_dict(torch.load(options.begin, weights_only=True)["learnt"], strict=False)
    held_out = groups.of(held_out=True).tolist()
    some = held_out[:: max(1, len(held_out) // 160)]
    learnt = model.learnt()
    print(sum(each.numel() for each in learnt.values()), "weights learn", flush=True)
    head = [value for name, value in learnt.items() if name.startswith("head.")]
    body = [value for name, value in learnt.items() if not name.startswith("head.")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "share": 1.0}, {"params": head, "share": 2.0}],
        lr=options.rate,
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    began = saved = time.monotonic()
    seen, step, since = 0, 0, 0.0
    model.train()
    for epoch in range(100):
        part = chosen(groups, options, epoch)
        for numbers in order(part, options.batch, options.seed + epoch):
            spent = time.monotonic() - began
            if spent >= options.seconds:
                save(model, options, "final")
                print("ends with", judged(model, groups, held_out), flush=True)
                return
            share = spent / options.seconds
            for each in optimizer.param_groups:
                each["lr"] = rate_at(share, options.rate, WARM_UP) * each["share"]
            batch = batch_of(part, numbers)
            loss = head_loss(scores_of(model, batch), batch)
            loss.backward()
            nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen, step, since = seen + len(numbers), step + 1, since + float(loss.detach())
            if step % 25 == 0:
                print(f"seconds {spent:.0f} questions {seen} loss {since / 25:.3f}", flush=True)
                since = 0.0
            if time.monotonic() - saved > options.save_every:
                saved = time.monotonic()
                save(model, options, "latest")
                print(f"seconds {spent:.0f}", judged(model, groups, some), flush=True)


def main() -> None:
    """Train or judge from the command line."""
    parser = argparse.ArgumentParser(description="Teach the verifier's network to find answers.")
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train")
    training.add_argument("rows", type=Path)
    training.add_argument("run", type=Path)
    training.add_argument("--verifier", type=Path, required=True, help="verifier.onnx")
    training.add_argument("--begin", type=Path, help="what an earlier run learnt")
    training.add_argument("--seconds", type=float, required=True)
    training.add_argument("--batch", type=int, default=8, help="questions")
    training.add_argument("--rate", type=float, default=4e-4)
    training.add_argument("--layers", type=int, default=6, help="upper layers with an adapter")
    training.add_argument("--rank", type=int, default=4)
    training.add_argument("--passages", type=int, default=3, help="of a question in each pass")
    training.add_argument("--folders-from", type=int, default=0, help="first question of folders")
    training.add_argument("--others", type=float, default=0.3, help="share of the others a pass")
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--seed", type=int, default=1)
    training.add_argument("--save-every", type=float, default=420, help="seconds")
    training.set_defaults(run_command=train)
    judging = commands.add_parser("judge")
    judging.add_argument("rows", type=Path)
    judging.add_argument("learnt", type=Path)
    judging.add_argument("--verifier", type=Path, required=True)
    judging.set_defaults(
        run_command=lambda given: print(
            judged(
                load(given.learnt, given.verifier),
                Groups(given.rows),
                Groups(given.rows).of(held_out=True).tolist(),
            )
        )
    )
    options = parser.parse_args()
    options.run_command(options)


if __name__ == "__main__":
    main()
