"""Answers, their statements and citations, and conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from askdocs.types.documents import Passage, location_text
from askdocs.types.search import Hit

Verdict = Literal["quoted", "supported", "partly", "unsupported", "unchecked", "no_claim"]
# The text of each verdict that doubts a statement.
DOUBTS: Mapping[Verdict, str] = {
    "partly": "only partly supported",
    "unsupported": "not supported by your documents",
    "unchecked": "not checked",
}
NOT_LEARNT = "the verifier has not learnt this language"
# Stands behind a statement in such a language, in place of a doubt. The summary says what it means.
NOT_LEARNT_SIGN = "†"
Band = Literal["answer", "perhaps", "refusal"]
# quotes: sentences of the documents, or a refusal. prose: the text of a language model. overview:
# what documents are about. continuation: the text after the last quotes. mentions: the documents
# that mention something. documents: the documents that there are. reply: a message to an input that
# asks nothing, such as a greeting.
AnswerKind = Literal[
    "quotes", "prose", "overview", "continuation", "mentions", "documents", "reply"
]


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that support a statement: `quote == document.text[start:end]`, always.

    `focus` is the span of the document, within `start` and `end`, that is the most direct answer.
    """

    number: int
    passage: Passage
    quote: str
    start: int
    end: int
    focus: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        return self.passage.source

    @property
    def page(self) -> int | None:
        return self.passage.page

    @property
    def heading(self) -> str | None:
        return self.passage.heading

    @property
    def line(self) -> int | None:
        """The line of the file where the quote begins."""
        if self.passage.line is None:
            return None
        return self.passage.line + self.passage.text.count("\n", 0, self.start - self.passage.start)

    @property
    def where(self) -> str:
        """The source and, if known, the location in it."""
        return f"{self.source}, {self.place}" if self.place else self.source

    @property
    def place(self) -> str:
        """The location in the source, such as "page 4, Results, line 12"; "" if unknown."""
        return location_text(
            self.source, self.page, self.passage.page_label, self.heading, self.line
        )


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks: `text == statement.text[start:end]`, and their citations.

    `difference` describes how they differ from the source. It is empty if they are exact.
    `goes_on` is the rest of the source's sentence if the quotation stops before its end.
    """

    text: str
    start: int
    end: int
    citations: tuple[Citation, ...] = ()
    difference: str = ""
    goes_on: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or bullet of an answer, its citations, and whether they support it.

    `reason` explains why the verdict is not better. `contradicted` means that the source says
    otherwise, not only nothing. The verdict "unchecked" is for languages that the verifier does not
    support, "no_claim" for headings, questions, transitions and refusals. `markdown` is the
    sentence with its Markdown markup. `lead` is the text between it and the sentence before:
    white space and the markup of a heading, list or table row. Both are empty in quotes.
    `probability` is that of the verifier that the source supports the sentence; None if it was not
    asked. The verdict takes rules and a second opinion into account too.
    """

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    reason: str = ""
    contradicted: bool = False
    quotations: tuple[Quotation, ...] = ()
    markdown: str = ""
    lead: str = ""
    probability: float | None = None

    @property
    def doubt(self) -> str:
        """Why the statement is doubted, as in "not checked: the reason"; "" if it is not."""
        doubt = DOUBTS.get(self.verdict, "")
        return f"{doubt}: {self.reason}" if doubt and self.reason else doubt

    @property
    def sign(self) -> str:
        """`NOT_LEARNT_SIGN` if the verifier has not learnt the language, so that text says it once.

        Otherwise it is empty.
        """
        is_it = self.verdict == "unchecked" and self.reason == NOT_LEARNT
        return NOT_LEARNT_SIGN if is_it else ""

    @property
    def remark(self) -> str:
        """What stands behind the statement in plain text: the sign, or the doubt in brackets."""
        return self.sign or (f"({self.doubt})" if self.doubt else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, or the refusal to give one.

    Attributes:
        question: The question as it was asked.
        text: The answer, or the reason why none is given.
        statements: Its statements in order. If `answered` is false, these are those of a passage
            that perhaps answers.
        citations: The citations of the statements.
        hits: The passages that it was selected from. If it is a refusal, the most similar ones.
        answered: Whether askdocs gives an answer, not only a passage that perhaps answers.
        confidence: The probability, 0 to 1, that the best sentence quoted answers the question. It
            is 0 if it was not estimated. Statements of a language model have verdicts instead.
        searched_for: The queries.
        notice: Messages for the user in addition to the answer, such as why it is in doubt.
        seconds: How long it took.
        with_history: Whether words of earlier turns were searched too. If so, the next question
            may refer to those turns.
        kind: What the answer is, such as quotes, prose or an overview.
    """

    question: str
    text: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    answered: bool = False
    confidence: float = 0.0
    searched_for: tuple[str, ...] = ()
    notice: str = ""
    seconds: float = field(default=0.0, compare=False)
    with_history: bool = False
    kind: AnswerKind = "quotes"

    @property
    def is_estimated(self) -> bool:
        """Whether `confidence` is an estimate. It is not for overviews and lists of documents."""
        return self.kind in ("quotes", "prose") and self.confidence > 0

    @property
    def band(self) -> Band:
        """An answer, a passage that perhaps answers, or a refusal."""
        if self.answered:
            return "answer"
        return "perhaps" if self.statements else "refusal"


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement of a draft: `text == draft[start:end]`, its verdict, and its citations.

    If it is not supported, `citations` are the most similar words. `quotations` are its words in
    quotation marks, `not_found` its numbers, dates and names that are in none of the
    passages found for it.
    """

    text: str
    start: int
    end: int
    verdict: Verdict
    reason: str = ""
    contradicted: bool = False
    citations: tuple[Citation, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    not_found: tuple[str, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether it misquotes, or the documents say otherwise."""
        return self.contradicted and self.verdict in ("partly", "unsupported")


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking a draft: its statements in order, and their citations."""

    statements: tuple[CheckedStatement, ...]
    citations: tuple[Citation, ...]

    def count(self, *verdicts: Verdict) -> int:
        """How many statements have one of these verdicts."""
        return sum(statement.verdict in verdicts for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of a conversation."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class AskOptions:
    """The options of a question; `Assistant.ask` describes them."""

    history: tuple[Turn, ...] = ()
    sources: tuple[str, ...] | None = None
    quotes: bool = False
    insist: bool = False
    tasks: str = ""
    second_opinion: str = ""
