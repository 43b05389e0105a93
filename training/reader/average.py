"""Averages the weights of several checkpoints of one reader. That is often better than each one.

    python -m training.reader.average AVERAGE.pt 0.6=WORK/run1/final.pt 0.4=WORK/run2/final.pt

The checkpoints must have been trained from common weights, each from those of another one ("model
soups", Wortsman and others, 2022, arXiv:2203.05482). The shares are divided by their sum.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor


def average(shares: dict[Path, float]) -> dict[str, Tensor]:
    """The weighted mean of checkpoints of `reader/train.py`."""
    whole = sum(shares.values())
    found: dict[str, Tensor] = {}
    for path, share in shares.items():
        for name, weights in torch.load(path, weights_only=True)["reader"].items():
            part = weights.float() * (share / whole)
            found[name] = found[name] + part if name in found else part
    return found


def main() -> None:
    """Average from the command line."""
    parser = argparse.ArgumentParser(description="Average checkpoints of the reader.")
    parser.add_argument("target", type=Path, help="checkpoint to write")
    parser.add_argument("parts", nargs="+", metavar="SHARE=CHECKPOINT")
    options = parser.parse_args()
    parts = (part.partition("=") for part in options.parts)
    shares = {Path(path): float(share) for share, _, path in parts}
    torch.save({"reader": average(shares)}, options.target)


if __name__ == "__main__":
    main()
