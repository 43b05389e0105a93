"""The metrics of the evaluation, each with its source in the literature."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from askdocs.text.tokens import indexed_form

Floats = NDArray[np.float64]
Span = tuple[int, int]

_Z = 1.959964  # the standard normal quantile of a two-sided 95 % interval
_RESAMPLES = 1000
_SEED = 20240131
_BINS = 10  # of the reliability diagram, of equal width
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric, its number of observations, and its 95 % interval; None is unknown."""

    value: float | None
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers with a confidence above `low` and up to `high`: its mean, and their accuracy."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def share(outcomes: Sequence[bool]) -> Measure:
    """The share of true outcomes, with its Wilson interval."""
    count, true = len(outcomes), sum(outcomes)
    if not count:
        return Measure(None, 0)
    return Measure(true / count, count, *wilson(true / count, count))


def wilson(proportion: float, count: int) -> tuple[float, float]:
    """The 95 % score interval of a proportion of `count` trials (Wilson 1927)."""
    spread = _Z**2 / count
    centre = (proportion + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(proportion * (1 - proportion) / count + spread / 4 / count)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def mean(values: Sequence[float]) -> Measure:
    """The mean, with its bootstrap interval."""
    return ratio(values, [1.0] * len(values))


def ratio(parts: Sequence[float], wholes: Sequence[float]) -> Measure:
    """The sum of `parts` divided by that of `wholes`, one pair a question, with its interval.

    Whole questions are resampled, because the citations of one answer depend on one another.
    The count is the sum of `wholes`.
    """
    above, below = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
    if not below.sum():
        return Measure(None, 0)

    def quotient(chosen: NDArray[np.int64]) -> float:
        total = below[chosen].sum()
        return float(above[chosen].sum() / total) if total else math.nan

    value = float(above.sum() / below.sum())
    return Measure(value, int(below.sum()), *bootstrap(quotient, len(above)))


def bootstrap(statistic: Callable[[NDArray[np.int64]], float], count: int) -> tuple[float, float]:
    """The 95 % percentile interval of a statistic of resampled indices (Efron 1979).

    The 1000 resamples are the same in every call.
    """
    drawn = np.random.default_rng(_SEED).integers(count, size=(_RESAMPLES, count))
    low, high = np.nanquantile([statistic(chosen) for chosen in drawn], [0.025, 0.975])
    return float(low), float(high)


def quantile(values: Sequence[float], at: float) -> Measure:
    """The smallest value with the share `at` of all values at or below it.

    The interval runs between the order statistics at the Wilson bounds of that share.
    """
    if not values:
        return Measure(None, 0)
    ordered = sorted(values)
    value, low, high = (
        ordered[max(math.ceil(position * len(ordered)) - 1, 0)]
        for position in (at, *wilson(at, len(ordered)))
    )
    return Measure(value, len(ordered), low, high)


# Short answers, as SQuAD's evaluation script compares them (Rajpurkar et al. 2016)


def normalised(answer: str) -> str:
    """Lower case, without punctuation, English articles and extra whitespace."""
    kept = "".join(character for character in answer.lower() if character not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def exact_match(answer: str, golds: Sequence[str]) -> bool:
    """Whether an answer equals one of the gold answers once both are normalised."""
    return normalised(answer) in {normalised(gold) for gold in golds}


def best_f1(answer: str, golds: Sequence[str]) -> float:
    """The harmonic mean of word precision and recall against the gold answer that fits best."""
    return max(_f1(normalised(answer).split(), normalised(gold).split()) for gold in golds)


def contains_answer(text: str, golds: Sequence[str]) -> bool:
    """Whether a text contains one of the gold answers as whole words, both normalised.

    In scripts without spaces, any part of the text counts.
    """
    tokens = _spaced(text)
    return any(_spaced(gold) in tokens for gold in golds if normalised(gold))


def _spaced(text: str) -> str:
    return f" {' '.join(indexed_form(normalised(text)).split())} "


def _f1(answer: Sequence[str], gold: Sequence[str]) -> float:
    if not answer or not gold:
        return float(answer == gold)
    common = sum((Counter(answer) & Counter(gold)).values())
    return 2 * common / (len(answer) + len(gold))


# Evidence


def overlap(one: Span, other: Span) -> int:
    """The number of characters that two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def evidence_found(
    passages: Sequence[tuple[str, int, int]], golds: Sequence[tuple[str, int, int]], *, budget: int
) -> bool:
    """Whether 90 % of the characters of a gold quote lie in the first `budget` characters found.

    Both are (source, start, end). The passages are taken in order, and the last one is cut where
    the budget ends. A character found twice uses the budget twice and counts once.
    """
    return any(
        len(_characters_found(passages, gold, budget)) >= 0.9 * (gold[2] - gold[1])
        for gold in golds
    )


def first_covering(
    passages: Sequence[tuple[str, int, int]], golds: Sequence[tuple[str, int, int]]
) -> int | None:
    """The rank, from 1, of the first passage that covers half of a gold quote."""
    for rank, (source, start, end) in enumerate(passages, 1):
        for gold_source, *gold in golds:
            shared = overlap((start, end), (gold[0], gold[1]))
            if gold_source == source and shared and 2 * shared >= gold[1] - gold[0]:
                return rank
    return None


def reciprocal(rank: int | None) -> float:
    """One over the rank, 0 without one; its mean over questions is the MRR (Voorhees 1999)."""
    return 1 / rank if rank else 0.0


def _characters_found(
    passages: Sequence[tuple[str, int, int]], gold: tuple[str, int, int], budget: int
) -> set[int]:
    found: set[int] = set()
    for source, start, end in passages:
        end = min(end, start + budget)
        budget -= end - start
        if source == gold[0]:
            found.update(range(max(start, gold[1]), min(end, gold[2])))
        if budget <= 0:
            break
    return found


# Confidence


def auroc(positives: ArrayLike, negatives: ArrayLike) -> Measure:
    """The probability that a positive scores above a negative; ties count half.

    This is the area under the ROC curve (Mann and Whitney 1947; Hanley and McNeil 1982). The
    count is that of both together.
    """
    first, second = np.asarray(positives, np.float64), np.asarray(negatives, np.float64)
    if not len(first) or not len(second):
        return Measure(None, 0)
    scores, labels = np.concatenate([first, second]), np.arange(len(first) + len(second))

    def area(chosen: NDArray[np.int64]) -> float:
        return _area(scores[chosen[chosen < len(first)]], scores[chosen[chosen >= len(first)]])

    return Measure(area(labels), len(labels), *bootstrap(area, len(labels)))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk) when only the most confident answers are given, from few to all of them.

    Coverage is the share of questions answered and risk the share of those answers that are wrong
    (El-Yaniv and Wiener 2010). Answers of equal confidence enter together.
    """
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points = []
    wrong = 0
    for number, (confidence, is_right) in enumerate(pairs, 1):
        wrong += not is_right
        if number == len(pairs) or pairs[number][0] != confidence:
            points.append((number / len(pairs), wrong / number))
    return points


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Ten bins of confidence, without the empty ones, for a reliability diagram."""
    numbers = _bins(np.asarray(confidences, np.float64))
    given, true = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    return [
        Bin(
            low=int(number) / _BINS,
            high=(int(number) + 1) / _BINS,
            count=int((numbers == number).sum()),
            confidence=float(given[numbers == number].mean()),
            right=float(true[numbers == number].mean()),
        )
        for number in np.unique(numbers)
    ]


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> Measure:
    """The expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    given, true = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    if not len(given):
        return Measure(None, 0)
    gaps, numbers = given - true, _bins(given)

    def error(chosen: NDArray[np.int64]) -> float:
        sums = np.bincount(numbers[chosen], weights=gaps[chosen], minlength=_BINS)
        return float(np.abs(sums).sum() / len(chosen))

    return Measure(error(np.arange(len(given))), len(given), *bootstrap(error, len(given)))


def _bins(confidences: Floats) -> NDArray[np.int64]:
    """The bin of each confidence: above its lower bound, up to its upper one, as in the paper."""
    numbers: NDArray[np.int64] = np.ceil(confidences * _BINS).astype(np.int64) - 1
    return np.clip(numbers, 0, _BINS - 1)


def _area(positives: Floats, negatives: Floats) -> float:
    if not len(positives) or not len(negatives):
        return math.nan
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, "left")
    up_to = np.searchsorted(ordered, positives, "right")
    return float((below + up_to).sum() / 2 / len(positives) / len(negatives))
