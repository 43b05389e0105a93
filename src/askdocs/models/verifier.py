"""The verifier: a small model that predicts whether evidence supports a claim."""

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

VERIFIER = "verifier.onnx.gz"
HIDDEN_STATES = "layer_norm_16"  # the output of the network's last layer
MAX_PREFIX_TOKENS = 300  # of question and evidence, as in training
MAX_QUESTION_TOKENS = 60
MAX_CLAIM_TOKENS = 80
_BATCH_TOKENS = 1024  # padded tokens per batch
_CLS, _SEP = 101, 102  # tokens
_MAX_LOGIT = 50.0  # larger ones would overflow, and mean the same
_MAX_CONCURRENT = 2  # callers; each uses all cores, so more would only need memory


@dataclass(frozen=True, slots=True)
class ClaimScore:
    """The probabilities that a text supports, contradicts or does not state a claim. Sum: 1."""

    supported: float
    contradicted: float
    not_stated: float


def load_network() -> InferenceSession:
    """The verifier's network. Its outputs include its last hidden states (`HIDDEN_STATES`)."""
    return load_onnx(VERIFIER, outputs=[HIDDEN_STATES])


class ClaimScorer(Protocol):
    """Scores claims against evidence.

    Attributes:
        threshold: The probability of support from which a claim is shown as supported.
    """

    threshold: float

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        """Score a claim against each text of evidence separately.

        Args:
            claim: One sentence.
            evidences: Texts of evidence. Several passages that count together are joined by a
                line break.
            question: What the claim answers; "" if unknown. It helps if a claim contains "it".

        Returns:
            The score of each evidence, in order.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Row:
    """The token ids of question, evidence and claim, and the position where the claim begins."""

    ids: list[int]
    claim_begins: int


class OnnxClaimScorer:
    """The verifier that is shipped with the package, run by ONNX Runtime. It is English-only.

    The file's metadata contain its calibration (slope, offset) and its threshold.

    Args:
        session: The network if it is loaded already.
    """

    def __init__(self, session: InferenceSession | None = None) -> None:
        self._session = session or load_network()
        self._tokenizer = load_tokenizer()
        self._slots = threading.Semaphore(_MAX_CONCURRENT)
        constants = self._session.get_modelmeta().custom_metadata_map
        self._slope, self._offset = float(constants["slope"]), float(constants["offset"])
        self.threshold = float(constants["threshold"])

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        rows = [self._row(claim, evidence, question) for evidence in evidences]
        scores: dict[int, ClaimScore] = {}
        with self._slots:
            for batch in batches([len(row.ids) for row in rows], _BATCH_TOKENS):
                (logits,) = self._session.run(["logits"], _inputs([rows[n] for n in batch]))
                scores.update(zip(batch, map(self._score, logits), strict=True))
        return [scores[number] for number in range(len(rows))]

    def _score(self, logits: NDArray[np.float32]) -> ClaimScore:
        """Calibrated probabilities. Only support is calibrated; the other two share the rest."""
        support, contradiction, neutral = (float(logit) for logit in logits)
        highest = max(contradiction, neutral)
        against = highest + math.log(
            math.exp(contradiction - highest) + math.exp(neutral - highest)
        )
        log_odds = self._slope * (support - against) + self._offset
        supported = 1 / (1 + math.exp(-max(-_MAX_LOGIT, min(_MAX_LOGIT, log_odds))))
        contradicted = (1 - supported) * math.exp(contradiction - against)
        return ClaimScore(supported, contradicted, 1 - supported - contradicted)

    def _row(self, claim: str, evidence: str, question: str) -> _Row:
        """[CLS] question [SEP] [SEP] evidence [SEP] [SEP] claim [SEP], as in training."""
        question_ids = self._ids(question)[:MAX_QUESTION_TOKENS] if question else []
        before = [*question_ids, _SEP, _SEP] if question_ids else []
        budget = MAX_PREFIX_TOKENS - len(before) - 2
        ids = self._ids(evidence)
        if len(ids) > budget:
            words = int(len(evidence.split()) * budget / len(ids) * 0.95)
            ids = self._ids(most_similar_sentences(evidence, claim, words))[:budget]
        prefix = [_CLS, *before, *ids, _SEP]
        return _Row([*prefix, _SEP, *self._ids(claim)[:MAX_CLAIM_TOKENS], _SEP], len(prefix))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def most_similar_sentences(text: str, claim: str, words: int) -> str:
    """Shorten evidence to the sentences that share most words with a claim.

    Args:
        text: Evidence that is longer than the model reads.
        claim: One sentence.
        words: How many words may be kept.

    Returns:
        The sentences in their order, as one text. The first words if no sentence is short enough.
    """
    parts = re.split(r"(?<=[.!?])[\"”’)]*\s+(?=[A-Z0-9\"“(])|\n+", text)
    parts = [part for part in parts if part.strip()]
    claim_words = _words(claim)
    order = sorted(range(len(parts)), key=lambda n: -len(_words(parts[n]) & claim_words))
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
