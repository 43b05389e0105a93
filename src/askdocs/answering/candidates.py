"""What an answer is made from: sentences that may answer, and what is known of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from askdocs.answering.questions.question import Question
from askdocs.types import AnswerKind, Hit

# How a sentence was chosen: by the reader, by words and meaning (its language is not read), because
# it is about a topic, or because its document begins or goes on with it.
Kind = Literal["read", "words", "topic", "beginning"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    Attributes:
        hit: The passage it stands in, as the search found it.
        start: Where it begins in the text of its document, in characters.
        end: Where it ends.
        focus: The span of the document that answers most directly, if the reader marked one.
        chance: The estimated probability, 0 to 1, that it answers. Only that of the first of a
            question is calibrated; those of the others are smaller as they rank lower.
        kind: How it was chosen.
        coverage: The share, by weight, of the question's words that it and its context hold.
        features: What it was ranked by, in the order of `ranking.FEATURES` if it was read, in that
            of `unread.FEATURES` if words and meaning chose it.
    """

    hit: Hit
    start: int
    end: int
    focus: tuple[int, int] | None
    chance: float
    kind: Kind = "beginning"
    coverage: float = 0.0
    features: tuple[float, ...] = ()

    @property
    def quote(self) -> str:
        """The words of the sentence."""
        return self.hit.passage.slice(self.start, self.end)

    @property
    def place(self) -> tuple[str, int]:
        """(source, start), which no other sentence has."""
        return self.hit.passage.source, self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What is known of a question before it is answered: what was searched, found and read.

    Attributes:
        question: The question. Its `text` is as it was asked, all else of it as it was spelled for
            the search.
        searched_for: The queries.
        hits: The passages found, best first.
        candidates: The sentences that may answer, best first.
        notice: What the person should know beside an answer in quotes.
        doubt: Why the first candidate may not answer, in a sentence for the person.
        evidence: What the chance of the first candidate was estimated from, by name.
        corrected: Which words of the question were searched for in another spelling.
        together: How many of the first candidates answer only together.
        following: The text of the document after a passage, by the id of the passage.
        preface: What is told before the quotes of an overview, a line for each thing.
        kind: What an answer in quotes is made of.
        versions: The first candidate with what other versions of its document say, newest first.
    """

    question: Question
    searched_for: tuple[str, ...]
    hits: tuple[Hit, ...]
    candidates: tuple[Candidate, ...]
    notice: str = ""
    doubt: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    corrected: str = ""
    together: int = 1
    following: Mapping[str, str] = field(default_factory=dict)
    preface: str = ""
    kind: AnswerKind = "quotes"
    versions: tuple[Candidate, ...] = ()
