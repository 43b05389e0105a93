"""How likely the best sentence answers: what tells right answers from wrong ones."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.index.keywords.terms import stem, words
from askdocs.types import Passage

# Fitted by training/fit_answer.py; docs/decisions/0004 says on what.
_BIAS = -4.659
_WEIGHTS = {
    "span": 0.048,  # logit of the likeliest answer in the best sentence less that of "no answer"
    "head": 0.284,  # logit that the sentence answers, by the reader's hidden states
    "best_head": 0.305,  # the highest such logit of any sentence that was read
    "null": 0.207,  # logit of "no answer" in its passage
    "retrieval": 1.401,  # score of its passage in the search, 0 to 1
    "margin": 0.164,  # rank above the best sentence of another passage, at most 5
    "share": 1.182,  # softmax share of its passage among all sentences that were read
    "words": 0.6,  # logarithm of one more than the words of the question
    "rarest_missing": -0.685,  # rarity of the rarest word that the passage lacks, 0 to 1
    "why_how": -0.562,  # whether the question asks why or how
    "list": -0.433,  # whether it asks for several things
}
_WIDEST_MARGIN = 5.0
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|except|fail(?:s|ed)?"
    r"|lack(?:s|ed)?)\b|n['’]t\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(?:more|over|above|exceed\w*|at least|minimum|after|increase\w*)\b", re.I)
_LESS = re.compile(r"\b(?:less|fewer|under|below|at most|maximum|before|decrease\w*|up to)\b", re.I)
_HOW_MANY = re.compile(r"\bhow (?:many|much|long|old|far|tall|big|large|often|high|fast)\b", re.I)
_WHY_HOW = re.compile(r"\bwhy\b|\bhow (?!many|much|long|old|far|tall|big|large|often|high)", re.I)
_LIST = re.compile(r"^(?:list|name)\b|\b(?:list|which|what)\b(?: (?:are|were|\w+))? \w+s\b", re.I)
_CAUSE = re.compile(
    r"\b(?:because|since|so that|due to|in order|as a result|thus|therefore|caus\w*|reason\w*"
    r"|lead\w*|led|to \w+|by \w+ing|means?|prevent\w*|allow\w*)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday"
    r"|century|year|month|week|day|hour|minute)s?\b",
    re.IGNORECASE,
)
_WHEN_ASKED = re.compile(r"\b(?:when|(?:what|which) (?:year|date|day|month|time))\b")
_COUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty"
    r"|hundred|thousand|million|billion|half|third|quarter|dozen|once|twice|no|none|few|several)"
    r"(?:s|th)?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence that was read, and how it ranks among the others.

    Attributes:
        rank: A logit by which sentences of the same question are compared.
        span: The logit of the likeliest answer in it less that of "no answer".
        head: The logit that it answers, by the reader's hidden states.
        null: The logit of "no answer" in its passage.
        candidate: The sentence; its chance is not known yet.
    """

    rank: float
    span: float
    head: float
    null: float
    candidate: Candidate

    @property
    def passage(self) -> Passage:
        """The passage it stands in."""
        return self.candidate.hit.passage


def evidence(
    question: Question, read: Sequence[Read], rare: Mapping[str, float]
) -> dict[str, float]:
    """What tells how likely the best sentence that was read is right.

    Args:
        question: The question.
        read: All sentences that were read, in any order; at least one.
        rare: The words of the question with their weights.

    Returns:
        The values of `_WEIGHTS`, by name.
    """
    best = max(read, key=lambda each: each.rank)
    others = [each for each in read if each.passage.id != best.passage.id]
    second = max((each.rank for each in others), default=best.rank - _WIDEST_MARGIN)
    asked = question.read_as
    around = f"{best.passage.title} {best.passage.heading or ''} {best.passage.text}"
    held = {stem(word) for word in words(around)}
    missing = [weight for word, weight in rare.items() if stem(word) not in held]
    own = set(words(question.text))  # without what the conversation adds
    return {
        "span": best.span,
        "head": best.head,
        "best_head": max(each.head for each in read),
        "null": best.null,
        "retrieval": best.candidate.hit.score,
        "margin": min(best.rank - second, _WIDEST_MARGIN),
        "share": _share(best, read),
        "words": math.log1p(sum(word in own for word in rare)),
        "rarest_missing": max(missing, default=0.0) / max([*rare.values(), 1e-6]),
        "why_how": float(bool(_WHY_HOW.search(asked))),
        "list": float(bool(_LIST.search(asked))),
    }


def doubt(question: Question, best: Candidate, rare: Mapping[str, float]) -> str:
    """Why the best sentence may not answer, in a sentence for the person."""
    asked = question.read_as
    passage = best.hit.passage
    around = f"{passage.title} {passage.heading or ''} {passage.text}"
    held = {stem(word) for word in words(around)}
    own = [word for word in words(question.text) if word in rare]
    lacking = sorted((word for word in own if stem(word) not in held), key=lambda w: -rare[w])
    if lacking:
        named = " and ".join(f"“{word}”" for word in lacking[:2])
        return f"This passage does not have {named}."
    if bool(_NEGATION.search(asked)) != bool(_NEGATION.search(best.quote)):
        return "The question and this passage differ in a “not”."
    if _opposed(asked, best.quote):
        return "The question and this passage compare the other way round."
    return "This passage has the words of the question, but may not answer it."


def probability(known: Mapping[str, float]) -> float:
    """The probability, 0 to 1, that a sentence with this evidence is right."""
    logit = _BIAS + sum(weight * known.get(name, 0.0) for name, weight in _WEIGHTS.items())
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))


def answer_type(question: str, text: str) -> float:
    """1 where a text has what a question asks for (a figure, a date, a name, a cause), -1 where
    it has not, 0 where that cannot be told.
    """
    asked = question.lower()
    if _HOW_MANY.search(asked):
        return _sign(_COUNT.search(text))
    if re.search(
        r"\b(?:when|what (?:year|date|day|time)|since when|which (?:year|day|date))\b", asked
    ):
        return _sign(_WHEN.search(text))
    if re.search(r"^who\b|\bwho(?:m|se)?\b", asked):
        return 1.0 if re.search(r"(?<!^)\b[A-Z]\w", text) else -1.0
    if "why" in asked.split():
        return _sign(_CAUSE.search(text))
    return 0.0


def _sign(found: object) -> float:
    return 1.0 if found else -1.0


def _share(best: Read, read: Sequence[Read]) -> float:
    """The softmax share of the best sentence's passage among all that was read."""
    weights = [(each.passage.id, math.exp(max(each.rank - best.rank, -30.0))) for each in read]
    own = sum(weight for name, weight in weights if name == best.passage.id)
    return own / sum(weight for _, weight in weights)


def _opposed(question: str, text: str) -> float:
    """Whether the one speaks of more and the other only of less."""
    asked = bool(_MORE.search(question)), bool(_LESS.search(question))
    said = bool(_MORE.search(text)), bool(_LESS.search(text))
    return float(asked[0] != asked[1] and said == asked[::-1])
