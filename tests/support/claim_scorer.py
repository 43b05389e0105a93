"""A claim scorer for tests that needs no weights: it counts words."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.models.verifier import ClaimScore
from askdocs.text.overlap import share_among
from askdocs.text.stop_words import content_words

CONTRADICTING = 0.6  # from this share of the words on, a missing number contradicts


class WordScorer:
    """Holds a claim for supported by the share of its words that the evidence has.

    A word with a figure in it that is missing contradicts. What was asked is kept.
    """

    threshold = 0.7

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...], str]] = []

    def score(self, claim: str, evidences: Sequence[str], question: str = "") -> list[ClaimScore]:
        self.asked.append((claim, tuple(evidences), question))
        return [self._one(claim, evidence) for evidence in evidences]

    def _one(self, claim: str, evidence: str) -> ClaimScore:
        wanted, held = content_words(claim), content_words(evidence)
        said = share_among(wanted, held)
        figures = [word for word in wanted if any(letter.isdigit() for letter in word)]
        if any(figure not in held for figure in figures):
            said *= 0.3
            return ClaimScore(said, 0.9 * (1 - said), 0.1 * (1 - said))
        return ClaimScore(said, 0.0, 1 - said)
