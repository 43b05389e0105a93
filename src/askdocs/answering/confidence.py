"""Estimates the probability that the best sentence answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.types import Passage

# The confidence is the logistic function of the bias and the weighted features. Both were fitted by
# training/ranking/fit_ranking_weights.py; benchmarks/answers.md says on what.
_BIAS = -3.475
_WEIGHTS = {
    "head": 0.131,  # logit that the sentence answers, by the answer head
    "best_head": 0.047,  # the highest such logit of any sentence that was read
    "null": 0.052,  # logit of "no answer" in its passage
    "second": 0.231,  # logit that it answers, by the larger reader
    "second_best": 0.16,  # the highest such logit of any sentence
    "second_margin": 0.088,  # how far this logit is above those of other passages
    "margin": 0.106,  # how far its rank is above those of other passages
    "length": 0.598,  # log(1 + its number of characters)
    "why_how": -0.247,  # whether the question asks why or how
    "list": -0.843,  # whether it asks for several things
    "one_fact": -0.1,  # whether it asks for one person, time, place or number
}
_MAX_MARGIN = 3.0  # logits; in a small folder other passages are always far below


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence with the scores of the readers.

    Attributes:
        rank: A logit. It ranks the sentences of one question.
        head: The logit that it answers, by the answer head of the reader.
        null: The logit of "no answer" in its passage.
        candidate: The sentence. Its probability is not set yet.
        second: The logit that it answers, by the larger reader, or the lowest one of those if that
            has not read its passage. None before it reads.
    """

    rank: float
    head: float
    null: float
    candidate: Candidate
    second: float | None = None

    @property
    def passage(self) -> Passage:
        """Its passage."""
        return self.candidate.hit.passage


def confidence_features(question: Question, read: Sequence[ScoredSentence]) -> dict[str, float]:
    """The features from which `answer_probability` estimates the probability of the best sentence.

    Args:
        question: The question.
        read: All sentences that were read, in any order; at least one.

    Returns:
        The values by name; the names are those of `_WEIGHTS`.
    """
    best = max(read, key=lambda sentence: sentence.rank)
    asked = question.answer_type
    return {
        "head": best.head,
        "best_head": max(sentence.head for sentence in read),
        "null": best.null,
        "second": best.second or 0.0,
        "second_best": max(sentence.second or 0.0 for sentence in read),
        "second_margin": _second_margin(best, read),
        "margin": _margin(best, read),
        "length": math.log1p(len(best.candidate.quote)),
        "why_how": float(asked.why_or_how),
        "list": float(asked.maybe_several),
        "one_fact": float(question.intent == "fact"),
    }


def _margin(best: ScoredSentence, read: Sequence[ScoredSentence]) -> float:
    """How far the best rank is above the best one in other passages; 0 without other passages."""
    others = [sentence.rank for sentence in read if sentence.passage.id != best.passage.id]
    return min(best.rank - max(others, default=best.rank), _MAX_MARGIN)


def _second_margin(best: ScoredSentence, read: Sequence[ScoredSentence]) -> float:
    """The same difference for the logits of the larger reader. It may be negative."""
    own = best.second or 0.0
    others = [sentence.second or 0.0 for sentence in read if sentence.passage.id != best.passage.id]
    return max(-_MAX_MARGIN, min(own - max(others, default=own), _MAX_MARGIN))


def answer_probability(features: Mapping[str, float]) -> float:
    """The probability that the best sentence is right, in [0, 1].

    Args:
        features: Its `confidence_features`. Missing ones count as 0.
    """
    return logistic(
        _BIAS + sum(weight * features.get(name, 0.0) for name, weight in _WEIGHTS.items())
    )


def logistic(logit: float) -> float:
    """The logistic function: the probability for a logit, in [0, 1]."""
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))
