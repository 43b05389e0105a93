"""A conditional logit over the sentences of a question, and code that both ranking fits share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

ANSWERABLE = 0.75  # assumed share of the questions that are answered by the documents
RIDGE = 0.03  # the L2 penalty on the ranking weights


@dataclass(frozen=True)
class LabelledCandidates:
    """A question's candidates: features [candidates, features] and which of them are right.

    `unsure` are candidates with the words of an answer that are not at its marked position.
    `confidence_features` are those of the first candidate, by name. `half` is 0 or 1, and equal for
    all questions about one document.
    """

    confidence_features: dict[str, float]
    features: np.ndarray
    right: np.ndarray
    unsure: np.ndarray
    answerable: bool
    half: int


def fit_ranking(asked: Sequence[LabelledCandidates]) -> np.ndarray:
    """Fit the weights [features] by which the sentences of a question are compared.

    It is a conditional logit (McFadden, 1974): the softmax over the sentences of a question should
    give the right ones the largest share. Values that all sentences of a question share have no
    effect on it, nor does the constant, whose weight is 0.
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
    """A weight for each question, so that the share ANSWERABLE of them has an answer."""
    share = np.mean(answerable)
    if share in (0.0, 1.0):
        return np.ones(len(answerable))
    with_answer, without = ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share)
    return np.where(answerable, with_answer, without)


def as_python(name: str, keys: Sequence[str], values: Iterable[float]) -> str:
    """Weights as a line of Python."""
    pairs = ", ".join(f'"{key}": {value:.3f}' for key, value in zip(keys, values, strict=True))
    return f"{name} = {{{pairs}}}"
