"""Candidate sentences for an answer, and the result of searching and ranking them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from askdocs.answering.questions.question import Question
from askdocs.types import AnswerKind, Hit

# How a sentence was selected: by the English reader, by the multilingual ranking, because it is
# about a topic, or by its position in a document (the beginning, or the text after a quote).
SelectedBy = Literal["reader", "multilingual", "topic", "position"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question.

    Attributes:
        hit: Its passage, as the search found it.
        start: Where it begins in the text of its document, in characters.
        end: Where it ends.
        focus: The span of the document that answers most directly, if the reader marked one.
        probability: The estimated probability, 0 to 1, that it answers. Only that of the first of a
            question is calibrated; those of the others are smaller as they rank lower.
        selected_by: How it was selected.
        coverage: The share, by weight, of the question's words that are in it and its context.
        features: The features it was ranked by, in the order of `ranking.FEATURES` or
            `multilingual_ranking.FEATURES`. Empty if it was selected otherwise.
    """

    hit: Hit
    start: int
    end: int
    focus: tuple[int, int] | None
    probability: float
    selected_by: SelectedBy = "position"
    coverage: float = 0.0
    features: tuple[float, ...] = ()

    @property
    def quote(self) -> str:
        """The words of the sentence."""
        return self.hit.passage.slice(self.start, self.end)

    @property
    def key(self) -> tuple[str, int]:
        """(source, start), which is unique to the sentence."""
        return self.hit.passage.source, self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalResult:
    """The result of searching and ranking for a question, before it is answered.

    Attributes:
        question: The question. Its `text` is as it was asked. All other fields are those of the
            corrected spelling.
        searched_for: The queries.
        hits: The passages found, best first.
        candidates: The sentences that may answer, best first.
        notice: A message for the user in addition to an answer in quotes.
        doubt: Why the first candidate may not answer, as a sentence for the user.
        confidence_features: The features that the probability of the first candidate was estimated
            from, by name.
        spelling_notice: Which words were searched for in another spelling, for the user.
        joint_count: How many of the first candidates answer only together.
        following: The text of the document after a passage, by the id of the passage.
        preface: The lines before the quotes of an overview.
        kind: What an answer in quotes consists of.
        versions: The first candidate with what other versions of its document say, newest first.
    """

    question: Question
    searched_for: tuple[str, ...]
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    notice: str = ""
    doubt: str = ""
    confidence_features: Mapping[str, float] = field(default_factory=dict)
    spelling_notice: str = ""
    joint_count: int = 1
    following: Mapping[str, str] = field(default_factory=dict)
    preface: str = ""
    kind: AnswerKind = "quotes"
    versions: tuple[Candidate, ...] = ()
