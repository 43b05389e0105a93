"""Scores claims with a trained checkpoint or an exported file, through one interface."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from training.common.onnx_files import model_bytes
from training.verifier.model import Verifier, load_verifier
from training.verifier.prepare import BEGIN, END, LONGEST_CLAIM, Claim, Group, Packer
from training.verifier.train import Rows


@dataclass(frozen=True)
class Pair:
    """A claim, its evidence, and the question that it answers."""

    claim: str
    evidence: tuple[str, ...]
    question: str = ""


class Scorer(Protocol):
    """A model that returns the log odds of "supported"."""

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return the logits of the classes for every pair, [pairs, 3]."""


def log_odds(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of the first class against the others together, [pairs]."""
    highest = logits[:, 1:].max(1)
    rest = highest + np.log(np.exp(logits[:, 1:] - highest[:, None]).sum(1))
    odds: NDArray[np.float64] = logits[:, 0] - rest
    return odds


class TorchScorer:
    """A network; claims of the same evidence share a row, as in training."""

    def __init__(self, verifier: Verifier, tokenizer: Path, *, budget: int = 3000) -> None:
        self._verifier = verifier
        self._tokenizer, self._budget = tokenizer, budget

    @classmethod
    def of_checkpoint(cls, path: Path, tokenizer: Path, *, in_four_bits: bool) -> TorchScorer:
        """The network of a checkpoint of `train.py`."""
        verifier = load_verifier(path)
        if in_four_bits:
            verifier.freeze(everything=True)
            verifier.learn_four_bits()
        return cls(verifier, tokenizer)

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return the logits of the classes for every pair, [pairs, 3]."""
        grouped: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
        for number, pair in enumerate(pairs):
            grouped[pair.question, pair.evidence].append(number)
        packer = Packer(self._tokenizer)
        order: list[int] = []
        for (question, evidence), numbers in grouped.items():
            claims = [Claim(pairs[number].claim, 0.0) for number in numbers]
            packer.add(Group(list(evidence), claims, question))
            order += numbers
        rows = Rows(packer.arrays())
        found = np.zeros((len(pairs), 3))
        sequence = np.argsort(rows.lengths, kind="stable")[::-1]
        while len(sequence):
            size = max(1, self._budget // int(rows.lengths[sequence[0]]))
            chosen, sequence = sequence[:size], sequence[size:]
            batch = rows.batch(chosen)
            with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self._verifier(batch.pieces, batch.segments, batch.places, batch.firsts)
            places = [n for row in chosen for n in rows.claims_of(int(row))]
            found[[order[n] for n in places]] = logits.float().numpy()
        return found


class OnnxScorer:
    """An exported file, one pair at a time, as askdocs runs it."""

    def __init__(self, model: Path, tokenizer: Path, threads: int = 2) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            model_bytes(model), options, providers=["CPUExecutionProvider"]
        )
        self._packer = Packer(tokenizer)

    def inputs(self, pair: Pair) -> dict[str, NDArray[np.int64]]:
        """Return the inputs of the exported file for one pair."""
        claim = Claim(pair.claim, 0.0)
        prefix = self._packer.prefix(Group(list(pair.evidence), [claim], pair.question), [claim])
        own = [END, *self._packer.pieces(pair.claim)[:LONGEST_CLAIM], END]
        assert prefix[0] == BEGIN
        marks = {0: 101, 2: 102}
        ids = np.array([[marks.get(n, n - 4) for n in prefix + own]], dtype=np.int64)
        types = np.array([[0] * len(prefix) + [1] * len(own)], dtype=np.int64)
        return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """Return the logits of the classes for every pair, [pairs, 3]."""
        found = [self._session.run(None, self.inputs(pair))[0][0] for pair in pairs]
        return np.array(found, dtype=np.float64)
