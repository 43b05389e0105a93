"""Measures the peak speed of this machine, and how much of it embedding uses, in one run."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from statistics import median
from unittest import mock

# Operations per token in the matrix products of all-MiniLM-L6-v2: 6 layers with 4 products of
# 384 x 384 and 2 of 384 x 1536, and for each weight one multiplication and one addition. Those of
# the attention, some 2 % at 100 tokens, are not counted.
OPERATIONS_A_TOKEN = 2 * 6 * (4 * 384 * 384 + 2 * 384 * 1536)


def describe() -> str:
    """Describe the machine and its current load."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{_cpu()}, {cores} cores{load}, Python {platform.python_version()}"


def matmul_peak(precision: str, rounds: int = 15, size: int = 2048) -> tuple[float, float]:
    """(best, median) 10^9 operations a second of PyTorch's matrix products in a precision."""
    import torch

    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    generator = torch.Generator().manual_seed(1)
    left, right = (torch.rand(size, size, generator=generator).to(kind) for _ in range(2))
    left @ right
    rates = []
    for _ in range(rounds):
        began = time.perf_counter()
        left @ right
        rates.append(2 * size**3 / (time.perf_counter() - began) / 1e9)
    return max(rates), median(rates)


def embedding_rate(texts: list[str], precision: str, rounds: int = 5) -> dict[str, float]:
    """Texts, tokens and 10^9 operations a second of the shipped embedder; medians over rounds."""
    from askdocs.models import bundled, embedders

    tokenizer = bundled.load_tokenizer()
    tokens = sum(len(each.ids) for each in tokenizer.encode_batch(texts))
    with mock.patch.object(embedders, "has_bfloat16", return_value=precision == "bfloat16"):
        embedder = embedders.OnnxEmbedder()
        for _ in range(3):  # after many texts it may continue in bfloat16
            embedder.embed_many(texts)
        seconds = []
        for _ in range(rounds):
            began = time.perf_counter()
            embedder.embed_many(texts)
            seconds.append(time.perf_counter() - began)
        embedder.release_worker()
    usual = median(seconds)
    return {
        "texts_a_second": len(texts) / usual,
        "tokens_a_second": tokens / usual,
        "gigaoperations_a_second": tokens * OPERATIONS_A_TOKEN / usual / 1e9,
        "best_gigaoperations_a_second": tokens * OPERATIONS_A_TOKEN / min(seconds) / 1e9,
    }


def precisions() -> list[str]:
    """The precisions in which the shipped embedder can run on this machine."""
    from askdocs.models.worker.encoder import has_bfloat16

    return ["float32", "bfloat16"] if has_bfloat16() else ["float32"]


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
