r"""Fits the ranking weights and the confidence for sentences in other languages than English.

    python -m training.multilingual.fit_ranking_weights CORPUS.jsonl... --keep DIR

Every CORPUS is a file of `training/synthetic_corpora.py` in another language than English. Some
questions are in another language than the documents. Half of the documents are for fitting, the
other half for the table; `benchmarks/languages.py` has the same halves. The result are the weights
of `askdocs/answering/multilingual_ranking.py`:

- The ranking is a conditional logit over the sentences of a question. It is fitted with all
  features, and for questions across languages with those that need no shared words.
- The confidence is a logistic regression: is the quote of the first sentence right? It depends on
  the ranking, so the questions are asked again before it is fitted.

DIR caches the results of the models.
"""

from __future__ import annotations

import argparse
import contextlib
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from askdocs import Assistant, Config, Turn
from askdocs.answering import multilingual_ranking
from askdocs.answering.candidates import Candidate
from askdocs.models.bundled import MULTILINGUAL, checksum
from askdocs.models.cross_encoder import SentenceScorer
from benchmarks.languages import half_of, kept, same_place, unpacked
from benchmarks.natural_questions import Judge
from training.ranking.regression import LabelledCandidates, fit_ranking
from training.synthetic_corpora import QUESTIONS, lines_of

ANSWERABLE = 0.75  # share of questions that the documents answer, assumed
ACROSS = ("cosine", "retrieval", "read")  # the features that need no shared words


@dataclass(frozen=True)
class RankedQuestion:
    """A question with its sentences, which of them answer, and its forced answer."""

    corpus_name: str
    half: int
    answerable: bool
    candidates: tuple[Candidate, ...]
    right: np.ndarray
    shares: bool
    verdict: str


@contextlib.contextmanager
def remembering(path: Path) -> Iterator[None]:
    """Cache the readings of sentences in a file between runs, one file for each reader."""
    known: dict[Any, list[float | None]] = pickle.loads(path.read_bytes()) if path.exists() else {}
    read = multilingual_ranking.logits

    def logits(
        question: str, candidates: Sequence[Candidate], reader: SentenceScorer
    ) -> list[float | None]:
        key = question, tuple((each.hit.passage.id, each.start) for each in candidates)
        if key not in known:
            known[key] = read(question, candidates, reader)
        return known[key]

    with mock.patch.object(multilingual_ranking, "logits", logits):
        yield
    path.write_bytes(pickle.dumps(known))


def ask(corpus_file: Path, keep: Path) -> list[RankedQuestion]:
    """Ask the questions of a corpus; an answer is forced."""
    folder, rows, names = unpacked(corpus_file, keep)
    settings = Config(corpus=folder / "corpus", index=folder / "index", models="multilingual")
    found = []
    with kept(keep) as reader, Assistant(settings) as ready:
        ready.index()
        ready._resources.models._reader = reader
        judge = Judge(ready)
        for question in lines_of(folder / "all" / QUESTIONS)[: len(rows)]:
            history: list[Turn] = []
            for turn in question.get("history") or []:
                given = ready.ask(turn["question"], history=history)
                history.append(Turn(turn["question"], given))
            known = ready.consider(question["question"], history=history)
            candidates = tuple(
                each for each in known.candidates if each.selected_by == "multilingual"
            )
            if not candidates:
                continue
            answer = ready.ask(question["question"], history=history, insist=True)
            places = [place for gold in question["gold"] for place in judge.places(gold)]
            found.append(
                RankedQuestion(
                    corpus_file.stem,
                    half_of(question, names),
                    question["answerable"],
                    candidates,
                    np.array([_is_right(each, places) for each in candidates]),
                    multilingual_ranking.shares_words(known.question.read_as, candidates),
                    judge.verdict(question, answer, given=bool(answer.citations)),
                )
            )
    return found


def _is_right(candidate: Candidate, places: Sequence[tuple[str, int, int]]) -> bool:
    own = candidate.hit.passage.source, candidate.start, candidate.end
    return any(same_place(place, own) for place in places)


def ranking(asked: Sequence[RankedQuestion], names: Sequence[str]) -> tuple[float, ...]:
    """The weights of all features; 0 for those that are not in `names`."""
    columns = [multilingual_ranking.FEATURES.index(name) for name in names]
    rows = [
        LabelledCandidates(
            {},
            np.array([each.features for each in one.candidates])[:, columns],
            one.right,
            np.zeros_like(one.right),
            one.answerable,
            0,
        )
        for one in asked
    ]
    found = dict(zip(names, fit_ranking(rows), strict=True))
    return tuple(round(float(found.get(name, 0.0)), 3) for name in multilingual_ranking.FEATURES)


def fit_calibration(asked: Sequence[RankedQuestion]) -> tuple[float, ...]:
    """The weights of the logistic regression; the first one is the constant."""
    features = np.array(
        [multilingual_ranking.confidence_features(e.candidates, shares=e.shares) for e in asked]
    )
    answerable = np.array([each.answerable for each in asked])
    share = answerable.mean()
    weights = np.where(answerable, ANSWERABLE / share, (1 - ANSWERABLE) / max(1 - share, 1e-9))
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(features, [each.verdict == "right" for each in asked], weights)
    return tuple(round(float(each), 3) for each in (*model.intercept_, *model.coef_[0]))


def judged(name: str, asked: Sequence[RankedQuestion], weights: Sequence[float]) -> str:
    """The outcomes at some thresholds, and how well the confidence separates right from wrong."""
    features = np.array(
        [
            (1.0, *multilingual_ranking.confidence_features(e.candidates, shares=e.shares))
            for e in asked
        ]
    )
    probabilities = 1 / (1 + np.exp(-features @ np.array(weights)))
    right = np.array([each.verdict == "right" for each in asked])
    able = np.array([each.answerable for each in asked])
    first = np.mean([e.right[_best(e)] for e in asked if e.right.any()])
    areas = roc_auc_score(right, probabilities), roc_auc_score(able, probabilities)
    lines = [
        f"{name}: {able.sum()} + {(~able).sum()}; first {first:.2f}; by force"
        f" {right[able].mean():.2f}; AUROC right {areas[0]:.3f}, answerable {areas[1]:.3f}"
    ]
    for least in (0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
        given = probabilities >= least
        lines.append(
            f"   {least}: right {(given & right).sum()} of {able.sum()}"
            f" ({(given & right).sum() / able.sum():.2f}), refused"
            f" {(~given & able).sum() / able.sum():.2f}, unanswerable refused"
            f" {(~given & ~able).sum()} of {(~able).sum()}, wrong"
            f" {(given & ~right).sum()} of {given.sum()}"
            f" ({(given & ~right).sum() / max(given.sum(), 1):.2f})"
        )
    return "\n".join(lines)


def _best(asked: RankedQuestion) -> int:
    ranks = multilingual_ranking.ranks(asked.candidates, shares=asked.shares)
    return max(range(len(ranks)), key=ranks.__getitem__)


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit what ranks sentences in other languages.")
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, required=True, help="folder for indexes and readings")
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    with remembering(options.keep / f"logits-{checksum(MULTILINGUAL)[:8]}.pickle"):
        before = [
            each for corpus_file in options.corpora for each in ask(corpus_file, options.keep)
        ]
        half = [each for each in before if each.half == 0]
        within = ranking([each for each in half if each.shares], multilingual_ranking.FEATURES)
        across = ranking(half, ACROSS)
        print("_RANK =", within, "\n_RANK_ACROSS =", across, flush=True)
        multilingual_ranking._RANK, multilingual_ranking._RANK_ACROSS = within, across
        after = [each for corpus_file in options.corpora for each in ask(corpus_file, options.keep)]
    for shares in (True, False):
        chosen = [each for each in after if each.shares is shares]
        weights = fit_calibration([each for each in chosen if each.half == 0] if shares else chosen)
        print("_CHANCE =" if shares else "_CHANCE_ACROSS =", weights)
        for part in (0, 1):
            own = [each for each in chosen if each.half == part]
            print(judged(f"half {part}", own, weights))
            for corpus_name in dict.fromkeys(each.corpus_name for each in own):
                some = [each for each in own if each.corpus_name == corpus_name]
                if shares:
                    print(judged(f"{corpus_name}, half {part}", some, weights))


if __name__ == "__main__":
    main()
