r"""Trains an adapter with which the shipped verifier judges more kinds of documents.

    python -m training.verifier.finetune WORK/rows.npz WORK/run --verifier verifier.onnx.gz \
        --seconds 3000

The verifier's weights are not changed; they are in 4 bits. Two narrow matrices for each matrix of
the upper layers are trained (LoRA; Hu and others 2021, arXiv:2106.09685), and the linear layer that
judges. The rows, the batches and the loss are those of `train.py`; each pass is a stage.
`reranker/export.py` puts the result into `verifier.onnx.gz`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from training.common.schedule import learning_rate
from training.reranker import adapter
from training.reranker.adapter import insert_adapter, save_learnt
from training.verifier.model import MATRICES, Verifier
from training.verifier.restore import restore
from training.verifier.train import Batch, Rows, loss_of, steps

WARM_UP = 0.05  # the share of the time in which the learning rate rises
JUDGE_SHARE = 0.5  # the learning rate of the layer that judges, relative to the others
LONGEST_NORM = 1.0  # gradients are clipped to this norm


def with_adapter(verifier: Verifier, layers: int, rank: int) -> Verifier:
    """Insert an adapter into the upper layers of a verifier. Only it and the judge are trained.

    Args:
        verifier: Changed in place; its weights are converted to bfloat16.
        layers: How many upper layers get an adapter.
        rank: The rank of the adapter.
    """
    insert_adapter(verifier, MATRICES, layers, rank)
    verifier.judge.float().requires_grad_(True)
    return verifier


def load(checkpoint: Path, exported: Path) -> Verifier:
    """Return the verifier of a file with the adapter of a checkpoint, for inference."""
    return adapter.load(checkpoint, lambda *shape: with_adapter(restore(exported, 0), *shape))


def batches(rows: Rows, budget: int, seed: int) -> Iterator[Batch]:
    """Yield batches of at most `budget` tokens, pass after pass."""
    passes = sorted({int(stage) for stage in rows.stages} - {0})
    for (numbers,) in steps(rows, budget, 1, seed, passes):
        yield rows.batch(numbers)


def optimizer_of(verifier: Verifier, rate: float) -> torch.optim.Optimizer:
    """Return AdamW for the trained parameters; the judge has a share of the learning rate."""
    judge = list(verifier.judge.parameters())
    own = {id(each) for each in judge}
    others = [each for each in verifier.parameters() if each.requires_grad and id(each) not in own]
    groups = [{"params": others, "share": 1.0}, {"params": judge, "share": JUDGE_SHARE}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, betas=(0.9, 0.98))


def step(verifier: Verifier, batch: Batch, optimizer: torch.optim.Optimizer, rate: float) -> float:
    """Train on one batch; return the summed loss of its claims."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["share"]
    loss: Tensor = loss_of(verifier, batch)
    (loss / len(batch.targets)).backward()
    learnt = [each for group in optimizer.param_groups for each in group["params"]]
    nn.utils.clip_grad_norm_(learnt, LONGEST_NORM)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def train(options: argparse.Namespace) -> None:
    """Train for the given time; `final.pt` in the run folder is the result."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    options.run.mkdir(parents=True, exist_ok=True)
    verifier = with_adapter(restore(options.verifier, 0), options.layers, options.rank).train()
    if options.begin:
        begun = torch.load(options.begin, weights_only=True)["learnt"]
        verifier.load_state_dict(begun, strict=False)
    shape = {"layers": options.layers, "rank": options.rank}
    optimizer = optimizer_of(verifier, options.rate)
    began = saved = time.monotonic()
    claims, recent, recent_loss = 0, 0, 0.0
    rows = Rows.read(options.rows)
    for number, batch in enumerate(batches(rows, options.budget, options.seed), start=1):
        spent = time.monotonic() - began
        if spent >= options.seconds:
            break
        rate = learning_rate(spent / options.seconds, options.rate, WARM_UP)
        recent_loss += step(verifier, batch, optimizer, rate)
        claims, recent = claims + len(batch.targets), recent + len(batch.targets)
        if number % options.report_every == 0:
            print(
                f"seconds {spent:.0f} claims {claims} loss {recent_loss / recent:.4f}", flush=True
            )
            recent, recent_loss = 0, 0.0
        if time.monotonic() - saved > options.save_every:
            saved = time.monotonic()
            save_learnt(verifier, options.run / "latest.pt", **shape)
    save_learnt(verifier, options.run / "final.pt", **shape)


def main() -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description="Train an adapter for judging.")
    parser.add_argument("rows", type=Path, help="file of prepare.py")
    parser.add_argument("run", type=Path, help="folder for checkpoints")
    parser.add_argument("--verifier", type=Path, required=True, help="verifier.onnx.gz")
    parser.add_argument("--begin", type=Path, help="checkpoint of an earlier run of this shape")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--budget", type=int, default=2200, help="tokens of a step")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report-every", type=int, default=25, help="steps")
    parser.add_argument("--save-every", type=float, default=600, help="seconds")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
