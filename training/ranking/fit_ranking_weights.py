r"""Fits the ranking and the confidence of answers to questions as people ask them.

    python -m training.ranking.fit_ranking_weights FOLDER=KEEP... [--alone] [--judge FOLDER=KEEP]

Every FOLDER has documents and `questions.jsonl`, as for `benchmarks/natural_questions.py`, and KEEP
is the cache of its hits and readings. Two things are fitted: the weights of the features by which
sentences are compared (`ranking.py`), and the probability that the forced answer is right
(`confidence.py`).

The areas under the ROC curve are those of five folds, split by document, for each folder. With
--judge, they are printed for a further folder that is not used for fitting. With --alone, questions
that name their document are also asked of that document alone, because in a small folder little
competes with the best sentence.

The confidence is fitted on the ranking that is in the code now. After a new ranking, run it again.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from askdocs.answering import confidence, ranking
from askdocs.answering.candidates import Candidate
from benchmarks import natural_questions
from training.ranking import regression

FOLDS = 5
_ALONE = " alone"
PENALTY = 0.1  # the C of the logistic regression


@dataclass(frozen=True)
class Known:
    """A question's candidates and evidence, and whether its forced answer is right."""

    result: regression.LabelledCandidates
    right: bool
    answerable: bool
    fold: int


def known_of(folder: Path, keep: Path, *, alone: bool = False) -> list[Known]:
    """Ask the questions of a folder that have no history; with `alone`, of their document only."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line.strip()]
    questions = [each for each in questions if not each.get("history")]
    found = []
    with natural_questions.opened(folder, keep) as assistant:
        judge = natural_questions.Judge(assistant)
        names = [each.source for each in assistant.status().documents]
        for question in questions:
            sources = None
            if alone:
                named = question.get("about")
                sources = [each for each in names if named and each.startswith(named)]
                if not sources:
                    continue
            known = assistant.consider(question["question"], sources=sources)
            read = [each for each in known.candidates if each.selected_by == "reader"]
            if not read:
                continue
            answer = assistant.ask(question["question"], sources=sources, insist=True)
            verdict = judge.verdict(question, answer, given=bool(answer.citations))
            places = [each for gold in question.get("gold") or [] for each in judge.places(gold)]
            right = np.array([any(overlap(place, each) for place in places) for each in read])
            gold = question.get("gold") or []
            about = gold[0]["source"] if gold else question["question"]
            features = np.array([each.features for each in read])
            result = regression.LabelledCandidates(
                dict(known.confidence_features),
                features,
                right,
                right & False,
                question["answerable"],
                0,
            )
            fold = zlib.crc32(about.encode()) % FOLDS
            found.append(Known(result, verdict == "right", question["answerable"], fold))
    return found


def overlap(place: tuple[str, int, int], candidate: Candidate) -> bool:
    """Whether a gold quote and a candidate share half of the shorter of the two."""
    source, start, end = place
    if source != candidate.hit.passage.source:
        return False
    shared = min(end, candidate.end) - max(start, candidate.start)
    return shared >= 0.5 * max(1, min(end - start, candidate.end - candidate.start))


def first_right(known: Sequence[Known], weights: np.ndarray) -> float:
    """The share of questions whose marked sentence comes first, if it was read at all."""
    among = [each.result for each in known if each.result.right.any()]
    return float(np.mean([each.right[(each.features @ weights).argmax()] for each in among]))


def shipped_order() -> np.ndarray:
    """The weights of the features that are in the code now."""
    return np.array([ranking._RANKING.get(name, 0.0) for name in ranking.FEATURES])


def shipped_probability(known: Sequence[Known]) -> np.ndarray:
    return np.array(
        [confidence.answer_probability(each.result.confidence_features) for each in known]
    )


def fitted(known: Sequence[Known]) -> np.ndarray:
    """Weights [1 + evidence] of a logistic regression: is the forced answer right?"""
    values, right, weights = table(known)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=PENALTY, max_iter=2000)
    model.fit((values - mean) / spread, right, sample_weight=weights)
    slope = model.coef_[0] / spread
    return np.concatenate([model.intercept_ - slope @ mean, slope])


def table(known: Sequence[Known]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Evidence [questions, values], whether it is right, and the weight of each question."""
    values = np.array([list(each.result.confidence_features.values()) for each in known])
    right = np.array([each.right for each in known])
    return values, right, regression.question_weights([each.answerable for each in known])


def probabilities(known: Sequence[Known], weights: np.ndarray) -> np.ndarray:
    values, _, _ = table(known)
    return np.asarray(1 / (1 + np.exp(-(weights[0] + values @ weights[1:]))))


def in_folds(known: Sequence[Known], others: Sequence[Known]) -> np.ndarray:
    """The probability of each question, with weights fitted on the other folds and on `others`."""
    result = np.zeros(len(known))
    for fold in range(FOLDS):
        weights = fitted([each for each in known if each.fold != fold] + list(others))
        own = [number for number, each in enumerate(known) if each.fold == fold]
        if own:
            result[own] = probabilities([known[number] for number in own], weights)
    return result


def report(name: str, known: Sequence[Known], probability: np.ndarray) -> None:
    """Print the areas under the ROC curve, and the outcomes at some thresholds."""
    right = np.array([each.right for each in known])
    able = np.array([each.answerable for each in known])
    print(
        f"{name}: {len(known)} questions, {able.sum()} answerable, forced right"
        f" {right[able].mean():.3f}; AUROC right among answerable"
        f" {roc_auc_score(right[able], probability[able]):.3f}, answerable"
        f" {roc_auc_score(able, probability):.3f}, right among all"
        f" {roc_auc_score(right, probability):.3f}"
    )
    for least in (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
        given = probability >= least
        print(
            f"  from {least:.2f}: right {(given & right)[able].mean():.3f}, wrong of given"
            f" {(~right)[given].mean():.3f}, refused {(~given)[able].mean():.3f},"
            f" unanswerable refused {(~given)[~able].mean():.3f}"
        )


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit order and confidence of answers.")
    parser.add_argument("folders", nargs="+", help="FOLDER=KEEP")
    parser.add_argument("--alone", action="store_true", help="ask each document alone too")
    parser.add_argument("--judge", help="FOLDER=KEEP that nothing is fitted on")
    options = parser.parse_args()
    asked = {name: known_of(*map(Path, name.split("="))) for name in options.folders}
    if options.alone:
        ways = {name: known_of(*map(Path, name.split("=")), alone=True) for name in options.folders}
        asked |= {f"{name}{_ALONE}": known for name, known in ways.items() if known}
    every = [each for known in asked.values() for each in known]
    order = regression.fit_ranking([each.result for each in every])
    print("shipped order", {n: first_right(k, shipped_order()) for n, k in asked.items()})
    print("fitted order, in sample", {n: first_right(k, order) for n, k in asked.items()})
    print(regression.as_python("_RANKING", ranking.FEATURES, order))
    for name, known in asked.items():
        own = name.removesuffix(_ALONE)
        groups = [group for other, group in asked.items() if other.removesuffix(_ALONE) != own]
        others = [each for group in groups for each in group]
        report(f"{name} as shipped", known, shipped_probability(known))
        report(f"{name} in folds", known, in_folds(known, others))
        if others:
            report(f"{name} by the others alone", known, probabilities(known, fitted(others)))
    bias, *weights = fitted(every)
    print(f"_BIAS = {bias:.3f}")
    print(regression.as_python("_WEIGHTS", list(every[0].result.confidence_features), weights))
    if options.judge:
        unseen = known_of(*map(Path, options.judge.split("=")))
        print("fitted order", first_right(unseen, order), first_right(unseen, shipped_order()))
        report("judged, as shipped", unseen, shipped_probability(unseen))
        report("judged", unseen, probabilities(unseen, np.array([bias, *weights])))


if __name__ == "__main__":
    main()
