"""How likely the best sentence answers: what tells right answers from wrong ones."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.text.english import NEGATION
from askdocs.text.language import language_of, language_of_question
from askdocs.text.stemming import stems_for
from askdocs.text.tokens import words
from askdocs.types import Passage

# Fitted by training/ranking/fit_ranking_weights.py; benchmarks/answers.md says on what.
_BIAS = -3.475
_WEIGHTS = {
    "head": 0.131,  # logit that the sentence answers, by the reader's hidden states
    "best_head": 0.047,  # the highest such logit of any sentence that was read
    "null": 0.052,  # logit of "no answer" in its passage
    "second": 0.231,  # logit that it answers, by the larger model
    "second_best": 0.16,  # the highest such logit of any sentence that was read again
    "second_margin": 0.088,  # by how much it is ahead, by that logit, of another passage
    "margin": 0.106,  # by how much it is ahead of the best sentence of another passage
    "length": 0.598,  # logarithm of one more than its characters
    "why_how": -0.247,  # whether the question asks why or how
    "list": -0.843,  # whether it asks for several things
    "one_fact": -0.1,  # whether it asks for one person, time, place or number
}
_NEGATION = re.compile(rf"{NEGATION}|\b(?:except|fail(?:s|ed)?|lack(?:s|ed)?)\b", re.IGNORECASE)
_FURTHEST_AHEAD = 3.0  # logits; in a small folder nothing else is near


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that was read, and how it ranks among the others.

    Attributes:
        rank: A logit by which sentences of the same question are compared.
        head: The logit that it answers, by the reader's hidden states.
        null: The logit of "no answer" in its passage.
        candidate: The sentence; its probability is not known yet.
        second: The logit that it answers, by the larger model; None where that has not read it.
    """

    rank: float
    head: float
    null: float
    candidate: Candidate
    second: float | None = None

    @property
    def passage(self) -> Passage:
        """The passage it stands in."""
        return self.candidate.hit.passage


def confidence_features(question: Question, read: Sequence[ScoredSentence]) -> dict[str, float]:
    """What tells how likely the best sentence that was read is right.

    Args:
        question: The question.
        read: All sentences that were read, in any order; at least one.

    Returns:
        The values of `_WEIGHTS`, by name.
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
    """By how much the best sentence is ahead of the best one of another passage; 0 without one."""
    others = [sentence.rank for sentence in read if sentence.passage.id != best.passage.id]
    return min(best.rank - max(others, default=best.rank), _FURTHEST_AHEAD)


def _second_margin(best: ScoredSentence, read: Sequence[ScoredSentence]) -> float:
    """By how much the larger model holds the best sentence likelier than any of other passages."""
    own = best.second or 0.0
    others = [sentence.second or 0.0 for sentence in read if sentence.passage.id != best.passage.id]
    return max(-_FURTHEST_AHEAD, min(own - max(others, default=own), _FURTHEST_AHEAD))


def doubt(question: Question, best: Candidate, rare: Mapping[str, float]) -> str:
    """Why the best sentence may not answer, in a sentence for the person."""
    asked = question.read_as
    stem = stems_for(question.text)
    held = _stems(best.hit.passage, stem)
    own = [word for word in words(question.text) if word in rare]
    lacking = sorted((word for word in own if stem(word) not in held), key=lambda w: -rare[w])
    if lacking and _in_another_language(question, best.hit.passage.text):
        return "This passage is in another language: its words cannot be compared."
    if lacking:
        named = " and ".join(f"“{word}”" for word in lacking[:2])
        return f"This passage does not have {named}."
    if bool(_NEGATION.search(asked)) != bool(_NEGATION.search(best.quote)):
        return "The question and this passage differ in a “not”."
    return "This passage has the words of the question, but may not answer it."


def _in_another_language(question: Question, passage: str) -> bool:
    """Whether a passage is surely in another language than a question; names are in both."""
    written = language_of(passage)
    asked = "en" if question.is_english else language_of_question(question.text)
    return bool(written and asked) and written != asked


def answer_probability(known: Mapping[str, float]) -> float:
    """The probability, 0 to 1, that a sentence with this evidence is right."""
    return logistic(_BIAS + sum(weight * known.get(name, 0.0) for name, weight in _WEIGHTS.items()))


def logistic(logit: float) -> float:
    """The probability, 0 to 1, that a logit stands for."""
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def _stems(passage: Passage, stem: Callable[[str], str]) -> set[str]:
    """The stems of the words of a passage, of its title, its heading and the name of its file."""
    file = re.sub(r"[\W_]+", " ", passage.source)
    parts = (file, passage.title, passage.heading or "", passage.text)
    return {stem(word) for word in words(" ".join(parts))}
