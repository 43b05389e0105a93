"""Fit the weights by which sentences that no reader has read are ranked and trusted.

    python training/multilingual/fit_unread.py FOLDER... --index-folder DIR

Every FOLDER is a question set as `askdocs eval` reads it, in languages other than English or with
questions in another language than the documents; some of its questions have no answer there. They
are the weights of `askdocs/answering/unread.py`, once for questions in the language of a passage,
once for the others. The ranking is a conditional logit over the sentences of a question. The chance
is a logistic regression: does what is quoted for the first sentence answer, where ANSWERABLE of the
questions have an answer? It depends on the ranking: after a new ranking, run it again.

The table is not flattered by the fit: each set is judged by weights fitted on the others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parents[1]))
from fit_answer import Considered, fit_ranking

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.quotes import answer_with_quotes
from askdocs.answering.unread import FEATURES, evidence, shares_words
from askdocs.evaluation.question_set import QUESTIONS, Question, read_documents, read_questions
from askdocs.evaluation.scores import cites, is_right

ANSWERABLE = 0.6  # share of questions that the documents answer, assumed
THRESHOLD = 0.4  # the usual minimum_confidence
WITHOUT_WORDS = (0, 2)  # the features of a sentence that count where words do not


@dataclass(frozen=True)
class Asked:
    """A question: its sentences for the ranking, and what the first one's chance stands on.

    `shares` says whether words count for it, `quoted_right` whether what is quoted for the
    first sentence answers it.
    """

    sentences: Considered
    evidence: tuple[float, ...]
    shares: bool
    quoted_right: bool


def ask(folder: Path, index: Path) -> list[Asked]:
    """Ask the questions of a folder of its documents; those that are read are left out."""
    documents, _ = read_documents(folder, Config())
    questions = read_questions(folder / QUESTIONS, documents)
    found = []
    with Assistant(Config(corpus=folder, index=index, models="multilingual")) as assistant:
        assistant.index_documents(documents)
        for question in questions:
            known = assistant.consider(question.text)
            candidates = [each for each in known.candidates if each.kind == "words"]
            if not candidates:
                continue
            shares = shares_words(question.text, candidates)
            answer = answer_with_quotes(known, minimum_confidence=0.0)
            places = [(each.source, each.start, each.end) for each in answer.citations]
            quoted = "\n".join(each.quote for each in answer.citations)
            found.append(
                Asked(
                    labelled(question, candidates),
                    evidence(candidates, shares=shares),
                    shares,
                    is_right(question, places, quoted),
                )
            )
    return found


def labelled(question: Question, candidates: Sequence[Candidate]) -> Considered:
    """The sentences of a question, best first, and which of them answer."""
    places = [(each.hit.passage.source, each.start, each.end) for each in candidates]
    right = np.array([cites(place, question) for place in places])
    features = np.array([each.features for each in candidates])
    return Considered({}, features, right, np.zeros_like(right), question.answerable, 0)


def fit_chance(asked: Sequence[Asked]) -> LogisticRegression:
    """Whether what is quoted answers, where ANSWERABLE of the questions have an answer."""
    answerable = np.array([each.sentences.answerable for each in asked])
    share = answerable.mean()
    weights = np.where(answerable, ANSWERABLE / share, (1 - ANSWERABLE) / max(1 - share, 1e-9))
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit([each.evidence for each in asked], [each.quoted_right for each in asked], weights)
    return model


def judged(asked: Sequence[Asked], model: LogisticRegression) -> str:
    """What becomes of questions at THRESHOLD."""
    given = model.predict_proba([each.evidence for each in asked])[:, 1] >= THRESHOLD
    right = np.array([each.quoted_right for each in asked])
    answerable = np.array([each.sentences.answerable for each in asked])
    return (
        f"{answerable.sum()} + {(~answerable).sum()} questions:"
        f" answered rightly {(given & right).sum() / max(answerable.sum(), 1):.2f},"
        f" refused {(~given & answerable).sum() / max(answerable.sum(), 1):.2f},"
        f" of {given.sum()} answers wrong {(given & ~right).sum() / max(given.sum(), 1):.2f}"
    )


def main() -> None:
    """Fit from the command line."""
    parser = argparse.ArgumentParser(description="Fit what ranks sentences that are not read.")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--index-folder", type=Path, required=True, help="where to index")
    options = parser.parse_args()
    sets = {each.name: ask(each, options.index_folder / each.name) for each in options.folders}
    for shares in (True, False):
        chosen = {
            name: [each for each in asked if each.shares is shares] for name, asked in sets.items()
        }
        print("words count" if shares else "words do not count")
        for name, asked in chosen.items():
            others = [each for other in chosen if other != name for each in chosen[other]]
            if asked and others:
                print(f"  {name}, by the others: {judged(asked, fit_chance(others))}")
        every = [each for asked in chosen.values() for each in asked]
        columns = range(len(FEATURES)) if shares else WITHOUT_WORDS
        narrow = [
            Considered({}, e.features[:, list(columns)], e.right, e.unsure, e.answerable, 0)
            for e in (each.sentences for each in every)
        ]
        model = fit_chance(every)
        print("  ranking", fit_ranking(narrow).round(2))
        print("  chance", model.intercept_.round(2), model.coef_.round(2))


if __name__ == "__main__":
    main()
