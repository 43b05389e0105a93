"""Fit the weights by which sentences are chosen, and show what each confidence would risk.

    python training/fit_answer.py FOLDER... --index-folder DIR --limit 200

Every FOLDER is a question set as `askdocs eval` reads it. Its questions are asked of its own
documents, and, as questions that the documents cannot answer, of those of the next folder. Two
things are learnt: how to rank the sentences of one question (a conditional logit, which only
compares them with each other), and how likely the first of them is right (a logistic regression
over that one alone, where ANSWERABLE of the questions have an answer in the documents). Both are
weights for `choose.py`. Sentences in languages that are not read are left out.

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
from askdocs.answering.ranking import Candidate
from askdocs.evaluation.metrics import holds_answer
from askdocs.evaluation.question_set import QUESTIONS, Question, read_documents, read_questions
from askdocs.evaluation.run import conversation, spread

ANSWERABLE = 0.75  # share of questions that people ask of documents that answer them, assumed
READ = 5  # features of a sentence that was read; the others have four
RIDGE = 0.01  # how much large weights of the ranking are held back


@dataclass(frozen=True)
class Considered:
    """A question's candidates: features [candidates, features] and which of them are right.

    `unsure` are those that hold the words of an answer but are not where it was marked. `half` is
    0 or 1, the same for all questions about a document.
    """

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
            candidates = assistant.consider(question.text, history=history).candidates
            if candidates:
                found.append(labelled(question, candidates, half))
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


def labelled(question: Question, candidates: Sequence[Candidate], half: int) -> Considered:
    """The candidates of a question with what is known of them."""
    right = np.array([_overlaps(question, each) for each in candidates])
    holds = np.array([holds_answer(each.quote, question.answers) for each in candidates])
    features = np.full((len(candidates), READ), np.nan)
    for row, each in enumerate(candidates):
        features[row, : len(each.features)] = each.features
    return Considered(features, right, holds & ~right, question.answerable, half)


def fit(asked: Sequence[Considered]) -> tuple[np.ndarray, np.ndarray]:
    """The weights of the ranking and those of the confidence."""
    ranking = fit_ranking(asked)
    return ranking, fit_confidence(asked, ranking)


def fit_ranking(asked: Sequence[Considered]) -> np.ndarray:
    """Weights [features] by which the sentences that were read are compared with each other.

    A conditional logit (McFadden, 1974): the softmax over the sentences of a question gives those
    that are right the largest share. What all sentences of a question have in common counts for
    nothing in it, and so does the constant, whose weight is 0.
    """
    known = [_read(each) for each in asked]
    known = [(features, right) for features, right, _ in known if right.any()]
    every = np.concatenate([features for features, _ in known])
    mean, spread_out = every.mean(axis=0), every.std(axis=0)
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
    return np.concatenate([[0.0], found / spread_out])


def fit_confidence(asked: Sequence[Considered], ranking: np.ndarray) -> np.ndarray:
    """Weights [1 + features] of a logistic regression: is the sentence that ranks first right?

    Questions are weighted such that ANSWERABLE of them have an answer.
    """
    firsts, right = first_ones(asked, ranking)
    mean, spread_out = firsts.mean(axis=0), firsts.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000)
    weights = _as_asked([each.answerable for each in asked])
    model.fit((firsts - mean) / spread_out, right, sample_weight=weights)
    slope = model.coef_[0] / spread_out
    return np.concatenate([model.intercept_ - slope @ mean, slope])


def first_ones(asked: Sequence[Considered], ranking: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features [questions, features] of the sentence that ranks first, and whether it is right."""
    firsts, rights = [], []
    for each in asked:
        features, right, unsure = _read(each)
        first = int(np.argmax(features @ ranking[1:]))
        firsts.append(features[first])
        rights.append(bool(right[first] or unsure[first]))
    return np.array(firsts), np.array(rights)


def judged_by_the_other_half(
    asked: Sequence[Considered],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chance, rightness and answerability of each question, by weights that have not seen it."""
    parts = []
    for half in (0, 1):
        unseen = [each for each in asked if each.half == half]
        ranking, confidence = fit([each for each in asked if each.half != half])
        firsts, right = first_ones(unseen, ranking)
        chances = 1 / (1 + np.exp(-(confidence[0] + firsts @ confidence[1:])))
        parts.append((chances, right, np.array([each.answerable for each in unseen])))
    chances, right, answerable = (np.concatenate(part) for part in zip(*parts, strict=True))
    return chances, right, answerable


def further_ones(asked: Sequence[Considered], threshold: float) -> str:
    """How often the sentences after the first are right, by their share of its chance."""
    shares, rights = [], []
    for half in (0, 1):
        ranking, confidence = fit([each for each in asked if each.half != half])
        for each in (each for each in asked if each.half == half):
            features, right, unsure = _read(each)
            ranks = features @ ranking[1:]
            order = np.argsort(-ranks)[:5]
            if confidence[0] + features[order[0]] @ confidence[1:] < math.log(
                threshold / (1 - threshold)
            ):
                continue
            shares += list(np.exp(ranks[order[1:]] - ranks[order[0]]))
            rights += list((right | unsure)[order[1:]])
    share, is_right = np.array(shares), np.array(rights)
    lines = ["share at least  further sentences  right"]
    for least in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = share >= least
        lines.append(f"{least:14.1f}  {kept.sum():17d}  {is_right[kept].mean():5.3f}")
    return "\n".join(lines)


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
    parser = argparse.ArgumentParser(description="Fit the weights of choose.py.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--index-folder", type=Path, required=True, help="where indexes are kept")
    parser.add_argument("--limit", type=int, default=200, help="questions of each set")
    parser.add_argument("--strangers", type=int, default=40, help="foreign questions of each set")
    parser.add_argument("--answerable", type=int, default=150, help="of them, to fit on")
    parser.add_argument("--threshold", type=float, default=0.4, help="for further sentences")
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
    usable = [each for each in every if len(_read(each)[0])]
    for name, weights in zip(("_RANKING_WEIGHTS", "_CONFIDENCE_WEIGHTS"), fit(usable), strict=True):
        print(f"{name} = ({', '.join(f'{value:.3f}' for value in weights)})")
    chances, right, answerable = judged_by_the_other_half(usable)
    print(
        f"{len(usable)} questions, {answerable.sum()} answerable;"
        f" first sentence right: {right[answerable].mean():.3f}"
    )
    print(table(chances, right, answerable))
    print(further_ones(usable, options.threshold))


def _as_asked(answerable: Sequence[bool]) -> np.ndarray:
    """A weight for each question by which ANSWERABLE of them have an answer."""
    share = np.mean(answerable)
    if share in (0.0, 1.0):
        return np.ones(len(answerable))
    with_answer, without = ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share)
    return np.where(answerable, with_answer, without)


def _read(each: Considered) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features [candidates, features] without the constant, rightness and doubt of what was read.

    Sentences in other languages are not read; they have fewer features.
    """
    kept = ~np.isnan(each.features).any(axis=1)
    return each.features[kept, 1:], each.right[kept], each.unsure[kept]


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
