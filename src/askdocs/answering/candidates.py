"""Candidate sentences for an answer, and the result of searching and ranking them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from askdocs.answering.questions.question import Question
from askdocs.types import AnswerKind, Hit

# How a sentence was selected: by the English reader, by the multilingual ranking, because it is
# about a topic, as a row of a table that is asked for as a list, or by its position in a document
# (as the opening, or the text after a quote).
SelectedBy = Literal["reader", "multilingual", "topic", "row", "position"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question.

    Attributes:
        hit: Its passage, as the search found it.
        start: Its start in the text of the document, in characters.
        end: Its end.
        focus: The span of the document that answers most directly, if the reader predicted one.
        probability: The estimated probability that it answers, in [0, 1]. Only that of the best
            candidate of a question is calibrated. The others are lower, by their ranks.
        selected_by: How it was selected.
        coverage: The share of the question's words, by weight, that it and its context have, in [0,
            1].
        features: The features by which it was ranked, in the order of `ranking.FEATURES` or
            `multilingual_ranking.FEATURES`. Empty if it was selected by "topic" or "position".
        quoted_to: The end of the text that is quoted with it, if that is known; else 0.
    """

    hit: Hit
    start: int
    end: int
    focus: tuple[int, int] | None
    probability: float
    selected_by: SelectedBy = "position"
    coverage: float = 0.0
    features: tuple[float, ...] = ()
    quoted_to: int = 0

    @property
    def quote(self) -> str:
        """The text of the sentence."""
        return self.hit.passage.slice(self.start, self.end)

    @property
    def key(self) -> tuple[str, int]:
        """(source, start). It identifies the sentence."""
        return self.hit.passage.source, self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalResult:
    """The candidates for the answer to a question, with what an answer needs to know about them.

    Attributes:
        question: The question. Its `text` is as the user wrote it. All other fields are those of
            the corrected spelling.
        searched_for: The queries.
        hits: The passages found, best first.
        candidates: The sentences that may answer, best first.
        notice: A notice for the user about an answer in quotes.
        doubt: Why the best candidate may not answer, as a sentence for the user.
        confidence_features: The features from which the probability of the best candidate was
            estimated, by name.
        spelling_notice: A sentence for the user about corrected words.
        joint_count: How many of the first candidates form the answer together.
        following: The id of a passage → the text after it in its document.
        preface: The text before the quotes of an overview.
        kind: The kind of answer in quotes.
        versions: The best candidate and what other versions of its document say, newest first.
        rows: The rows of a table that are the answer together, the first one being the best
            candidate. Empty if no table is asked for.
        rows_cut: Whether further rows belong to the answer.
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
    rows: tuple[Candidate, ...] = ()
    rows_cut: bool = False
