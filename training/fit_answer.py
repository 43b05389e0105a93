"""Fit the weights by which sentences are chosen, and show what each confidence would risk.

    python training/fit_answer.py FOLDER... --index-folder DIR --limit 200

Every FOLDER is a question set as `askdocs eval` reads it. Its questions are asked of its own
documents, and, as questions that the documents cannot answer, of those of the next folder. First a
logistic regression learns which sentence answers; then the score of the best sentence of each
question is calibrated (Platt, 1999) to be the chance that the answer is right, where ANSWERABLE of
the questions have an answer in the documents. Both steps are folded into one set of weights for
`choose.py`, one for passages that are read and one for others.

The table is not flattered by the fit: the questions are cut in two by the documents that they are
about, and each half is judged by weights that were fitted on the other.
"""

from __future__ import annotations

import argparse
import pickle
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from askdocs import Assistant, Config
from askdocs.choose import Candidate
from askdocs.evaluate import conversation, spread
from askdocs.metrics import holds_answer
from askdocs.questions import QUESTIONS, Question, read_documents, read_questions

ANSWERABLE = 0.75  # share of questions that people ask of documents that answer them, assumed
READ = 5  # features of a sentence that was read; the others have four


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


def fit(asked: Sequence[Considered], width: int) -> np.ndarray:
    """Weights for candidates with `width` features; the chance of the best one is calibrated."""
    rows, labels = [], []
    for each in asked:
        kept = _of_width(each, width) & ~each.unsure
        rows.append(each.features[kept, 1:width])
        labels.append(each.right[kept])
    model = LogisticRegression(C=10.0, max_iter=1000)
    model.fit(np.concatenate(rows), np.concatenate(labels))
    weights = np.concatenate([model.intercept_, model.coef_[0]])
    best, right = best_ones(asked, weights)
    platt = LogisticRegression(C=100.0)
    platt.fit(best[:, None], right, sample_weight=_as_asked([each.answerable for each in asked]))
    weights = weights * float(platt.coef_[0, 0])
    weights[0] += float(platt.intercept_[0])
    return weights


def best_ones(asked: Sequence[Considered], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The logit of the best candidate of each question, and whether that one is right."""
    best, right = [], []
    for each in asked:
        kept = np.flatnonzero(_of_width(each, len(weights)))
        logits = each.features[kept, : len(weights)] @ weights
        first = kept[int(np.argmax(logits))]
        best.append(float(logits.max()))
        right.append(bool(each.right[first] or each.unsure[first]))
    return np.array(best), np.array(right)


def judged_by_the_other_half(
    asked: Sequence[Considered], width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chance, rightness and answerability of each question, by weights that have not seen it."""
    parts = []
    for half in (0, 1):
        unseen = [each for each in asked if each.half == half]
        weights = fit([each for each in asked if each.half != half], width)
        logits, right = best_ones(unseen, weights)
        answerable = np.array([each.answerable for each in unseen])
        parts.append((1 / (1 + np.exp(-logits)), right, answerable))
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
    parser = argparse.ArgumentParser(description="Fit the weights of choose.py.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--index-folder", type=Path, required=True, help="where indexes are kept")
    parser.add_argument("--limit", type=int, default=200, help="questions of each set")
    parser.add_argument("--strangers", type=int, default=40, help="foreign questions of each set")
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
    every = [each for group in asked.values() for each in group]
    for name, width in (("_READING_WEIGHTS", READ), ("_WORD_WEIGHTS", READ - 1)):
        usable = [each for each in every if _of_width(each, width).any()]
        if sum(each.right[_of_width(each, width)].any() for each in usable) < 20:
            print(f"{name}: too few questions")
            continue
        print(f"{name} = ({', '.join(f'{value:.3f}' for value in fit(usable, width))})")
        chances, right, answerable = judged_by_the_other_half(usable, width)
        print(
            f"{len(usable)} questions, {answerable.sum()} answerable;"
            f" best sentence right: {right[answerable].mean():.3f}"
        )
        print(table(chances, right, answerable))


def _as_asked(answerable: Sequence[bool]) -> np.ndarray:
    """A weight for each question by which ANSWERABLE of them have an answer."""
    share = np.mean(answerable)
    if share in (0.0, 1.0):
        return np.ones(len(answerable))
    with_answer, without = ANSWERABLE / share, (1 - ANSWERABLE) / (1 - share)
    return np.where(answerable, with_answer, without)


def _of_width(each: Considered, width: int) -> np.ndarray:
    """Which candidates have just `width` features."""
    return np.asarray((~np.isnan(each.features)).sum(axis=1) == width)


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
