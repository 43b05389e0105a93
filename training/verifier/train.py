"""Trains the verifier on packed rows, with one worker per CPU core or on an accelerator.

The learning rate depends on the training time, not on the steps, so a run takes exactly the given
time. The rows are read in stages: first short pairs of premise and hypothesis, then the passes over
the claims.

On a busy machine, several threads of one process wait for each other at every operation. So with
`--workers 2`, two processes with one thread each compute half of every step. They share the
weights, sum their gradients, and each updates half of the weights.

Usage: python -m training.verifier.train rows.npz RUN_FOLDER --begin model.safetensors --until 19:55
"""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, multiprocessing, nn

from training.common.schedule import learning_rate
from training.verifier.model import PADDING, Shape, Verifier, from_published, load_verifier

EITHER = 0  # a false claim that may be contradicted or not stated


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length, and the targets of their claims."""

    pieces: Tensor
    segments: Tensor
    places: Tensor
    firsts: Tensor
    targets: Tensor
    ways: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


class Rows:
    """The rows that `prepare.py` packed."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._arrays = arrays
        self.stages: NDArray[np.int64] = self._arrays["stage"].astype(np.int64)
        ends = np.append(self._arrays["begin"][1:], len(self._arrays["tokens"]))
        self.lengths: NDArray[np.int64] = ends - self._arrays["begin"]

    @classmethod
    def read(cls, path: Path) -> Rows:
        """Return the rows of a file."""
        with np.load(path) as arrays:
            return cls({name: arrays[name] for name in arrays.files})

    def claims_of(self, row: int) -> range:
        """Return the numbers of a row's claims."""
        first = int(self._arrays["first_claim"][row])
        return range(first, first + int(self._arrays["claims"][row]))

    def batch(self, numbers: NDArray[np.int64]) -> Batch:
        """Return the rows with these numbers as one batch."""
        width = int(self.lengths[numbers].max())
        pieces = np.ones((len(numbers), width), dtype=np.int64)
        segments = np.full((len(numbers), width), PADDING)
        places = np.zeros((len(numbers), width), dtype=np.int64)
        firsts: list[tuple[int, int]] = []
        claims: list[int] = []
        arrays = self._arrays
        for row, number in enumerate(numbers):
            begin, length = arrays["begin"][number], self.lengths[number]
            pieces[row, :length] = arrays["tokens"][begin : begin + length]
            at = prefix = int(arrays["prefix"][number])
            segments[row, :prefix] = 0
            places[row, :prefix] = np.arange(prefix)
            first = int(arrays["first_claim"][number])
            for place in range(int(arrays["claims"][number])):
                size = int(arrays["length"][first + place])
                firsts.append((row, at))
                claims.append(first + place)
                segments[row, at : at + size] = place + 1
                places[row, at : at + size] = prefix + np.arange(size)
                at += size
        return Batch(
            torch.from_numpy(pieces),
            torch.from_numpy(segments),
            torch.from_numpy(places),
            torch.tensor(firsts),
            torch.from_numpy(arrays["target"][claims]),
            torch.from_numpy(arrays["way"][claims].astype(np.int64)),
        )


def steps(
    rows: Rows, budget: int, workers: int, seed: int, stages: list[int]
) -> Iterator[list[NDArray[np.int64]]]:
    """Yield one batch of row numbers per worker, stage by stage; the last stage is repeated.

    Rows of similar length are together. A batch has at most `budget` tokens, including padding.
    """
    generator = np.random.default_rng(seed)
    number = 0
    while True:
        stage = stages[min(number, len(stages) - 1)]
        number += 1
        order = generator.permutation(np.flatnonzero(rows.stages == stage))
        cut: list[NDArray[np.int64]] = []
        for first in range(0, len(order), 400):
            pool = order[first : first + 400]
            pool = pool[np.argsort(rows.lengths[pool], kind="stable")]
            part: list[int] = []
            for row in pool:
                if part and rows.lengths[row] * (len(part) + 1) > budget:
                    cut.append(np.array(part))
                    part = []
                part.append(int(row))
            cut.append(np.array(part))
        # The workers of one step get batches of similar cost, so that none waits for long.
        cut.sort(key=lambda part: int(rows.lengths[part].max()) * len(part))
        groups = [cut[n : n + workers] for n in range(0, len(cut) - workers + 1, workers)]
        for place in generator.permutation(len(groups)):
            yield groups[place]


def loss_of(verifier: Verifier, batch: Batch) -> Tensor:
    """Return the summed loss over the claims: cross entropy of supported against the rest.

    If it is known why a claim is false (contradicted or not stated), that class is its target.
    Otherwise the two false classes count as one.
    """
    with torch.autocast(batch.pieces.device.type, dtype=torch.bfloat16):
        logits = verifier(batch.pieces, batch.segments, batch.places, batch.firsts)
    logs: Tensor = logits.float().log_softmax(-1)
    both = logs[:, 1:].logsumexp(-1)
    known = logs.gather(1, batch.ways.clamp(min=1)[:, None])[:, 0]
    false = torch.where(batch.ways == EITHER, both, known)
    losses: Tensor = batch.targets * logs[:, 0] + (1 - batch.targets) * false
    return -losses.sum()


@dataclass
class Shared:
    """The state that the workers of a run share."""

    verifier: Verifier
    gradients: list[Tensor]
    numbers: Tensor  # [workers, 4]: claims, loss, squared norm of the half, seconds
    barrier: Any


def trained_parameters(verifier: Verifier) -> list[nn.Parameter]:
    """Return the parameters that are not frozen."""
    return [parameter for parameter in verifier.parameters() if parameter.requires_grad]


def views(flat: Tensor, parameters: list[nn.Parameter]) -> list[Tensor]:
    """Return parts of a flat tensor in the shapes of the parameters."""
    sizes = [parameter.numel() for parameter in parameters]
    parts = torch.split(flat, sizes)
    return [part.view_as(each) for part, each in zip(parts, parameters, strict=True)]


def sum_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the sum of tensors of one shape."""
    total = tensors[0].clone()
    for other in tensors[1:]:
        total += other
    return total


def share_of(worker: int, workers: int, parameters: list[nn.Parameter]) -> list[int]:
    """Return the parameters that a worker updates; all workers have about equal parts."""
    total = sum(each.numel() for each in parameters)
    before, found = 0, []
    for number, each in enumerate(parameters):
        if before * workers // total == worker:
            found.append(number)
        before += each.numel()
    return found


class Trainer:
    """One worker of a training run."""

    def __init__(self, worker: int, options: argparse.Namespace, shared: Shared) -> None:
        self._worker, self._options, self._shared = worker, options, shared
        self._is_first = worker == 0
        self._rows = Rows.read(options.rows)
        self._verifier = shared.verifier
        parameters = trained_parameters(self._verifier)
        own = share_of(worker, options.workers, parameters)
        self._summed = [
            [views(flat, parameters)[number] for number in own] for flat in shared.gradients
        ]
        for each, gradient in zip(
            parameters, views(shared.gradients[worker], parameters), strict=True
        ):
            each.grad = gradient
        judge = {id(each) for each in self._verifier.judge.parameters()}
        own_parameters = [nn.Parameter(parameters[number].data) for number in own]
        head = [n for n, number in enumerate(own) if id(parameters[number]) in judge]
        body = [n for n in range(len(own)) if n not in head]
        self._own = own_parameters
        groups = [
            {"params": [own_parameters[n] for n in body], "share": 1.0},
            {"params": [own_parameters[n] for n in head], "share": 5.0},
        ]
        self._optimizer = torch.optim.AdamW(
            [each for each in groups if each["params"]],
            lr=options.rate,
            weight_decay=0.01,
            betas=(0.9, 0.98),
            fused=True,
        )

    def step(self, batch: Batch, rate: float) -> tuple[float, float]:
        """Train on one batch per worker; return the number of claims and their summed loss."""
        shared, options = self._shared, self._options
        shared.gradients[self._worker].zero_()
        loss = loss_of(self._verifier, batch.to(options.device))
        loss.backward()
        shared.numbers[self._worker, 0] = len(batch.targets)
        shared.numbers[self._worker, 1] = loss.item()
        shared.barrier.wait()
        claims = float(shared.numbers[:, 0].sum())
        gradients = [sum_of(parts) / claims for parts in zip(*self._summed, strict=True)]
        shared.numbers[self._worker, 2] = sum(float(each.norm()) ** 2 for each in gradients)
        shared.barrier.wait()
        norm = float(shared.numbers[:, 2].sum()) ** 0.5
        for each, gradient in zip(self._own, gradients, strict=True):
            each.grad = gradient * min(1.0, options.clip / (norm + 1e-6))
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self._optimizer.step()
        total = float(shared.numbers[:, 1].sum())
        shared.barrier.wait()
        return claims, total

    def run(self) -> None:
        """Train until the time has passed."""
        options, shared = self._options, self._shared
        stream = steps(self._rows, options.budget, options.workers, options.seed, options.stages)
        began = reported = saved = time.monotonic()
        seconds = options.seconds
        claims = recent = recent_loss = 0.0
        in_four_bits = False
        self._verifier.train()
        for number, parts in enumerate(stream, start=1):
            now = time.monotonic() - began
            if self._is_first:
                shared.numbers[0, 3] = now
            shared.barrier.wait()
            now = float(
                shared.numbers[0, 3]
            )  # one clock for all, so that they stop at the same step
            shared.barrier.wait()
            progress = (now + options.spent) / (seconds + options.spent)
            if progress >= 1:
                break
            if progress >= options.four_bits_after and not in_four_bits:
                in_four_bits = True
                if self._is_first:
                    self.save("before_four_bits.pt", now, int(claims))
                self.round_weights()
            rate = learning_rate(progress, options.rate, options.warm_up) * min(1.0, number / 20)
            counted, summed = self.step(self._rows.batch(parts[self._worker]), rate)
            claims, recent = claims + counted, recent + counted
            recent_loss += summed
            if not self._is_first:
                continue
            if number % options.report_every == 0:
                pace = recent / (time.monotonic() - reported)
                print(
                    f"seconds {now:.0f} step {number} claims {claims:.0f} "
                    f"claims/s {pace:.1f} loss {recent_loss / recent:.4f}",
                    flush=True,
                )
                reported, recent, recent_loss = time.monotonic(), 0.0, 0.0
            if time.monotonic() - saved > options.save_every:
                saved = time.monotonic()
                self.save("latest.pt", now, int(claims))
        if self._is_first:
            self.save("final.pt", time.monotonic() - began, int(claims))

    def round_weights(self) -> None:
        """Use four-bit weights from now on; one worker at a time, as they are shared."""
        for worker in range(self._options.workers):
            if worker == self._worker:
                self._verifier.learn_four_bits()
            self._shared.barrier.wait()

    def save(self, name: str, seconds: float, claims: int) -> None:
        """Write a checkpoint atomically."""
        unfinished = self._options.run / "unfinished.pt"
        weights = {key: value.cpu() for key, value in self._verifier.state_dict().items()}
        state = {
            "verifier": weights,
            "shape": asdict(self._verifier.shape),
            "seconds": seconds + self._options.spent,
            "claims": claims,
        }
        torch.save(state, unfinished)
        unfinished.replace(self._options.run / name)


def work(worker: int, options: argparse.Namespace, shared: Shared) -> None:
    """Run one worker."""
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed + worker)
    Trainer(worker, options, shared).run()


class NoBarrier:
    """The barrier of a single worker."""

    def wait(self) -> None:
        """Return immediately."""


def train(options: argparse.Namespace) -> None:
    """Train with the options of the command line; `final.pt` in the run folder is the result."""
    torch.manual_seed(options.seed)
    if options.begin.suffix == ".safetensors":
        verifier = from_published(
            load_file(options.begin), Shape(options.layers, options.frozen_layers)
        )
    else:
        verifier = load_verifier(options.begin)
    verifier.freeze()
    verifier = verifier.to(options.device)
    count = sum(each.numel() for each in trained_parameters(verifier))
    gradients = [torch.zeros(count, device=options.device) for _ in range(options.workers)]
    numbers = torch.zeros(options.workers, 4, dtype=torch.float64)
    if options.workers == 1:
        work(0, options, Shared(verifier, gradients, numbers, NoBarrier()))
        return
    verifier.share_memory()
    for each in [*gradients, numbers]:
        each.share_memory_()
    context = multiprocessing.get_context("spawn")
    shared = Shared(verifier, gradients, numbers, context.Barrier(options.workers))
    multiprocessing.spawn(work, args=(options, shared), nprocs=options.workers)


def seconds_until(clock: str) -> float:
    """Return the seconds from now to the next time that the clock shows HH:MM."""
    now = datetime.datetime.now().astimezone()
    hour, minute = (int(part) for part in clock.split(":"))
    then = now.replace(hour=hour, minute=minute, second=0)
    return (then - now).total_seconds() % 86_400


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train the verifier.")
    parser.add_argument("rows", type=Path, help="file of prepare.py")
    parser.add_argument("run", type=Path, help="folder for checkpoints")
    parser.add_argument("--begin", type=Path, required=True, help="MPNet weights or a checkpoint")
    parser.add_argument("--seconds", type=float, default=0, help="how long to train")
    parser.add_argument("--until", type=seconds_until, default=0, help="HH:MM instead")
    parser.add_argument("--spent", type=float, default=0, help="seconds of the run gone on with")
    parser.add_argument("--stages", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each worker")
    parser.add_argument("--layers", type=int, default=9)
    parser.add_argument("--frozen-layers", type=int, default=2)
    parser.add_argument("--budget", type=int, default=1600, help="tokens of a worker's step")
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--warm-up", type=float, default=0.04)
    parser.add_argument(
        "--four-bits-after", type=float, default=0.8, help="share of the time; 1: never"
    )
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report-every", type=int, default=20, help="steps")
    parser.add_argument("--save-every", type=float, default=600, help="seconds")
    options = parser.parse_args()
    options.seconds = options.seconds or options.until
    options.run.mkdir(parents=True, exist_ok=True)
    train(options)


if __name__ == "__main__":
    main()
