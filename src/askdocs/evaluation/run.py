"""Asks the questions of a question set, and keeps the outcome of each."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.turn import turn_of
from askdocs.answering.quotes import answer_with_quotes
from askdocs.answering.ranking import after_reading
from askdocs.assistant import Assistant
from askdocs.config import Config
from askdocs.errors import CorpusError
from askdocs.evaluation.question_set import (
    QUESTIONS,
    GoldQuestion,
    GoldTurn,
    read_documents,
    read_questions,
)
from askdocs.system.sampling import evenly_spread
from askdocs.types import (
    Answer,
    Citation,
    Document,
    Failure,
    Hit,
    Progress,
    ProgressListener,
    Turn,
)

SourceSpan = tuple[str, int, int]  # source, start, end


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one question.

    Attributes:
        question: The question, with what is known about its answer.
        retrieved: The spans of the passages, in the order of the search.
        reranked: The same passages, ordered by the best sentence of each.
        answer: The answer that a user gets.
        forced_answer: The answer without refusals: `minimum_confidence` is 0.
        best: The sentence that the confidence of `forced_answer` is about.
        rewritten: The passages retrieved for the rewrite of a follow-up, if there is one.
        cited: How many citations both answers have.
        inexact: How many of these quote something else than the stored text.
        search_seconds: The time of the search.
        answer_seconds: The time of the answer, with its own search.
    """

    question: GoldQuestion
    retrieved: tuple[SourceSpan, ...]
    reranked: tuple[SourceSpan, ...]
    answer: Answer
    forced_answer: Answer
    best: Candidate | None
    rewritten: tuple[SourceSpan, ...]
    cited: int
    inexact: int
    search_seconds: float
    answer_seconds: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes, with the settings and the corpus. `index_seconds` is for `characters`."""

    folder: Path
    config: Config
    documents: int
    passages: int
    failed: tuple[Failure, ...]
    characters: int
    index_seconds: float
    outcomes: tuple[Outcome, ...]


def evaluate_folder(
    folder: Path,
    config: Config,
    *,
    index: Path | None = None,
    limit: int | None = None,
    on_progress: ProgressListener,
) -> Evaluation:
    """Index the documents of a question set and ask its questions.

    Args:
        folder: The question set; `question_set` describes the format.
        config: The settings.
        index: The folder of an index that is kept for the next evaluation; None uses a temporary
            one.
        limit: How many questions are asked, spread evenly over the file; None asks all.
        on_progress: Called with the progress.

    Raises:
        CorpusError: The folder has no documents or no questions, or `index` contains others.
    """
    documents, failed = read_documents(folder, config)
    questions = spread(read_questions(folder / QUESTIONS, documents), limit)
    if not questions:
        raise CorpusError(f"{folder / QUESTIONS} has no question.")
    with _index_folder(index) as index_folder:
        config = replace(config, corpus=folder, index=index_folder)
        with Assistant(config) as assistant:
            _refuse_other_documents(assistant, documents)
            changes = assistant.index_documents(documents, on_progress=on_progress)
            new = {*changes.added, *changes.changed}
            return Evaluation(
                folder=folder,
                config=config,
                documents=len(documents),
                passages=changes.passages,
                failed=tuple(failed),
                characters=sum(
                    len(document.text) for document in documents if document.source in new
                ),
                index_seconds=changes.seconds,
                outcomes=tuple(ask_all(assistant, questions, on_progress=on_progress)),
            )


def ask_all(
    assistant: Assistant, questions: Sequence[GoldQuestion], *, on_progress: ProgressListener
) -> Iterator[Outcome]:
    """Yield the outcome of each question, in order. Models are loaded before time is measured."""
    assistant.ask(questions[0].text)
    for number, question in enumerate(questions, 1):
        on_progress(Progress("ask", number, len(questions), question.id))
        yield outcome(assistant, question)


def outcome(assistant: Assistant, question: GoldQuestion) -> Outcome:
    """Ask one question after its conversation, and return the outcome."""
    history = conversation(assistant, question.history)
    began = time.perf_counter()
    assistant.search(question.text)
    searched = time.perf_counter()
    result = assistant.consider(question.text, history=history)
    answer, forced = (
        answer_with_quotes(result, minimum_confidence=minimum)
        for minimum in (assistant.config.minimum_confidence, 0.0)
    )
    answered = time.perf_counter()
    rewritten: Sequence[Hit] = ()
    if question.rewrite:
        rewritten = assistant.search(question.rewrite, top_k=assistant.config.passages_read)
    citations = [*answer.citations, *forced.citations]
    return Outcome(
        question=question,
        retrieved=source_spans(result.hits),
        reranked=source_spans(after_reading(result.hits, result.candidates)),
        answer=answer,
        forced_answer=forced,
        best=result.candidates[0] if result.candidates else None,
        rewritten=source_spans(rewritten),
        cited=len(citations),
        inexact=sum(not _is_exact(assistant, citation) for citation in citations),
        search_seconds=searched - began,
        answer_seconds=answered - searched,
    )


def source_spans(hits: Sequence[Hit]) -> tuple[SourceSpan, ...]:
    """Return the spans of the passages of hits, in order."""
    passages = (hit.passage for hit in hits)
    return tuple((passage.source, passage.start, passage.end) for passage in passages)


def conversation(assistant: Assistant, history: Sequence[GoldTurn]) -> list[Turn]:
    """Return the turns before a question. The assistant answers those without an answer."""
    turns: list[Turn] = []
    for gold in history:
        if gold.answer:
            turns.append(turn_of(gold.question, turns, gold.answer))
        else:
            turns.append(Turn(gold.question, assistant.ask(gold.question, history=turns)))
    return turns


def spread(questions: Sequence[Item], limit: int | None) -> list[Item]:
    """Return at most `limit` questions, evenly spread, in order; all of them for None."""
    return evenly_spread(questions, len(questions) if limit is None else limit)


def _is_exact(assistant: Assistant, citation: Citation) -> bool:
    text = assistant.document(citation.source).text
    return text[citation.start : citation.end] == citation.quote


def _refuse_other_documents(assistant: Assistant, documents: Sequence[Document]) -> None:
    """Raise CorpusError if the index contains documents that are not in the question set."""
    known = {record.source for record in assistant.status().documents}
    others = known - {document.source for document in documents}
    if others:
        raise CorpusError(
            f"The index {assistant.config.index} contains other documents ({min(others)}). Name"
            " an empty folder with --index, or omit the option."
        )


@contextmanager
def _index_folder(index: Path | None) -> Iterator[Path]:
    if index is not None:
        yield index
        return
    with tempfile.TemporaryDirectory(prefix="askdocs-eval-") as folder:
        yield Path(folder)
