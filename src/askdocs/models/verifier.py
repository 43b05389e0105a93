"""The verifier: a small model that says whether evidence supports a claim."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from askdocs.models.bundled import batches, load_onnx, load_tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

VERIFIER = "verifier.onnx"
STATES = "layer_norm_16"  # the output of the network's last layer
LONGEST_PREFIX = 300  # tokens of question and evidence, as in training
LONGEST_QUESTION = 60  # tokens
LONGEST_CLAIM = 80  # tokens
_BATCH_TOKENS = 1024  # padded tokens that are read at once
_BEGIN, _END = 101, 102  # [CLS] and [SEP] of the tokenizer
_LARGEST_ODDS = 50.0  # logits beyond are as good as sure, and would overflow
_AT_ONCE = 2  # callers: each takes all cores, and more would only take memory


@dataclass(frozen=True, slots=True)
class ClaimScore:
    """How likely a text supports, contradicts or does not state a claim; the sum is 1."""

    supported: float
    contradicted: float
    not_stated: float


def load_network() -> InferenceSession:
    """The verifier's network, which gives its last hidden states (`STATES`) too."""
    return load_onnx(VERIFIER, outputs=[STATES])


class ClaimScorer(Protocol):
    """Judges claims against evidence.

    `threshold` is the probability of support from which a claim is shown as supported.
    """

    threshold: float

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        """Judge a claim against each text of evidence alone.

        Args:
            claim: One sentence.
            evidences: Texts that are judged each by itself. Several passages that are to be
                judged together are joined by a line break.
            question: What the claim answers; "" if unknown. It helps where a claim says "it".

        Returns:
            The score of each evidence, in order.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Row:
    """Token numbers of question, evidence and claim, and where the claim begins."""

    ids: list[int]
    claim_begins: int


class OnnxClaimScorer:
    """The verifier that ships with the package, run by ONNX Runtime. It has learnt English.

    Calibration (slope, offset) and threshold are kept in the metadata of the file.

    Args:
        session: The network, where it is loaded already.
    """

    def __init__(self, session: InferenceSession | None = None) -> None:
        self._session = session or load_network()
        self._tokenizer = load_tokenizer()
        self._turns = threading.Semaphore(_AT_ONCE)
        constants = self._session.get_modelmeta().custom_metadata_map
        self._slope, self._offset = float(constants["slope"]), float(constants["offset"])
        self.threshold = float(constants["threshold"])

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        rows = [self._row(claim, evidence, question) for evidence in evidences]
        found: dict[int, ClaimScore] = {}
        with self._turns:
            for batch in batches([len(row.ids) for row in rows], _BATCH_TOKENS):
                (logits,) = self._session.run(["logits"], _inputs([rows[n] for n in batch]))
                found.update(zip(batch, map(self._score, logits), strict=True))
        return [found[number] for number in range(len(rows))]

    def _score(self, logits: NDArray[np.float32]) -> ClaimScore:
        """Calibrated probabilities; the two false classes share what is left as the model says."""
        true, wrong, missing = (float(each) for each in logits)
        highest = max(wrong, missing)
        false = highest + math.log(math.exp(wrong - highest) + math.exp(missing - highest))
        odds = self._slope * (true - false) + self._offset
        supported = 1 / (1 + math.exp(-max(-_LARGEST_ODDS, min(_LARGEST_ODDS, odds))))
        contradicted = (1 - supported) * math.exp(wrong - false)
        return ClaimScore(supported, contradicted, 1 - supported - contradicted)

    def _row(self, claim: str, evidence: str, question: str) -> _Row:
        """[CLS] question [SEP] [SEP] evidence [SEP] [SEP] claim [SEP], as in training."""
        asked = self._ids(question)[:LONGEST_QUESTION] if question else []
        before = [*asked, _END, _END] if asked else []
        room = LONGEST_PREFIX - len(before) - 2
        ids = self._ids(evidence)
        if len(ids) > room:
            words = int(len(evidence.split()) * room / len(ids) * 0.95)
            ids = self._ids(nearest_sentences(evidence, claim, words))[:room]
        prefix = [_BEGIN, *before, *ids, _END]
        return _Row([*prefix, _END, *self._ids(claim)[:LONGEST_CLAIM], _END], len(prefix))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def nearest_sentences(text: str, claim: str, words: int) -> str:
    """The sentences that share most words with a claim, in their order.

    Args:
        text: Evidence that is longer than the model reads.
        claim: One sentence.
        words: How many words may be kept.

    Returns:
        The sentences as one text; the first words where no sentence is short enough.
    """
    parts = re.split(r"(?<=[.!?])[\"”’)]*\s+(?=[A-Z0-9\"“(])|\n+", text)
    parts = [part for part in parts if part.strip()]
    wanted = _words(claim)
    order = sorted(range(len(parts)), key=lambda n: -len(_words(parts[n]) & wanted))
    kept: list[int] = []
    for number in order:
        length = len(parts[number].split())
        if length <= words:
            kept.append(number)
            words -= length
    return " ".join(parts[n] for n in sorted(kept)) or " ".join(text.split()[:words])


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3 or word.isdigit()}


def _inputs(rows: Sequence[_Row]) -> dict[str, NDArray[np.int64]]:
    """Model inputs, int64 [rows, longest], padded with zeros."""
    shape = (len(rows), max(len(row.ids) for row in rows))
    inputs = {
        name: np.zeros(shape, np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for number, row in enumerate(rows):
        inputs["input_ids"][number, : len(row.ids)] = row.ids
        inputs["attention_mask"][number, : len(row.ids)] = 1
        inputs["token_type_ids"][number, row.claim_begins : len(row.ids)] = 1
    return inputs
