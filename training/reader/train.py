"""Trains the reader: a small encoder that marks the answer in a passage, or says there is none.

The model is MiniLM with two linear layers on top: start and end logits for every token, and one
relevance logit from [CLS]. The logits of [CLS] mean "this passage does not answer", as in SQuAD
2.0. The learning rate depends on the training time, not on the steps, so a run takes exactly the
given time on any hardware.

With `--teachers`, the rows are first read by trained readers, and the run also learns their mean
distributions (knowledge distillation, Hinton and others 2015, arXiv:1503.02531). With
`--layers 12`, every layer of the initial weights is used twice in a row. Such a deeper reader is
only used as a teacher.

With `--development`, the loss on held-out rows is measured at each checkpoint. `best.pt` is the
checkpoint with the lowest loss. The run stops early if the loss has not fallen `--patience` times
in a row.

Usage: python -m training.reader.train PACKED RUN_FOLDER --begin READER.pt --seconds 600
"""

from __future__ import annotations

import argparse
import io
import lzma
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from training.common.schedule import learning_rate

FORBIDDEN = -10_000.0  # logit of a position where no answer can be
LAYERS = 6
WIDTH = 384
HEADS = 12


class Reader(nn.Module):
    """MiniLM with a span head and a relevance head; the weights are random at first."""

    def __init__(self, layers: int = LAYERS, dropout: float = 0.0) -> None:
        super().__init__()
        config = BertConfig(
            hidden_size=WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=HEADS,
            intermediate_size=4 * WIDTH,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,
            attn_implementation="sdpa",
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.span = nn.Linear(WIDTH, 2)
        self.relevance = nn.Linear(WIDTH, 1)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return start logits and end logits, [batch, length], and relevance logits, [batch]."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        spans = self.span(hidden)
        return spans[..., 0], spans[..., 1], self.relevance(hidden[:, 0])[:, 0]


def layers_of(weights: dict[str, Tensor]) -> int:
    """Return the number of encoder layers of a reader's weights."""
    return 1 + max(int(n) for n in re.findall(r"encoder\.layer\.(\d+)\.", " ".join(weights)))


def deepened(weights: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Return weights of `layers` layers, in which each given layer is repeated equally often."""
    times = layers // layers_of(weights)
    found = {}
    for name, value in weights.items():
        numbered = re.match(r"(encoder\.encoder\.layer\.)(\d+)(\..*)", name)
        if not numbered:
            found[name] = value
            continue
        for copy in range(times):
            number = int(numbered[2]) * times + copy
            found[f"{numbered[1]}{number}{numbered[3]}"] = value
    return found


def load_reader(checkpoint: Path, *, layers: int = 0, dropout: float = 0.0) -> Reader:
    """Return the reader of a checkpoint for inference, with `layers` layers (0: unchanged)."""
    weights = torch.load(checkpoint, weights_only=True, map_location="cpu")["reader"]
    layers = layers or layers_of(weights)
    reader = Reader(layers, dropout)
    reader.load_state_dict(deepened(weights, layers))
    reader.eval()
    return reader


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length: model inputs, allowed positions and targets, on the device."""

    inputs: dict[str, Tensor]
    allowed: Tensor
    start: Tensor
    end: Tensor
    relevant: Tensor
    span: Tensor
    soft_start: Tensor | None = None
    soft_end: Tensor | None = None
    soft_relevant: Tensor | None = None


class Rows:
    """The rows of a packed file on a device, where batches are made of them."""

    def __init__(self, path: Path, device: str) -> None:
        with lzma.open(path) as packed:  # read as a whole, because seeking in LZMA starts again
            arrays = dict(np.load(io.BytesIO(packed.read())))
        self.lengths: NDArray[np.int64] = arrays["lengths"].astype(np.int64)
        self.device = device
        self._on_device = {
            name: torch.from_numpy(values.astype(np.int32)).to(device).long()
            for name, values in arrays.items()
        }
        begins = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self._begins = torch.from_numpy(begins).to(device)
        self._soft: dict[str, Tensor] = {}

    def __len__(self) -> int:
        return len(self.lengths)

    def places(self, numbers: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Return row numbers, token positions [batch, length] and the mask of real tokens."""
        length = int(self.lengths[numbers].max())
        chosen = torch.from_numpy(numbers).to(self.device)
        steps = torch.arange(length, device=self.device)
        real = steps < self._on_device["lengths"][chosen, None]
        places = torch.where(real, self._begins[chosen, None] + steps, 0)
        return chosen, places, real

    def batch(self, numbers: NDArray[np.int64]) -> Batch:
        """Return the rows with these numbers as one batch."""
        chosen, places, real = self.places(numbers)
        row = {name: values[chosen] for name, values in self._on_device.items() if name != "tokens"}
        steps = torch.arange(real.shape[1], device=self.device)
        allowed = (steps >= row["first"][:, None]) & (steps < row["lengths"][:, None] - 1)
        allowed[:, 0] = True
        inputs = {
            "input_ids": torch.where(real, self._on_device["tokens"][places], 0),
            "attention_mask": real.long(),
            "token_type_ids": (real & (steps >= row["second"][:, None])).long(),
        }
        targets = {name: row[name] for name in ("start", "end")}
        flags = {name: row[name].float() for name in ("relevant", "span")}
        soft = {}
        if self._soft:
            for name in ("soft_start", "soft_end"):
                soft[name] = torch.where(real, self._soft[name][places].float(), 0.0)
            soft["soft_relevant"] = self._soft["soft_relevant"][chosen]
        return Batch(inputs=inputs, allowed=allowed, **targets, **flags, **soft)

    def learn_from(self, teachers: list[Reader], size: int = 512) -> None:
        """Store the teachers' mean distributions of start, end and relevance as soft targets."""
        count = len(self._on_device["tokens"])
        self._soft = {
            "soft_start": torch.zeros(count, dtype=torch.bfloat16, device=self.device),
            "soft_end": torch.zeros(count, dtype=torch.bfloat16, device=self.device),
            "soft_relevant": torch.zeros(len(self), device=self.device),
        }
        order = np.argsort(self.lengths, kind="stable")
        with torch.inference_mode():
            for first in range(0, len(order), size):
                numbers = order[first : first + size]
                chosen, places, real = self.places(numbers)
                batch = self.batch(numbers)
                sums = [torch.zeros(real.shape, device=self.device) for _ in range(2)]
                relevant = torch.zeros(len(numbers), device=self.device)
                for teacher in teachers:
                    start, end, relevance = outputs(teacher, batch)
                    sums[0] += start.softmax(-1) / len(teachers)
                    sums[1] += end.softmax(-1) / len(teachers)
                    relevant += relevance.sigmoid() / len(teachers)
                self._soft["soft_start"][places[real]] = sums[0][real].bfloat16()
                self._soft["soft_end"][places[real]] = sums[1][real].bfloat16()
                self._soft["soft_relevant"][chosen] = relevant
        self._soft = {name: values.clone() for name, values in self._soft.items()}


def batches(lengths: NDArray[np.int64], size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield endless batches of row numbers of similar length, each pass in a new order.

    Rows are sorted by length only within groups of 50 batches.
    """
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(len(lengths))
        cut = []
        for first in range(0, len(order), size * 50):
            group = order[first : first + size * 50]
            group = group[np.argsort(lengths[group], kind="stable")]
            cut += [group[n : n + size] for n in range(0, len(group), size)]
        for number in generator.permutation(len(cut)):
            yield cut[number]


def outputs(reader: Reader, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Return the reader's logits in float32; forbidden positions have `FORBIDDEN`."""
    device = batch.allowed.device.type
    with torch.autocast(device, dtype=torch.bfloat16):
        start, end, relevance = reader(**batch.inputs)
    return (
        start.float().masked_fill(~batch.allowed, FORBIDDEN),
        end.float().masked_fill(~batch.allowed, FORBIDDEN),
        relevance.float(),
    )


def losses(reader: Reader, batch: Batch, soft_share: float) -> Tensor:
    """Return the span loss (without rows whose span is unknown) and the relevance loss, [2].

    If there are teachers, the share `soft_share` of each comes from their distributions.
    """
    start, end, relevance = outputs(reader, batch)
    cross_entropy = nn.functional.cross_entropy
    each = cross_entropy(start, batch.start, reduction="none")
    each = (each + cross_entropy(end, batch.end, reduction="none")) / 2
    span = (each * batch.span).sum() / batch.span.sum().clamp(min=1)
    relevant = nn.functional.binary_cross_entropy_with_logits(relevance, batch.relevant)
    hard = torch.stack([span, relevant])
    if batch.soft_start is None or batch.soft_end is None or batch.soft_relevant is None:
        return hard
    soft_span = cross_entropy(start, batch.soft_start) + cross_entropy(end, batch.soft_end)
    soft_relevant = nn.functional.binary_cross_entropy_with_logits(relevance, batch.soft_relevant)
    soft = torch.stack([soft_span / 2, soft_relevant])
    return (1 - soft_share) * hard + soft_share * soft


def weighted(parts: Tensor, relevance_weight: float) -> Tensor:
    """Return the span loss plus the weighted relevance loss."""
    return parts[0] + relevance_weight * parts[1]


def development_loss(reader: Reader, rows: Rows, relevance_weight: float) -> float:
    """Return the mean loss over all batches of `rows`, by which checkpoints are compared."""
    reader.eval()
    order = np.argsort(rows.lengths, kind="stable")
    with torch.inference_mode():
        values: list[float] = [
            weighted(losses(reader, rows.batch(order[n : n + 64]), 0.0), relevance_weight).item()
            for n in range(0, len(order), 64)
        ]
    reader.train()
    return sum(values) / len(values)


def new_optimizer(reader: Reader, rate: float) -> torch.optim.AdamW:
    """Return AdamW. The heads are new, so their learning rate is five times as high."""
    heads = [*reader.span.parameters(), *reader.relevance.parameters()]
    body = [parameter for parameter in reader.encoder.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(
        [{"params": body, "share": 1.0}, {"params": heads, "share": 5.0}],
        lr=rate,
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )


class Keeper:
    """Writes checkpoints, and records the best one on the development rows."""

    def __init__(self, options: argparse.Namespace, reader: Reader, rows: Rows | None) -> None:
        self._options, self._reader, self._rows = options, reader, rows
        self._lowest, self._failures = float("inf"), 0

    def keep(self, state: dict[str, Any], name: str = "latest.pt") -> None:
        """Write a checkpoint, and `best.pt` if no earlier one had a lower development loss."""
        state = {"reader": self._reader.state_dict(), **state}
        self._write(state, name)
        if self._rows is None:
            return
        loss = development_loss(self._reader, self._rows, self._options.relevance_weight)
        self._failures = self._failures + 1 if loss >= self._lowest else 0
        if loss < self._lowest:
            self._lowest = loss
            self._write(state, "best.pt")
        print(f"seconds {state['seconds']:.0f} development loss {loss:.4f}", flush=True)

    def has_stalled(self) -> bool:
        """Whether the loss has not fallen `--patience` times in a row."""
        return bool(self._options.patience) and self._failures >= self._options.patience

    def _write(self, state: dict[str, Any], name: str) -> None:
        """Write a checkpoint atomically."""
        unfinished = self._options.run / "unfinished.pt"
        torch.save(state, unfinished)
        unfinished.replace(self._options.run / name)


def train(options: argparse.Namespace) -> None:
    """Train until the time has passed; `final.pt` in the run folder is the result."""
    set_up = time.monotonic()
    torch.manual_seed(options.seed)
    state = torch.load(options.resume, weights_only=True) if options.resume else {}
    reader = load_reader(
        options.resume or options.begin, layers=options.layers, dropout=options.dropout
    ).to(options.device)
    # Word vectors are not trained: they are half of all weights, and rare words keep their meaning.
    reader.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    rows = Rows(options.rows, options.device)
    if options.teachers:
        rows.learn_from([load_reader(path).to(options.device) for path in options.teachers])
        print(f"teachers had read after {time.monotonic() - set_up:.0f} s", flush=True)
    development = Rows(options.development, options.device) if options.development else None
    keeper = Keeper(options, reader, development)
    optimizer = new_optimizer(reader, options.rate)
    if state:
        optimizer.load_state_dict(state["optimizer"])
    seen = at_first = int(state.get("seen", 0))
    stream = batches(rows.lengths, options.batch, options.seed)
    for _ in range(seen // options.batch):
        next(stream)
    before = saved = float(state.get("seconds", 0))
    began = time.monotonic() - before
    limit = options.seconds - (began + before - set_up)
    since = torch.zeros(2, device=options.device)
    reader.train()
    for step, numbers in enumerate(stream, start=1):
        seconds = time.monotonic() - began
        progress = seconds / max(1.0, limit)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(progress, options.rate) * group["share"]
        parts = losses(reader, rows.batch(numbers), options.soft_share)
        weighted(parts, options.relevance_weight).backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen += len(numbers)
        since += parts.detach()
        if step % options.report_every == 0:
            pace = (seen - at_first) / (seconds - before)
            span, relevance = (since / options.report_every).tolist()
            since.zero_()
            print(
                f"seconds {seconds:.0f} rows {seen} rows/s {pace:.0f} "
                f"span and relevance loss {span:.3f} {relevance:.3f}",
                flush=True,
            )
        if seconds - saved > options.save_every:
            saved = seconds
            left = {"optimizer": optimizer.state_dict(), "seconds": seconds, "seen": seen}
            keeper.keep(left)
            if keeper.has_stalled():
                break
    keeper.keep({"seconds": seconds, "seen": seen}, "final.pt")


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("rows", type=Path, help="training rows of pack_rows.py")
    parser.add_argument("run", type=Path, help="folder for checkpoints")
    parser.add_argument("--begin", type=Path, help="checkpoint whose weights to begin with")
    parser.add_argument("--resume", type=Path, help="latest.pt of a stopped run to go on with")
    parser.add_argument("--seconds", type=float, required=True, help="time, teachers included")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--layers", type=int, default=0, help="0: as many as it begins with")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="checkpoints")
    parser.add_argument("--soft-share", type=float, default=0.7, help="of the loss, by teachers")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--relevance-weight", type=float, default=0.5)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report-every", type=int, default=200, help="steps")
    parser.add_argument("--save-every", type=float, default=240, help="seconds")
    parser.add_argument("--development", type=Path, help="development rows of pack_rows.py")
    parser.add_argument("--patience", type=int, default=0, help="0: never stop early")
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    train(options)


if __name__ == "__main__":
    main()
