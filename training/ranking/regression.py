"""A conditional logit over the sentences of a question, and what both fits of ranking share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

ANSWERABLE = 0.75  # share of questions that people ask of documents that answer them, assumed
RIDGE = 0.03  # how much large weights of the ranking are held back


@dataclass(frozen=True)
class LabelledCandidates:
    """A question's candidates: features [candidates, features] and which of them are right.

    `unsure` are those that have the words of an answer but are not where it was marked.
    `confidence_features` are those of the first one, by name. `half` is 0 or 1, the same for all
    questions about a document.
    """

    confidence_features: dict[str, float]
    features: np.ndarray
    right: np.ndarray
    unsure: np.ndarray
    answerable: bool
    half: int


def fit_ranking(asked: Sequence[LabelledCandidates]) -> np.ndarray:
    """Weights [features] by which the sentences of a question are compared with each other.

    A conditional logit (McFadden, 1974): the softmax over the sentences of a question gives those
    that are right the largest share. What all sentences of a question have in common counts for
    nothing in it, and so does the constant, whose weight is 0.
    """
    known = [(each.features, each.right) for each in asked if each.right.any()]
    every = np.concatenate([features for features, _ in known])
    mean, spread_out = every.mean(axis=0), every.std(axis=0) + 1e-9
    scaled = [((features - mean) / spread_out, right) for features, right in known]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, right in scaled:
            shares = softmax(features @ weights)
            of_right = float(shares[right].sum()) + 1e-12
            total -= math.log(of_right)
            slope += (shares - shares * right / of_right) @ features
        count = len(scaled)
        return total / count + RIDGE * weights @ weights, slope / count + 2 * RIDGE * weights

    found = minimize(loss, np.zeros(every.shape[1]), jac=True).x
    return np.asarray(found / spread_out)


def question_weights(answerable: Sequence[bool]) -> np.ndarray:
    """A weight for each question by which ANSWERABLE of them have an answer."""
    share = np.mean(answerable)
    if share in (0.0, 1.0):
        return np.ones(len(answerable))
    with_answer, without = ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share)
    return np.where(answerable, with_answer, without)


def as_python(name: str, keys: Sequence[str], values: Iterable[float]) -> str:
    """Weights as a line of Python."""
    pairs = ", ".join(f'"{key}": {value:.3f}' for key, value in zip(keys, values, strict=True))
    return f"{name} = {{{pairs}}}"
