"""Fit the weights by which sentences are chosen, and show what each confidence would risk.

    python training/fit_answer.py FOLDER... --index-folder DIR --limit 200

Every FOLDER is a question set as `askdocs eval` reads it. Its questions are asked of its own
documents, and, as questions that the documents cannot answer, of those of the next folder. Two
things are learnt: how to rank the sentences of one question (a conditional logit, which only
compares them with each other), and how likely the first of them is right (a logistic regression
over the evidence of that one, where ANSWERABLE of the questions have an answer in the documents).
They are weights for `ranking.py` and `confidence.py`. Sentences in languages that are not read are
left out. The evidence is that of the ranking which is shipped: after a new ranking, run it again.

The table is not flattered by the fit: the questions are cut in two by the documents that they are
about, and each half is judged by weights that were fitted on the other.
"""

from __future__ import annotations

import argparse
import math
import pickle
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.ranking import FEATURES
from askdocs.evaluation.metrics import holds_answer
from askdocs.evaluation.question_set import QUESTIONS, Question, read_documents, read_questions
from askdocs.evaluation.run import conversation, spread

ANSWERABLE = 0.75  # share of questions that people ask of documents that answer them, assumed
RIDGE = 0.03  # how much large weights of the ranking are held back


@dataclass(frozen=True)
class Considered:
    """A question's candidates: features [candidates, features] and which of them are right.

    `unsure` are those that hold the words of an answer but are not where it was marked. `evidence`
    is what the chance of the first one stands on, by name. `half` is 0 or 1, the same for all
    questions about a document.
    """

    evidence: dict[str, float]
    features: np.ndarray
    right: np.ndarray
    unsure: np.ndarray
    answerable: bool
    half: int


def consider(folder: Path, index: Path, strangers: Path | None, limit: int) -> list[Considered]:
    """Ask questions of the documents of a folder, its own or those of `strangers`."""
    documents, _ = read_documents(folder, Config())
    asked_of = strangers or folder
    theirs = read_documents(asked_of, Config())[0] if strangers else documents
    questions = spread(read_questions(asked_of / QUESTIONS, theirs), limit)
    found = []
    with Assistant(Config(corpus=folder, index=index, passages_read=24)) as assistant:
        assistant.index_documents(documents)
        for question in questions:
            half = half_of(question)
            if strangers:
                question = replace(question, answerable=False, gold=(), answers=(), history=())
            history = conversation(assistant, question.history)
            known = assistant.consider(question.text, history=history)
            read = [each for each in known.candidates if each.kind == "read"]
            if read:
                found.append(labelled(question, read, dict(known.evidence), half))
    return found


def balanced(group: Sequence[Considered], most: int) -> list[Considered]:
    """A set's questions with at most so many answerable ones, spread evenly over them.

    No set outweighs the others then; some have hardly any that cannot be answered.
    """
    places = [place for place, each in enumerate(group) if each.answerable]
    kept = {places[n * len(places) // most] for n in range(most)} if len(places) > most else places
    return [each for place, each in enumerate(group) if not each.answerable or place in kept]


def half_of(question: Question) -> int:
    """0 or 1, by the document that a question is about, or by its words."""
    about = min(question.sources, default=question.text)
    return zlib.crc32(about.encode()) % 2


def labelled(
    question: Question, candidates: Sequence[Candidate], evidence: dict[str, float], half: int
) -> Considered:
    """The candidates of a question, best first, with what is known of them."""
    right = np.array([_overlaps(question, each) for each in candidates])
    holds = np.array([holds_answer(each.quote, question.answers) for each in candidates])
    features = np.array([each.features for each in candidates])
    return Considered(evidence, features, right, holds & ~right, question.answerable, half)


def fit_ranking(asked: Sequence[Considered]) -> np.ndarray:
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


def fit_confidence(asked: Sequence[Considered]) -> np.ndarray:
    """Weights [1 + evidence] of a logistic regression: is the sentence that ranks first right?

    Questions are weighted such that ANSWERABLE of them have an answer.
    """
    firsts, right = first_ones(asked)
    mean, spread_out = firsts.mean(axis=0), firsts.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.1, max_iter=2000)
    weights = _as_asked([each.answerable for each in asked])
    model.fit((firsts - mean) / spread_out, right, sample_weight=weights)
    slope = model.coef_[0] / spread_out
    return np.concatenate([model.intercept_ - slope @ mean, slope])


def first_ones(asked: Sequence[Considered]) -> tuple[np.ndarray, np.ndarray]:
    """Evidence [questions, evidence] of the sentence that ranks first, and whether it is right."""
    evidence = np.array([list(each.evidence.values()) for each in asked])
    return evidence, np.array([bool(each.right[0] or each.unsure[0]) for each in asked])


def judged_by_the_other_half(
    asked: Sequence[Considered],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chance, rightness and answerability of each question, by weights that have not seen it."""
    parts = []
    for half in (0, 1):
        unseen = [each for each in asked if each.half == half]
        confidence = fit_confidence([each for each in asked if each.half != half])
        firsts, right = first_ones(unseen)
        chances = 1 / (1 + np.exp(-(confidence[0] + firsts @ confidence[1:])))
        parts.append((chances, right, np.array([each.answerable for each in unseen])))
    chances, right, answerable = (np.concatenate(part) for part in zip(*parts, strict=True))
    return chances, right, answerable


def table(chances: np.ndarray, right: np.ndarray, answerable: np.ndarray) -> str:
    """What each threshold would answer, how much of that is wrong, and what it would refuse.

    Shares of what is answered are those where ANSWERABLE of the questions have an answer.
    """
    weights = _as_asked(list(answerable))
    lines = ["at least  answered  wrong of answered  answerable refused  unanswerable refused"]
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        given = chances >= threshold
        lines.append(
            f"{threshold:8.1f}  {np.average(given, weights=weights):8.3f}"
            f"  {np.average(~right[given], weights=weights[given]):17.3f}"
            f"  {(~given[answerable]).mean():18.3f}  {(~given[~answerable]).mean():20.3f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit the weights of answers.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--index-folder", type=Path, required=True, help="where indexes are kept")
    parser.add_argument("--limit", type=int, default=200, help="questions of each set")
    parser.add_argument("--strangers", type=int, default=40, help="foreign questions of each set")
    parser.add_argument("--answerable", type=int, default=150, help="of them, to fit on")
    parser.add_argument("--keep", type=Path, help="a file to keep the features in, for next time")
    options = parser.parse_args()
    if options.keep and options.keep.exists():
        asked = pickle.loads(options.keep.read_bytes())
    else:
        asked = {}
        for number, folder in enumerate(options.folders):
            index = options.index_folder / f"index-{folder.name}"
            asked[folder.name] = consider(folder, index, None, options.limit)
            if len(options.folders) > 1:
                other = options.folders[(number + 1) % len(options.folders)]
                asked[f"{folder.name} asked for {other.name}"] = consider(
                    folder, index, other, options.strangers
                )
            print(folder.name, "considered", flush=True)
        if options.keep:
            options.keep.write_bytes(pickle.dumps(asked))
    every = [each for group in asked.values() for each in balanced(group, options.answerable)]
    print(_named("_RANKING", FEATURES, fit_ranking(every)))
    bias, *weights = fit_confidence(every)
    print(f"_BIAS = {bias:.3f}")
    print(_named("_WEIGHTS", list(every[0].evidence), weights))
    chances, right, answerable = judged_by_the_other_half(every)
    print(
        f"{len(every)} questions, {answerable.sum()} answerable;"
        f" first sentence right: {right[answerable].mean():.3f}"
    )
    print(table(chances, right, answerable))


def _as_asked(answerable: Sequence[bool]) -> np.ndarray:
    """A weight for each question by which ANSWERABLE of them have an answer."""
    share = np.mean(answerable)
    if share in (0.0, 1.0):
        return np.ones(len(answerable))
    with_answer, without = ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share)
    return np.where(answerable, with_answer, without)


def _named(name: str, keys: Sequence[str], values: Sequence[float]) -> str:
    """Weights as a line of Python."""
    pairs = ", ".join(f'"{key}": {value:.3f}' for key, value in zip(keys, values, strict=True))
    return f"{name} = {{{pairs}}}"


def _overlaps(question: Question, candidate: Candidate) -> bool:
    """Whether a candidate and a gold quote share half of the shorter of the two."""
    for source, start, end in question.spans:
        shared = min(end, candidate.end) - max(start, candidate.start)
        shorter = min(end - start, candidate.end - candidate.start)
        if source == candidate.hit.passage.source and shared >= 0.5 * max(shorter, 1):
            return True
    return False


if __name__ == "__main__":
    main()
