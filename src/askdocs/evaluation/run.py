"""A folder of documents and questions with known answers to what became of each question."""

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
    Asked,
    Question,
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

Place = tuple[str, int, int]  # source, start, end


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question.

    `found` are the places of the passages in the order of the search, `read` the same passages in
    the order of the best sentence of each. `answer` is what a user gets; `forced` is the answer
    when none may be refused, and `best` the sentence that its confidence is about. `rewritten` is
    what is found for the rewrite of a follow-up, where there is one. `inexact` counts the
    citations whose quote is not the stored text, of `cited` in both answers.
    """

    question: Question
    found: tuple[Place, ...]
    read: tuple[Place, ...]
    answer: Answer
    forced: Answer
    best: Candidate | None
    rewritten: tuple[Place, ...]
    cited: int
    inexact: int
    search_seconds: float
    answer_seconds: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes, with what they depend on. `characters` were indexed in `index_seconds`."""

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
        folder: The question set; `question_set` describes its form.
        config: The settings.
        index: Where the index is kept for the next evaluation; None uses a temporary folder.
        limit: How many questions are asked, spread evenly over the file; None asks all.
        on_progress: Called with the progress.

    Raises:
        CorpusError: The folder holds no documents or no questions, or `index` another index.
    """
    documents, failed = read_documents(folder, config)
    questions = spread(read_questions(folder / QUESTIONS, documents), limit)
    if not questions:
        raise CorpusError(f"{folder / QUESTIONS} holds no question.")
    with _index_folder(index) as place:
        config = replace(config, corpus=folder, index=place)
        with Assistant(config) as assistant:
            _refuse_other_documents(assistant, documents)
            changes = assistant.index_documents(documents, on_progress=on_progress)
            fresh = {*changes.added, *changes.changed}
            return Evaluation(
                folder=folder,
                config=config,
                documents=len(documents),
                passages=changes.passages,
                failed=tuple(failed),
                characters=sum(len(each.text) for each in documents if each.source in fresh),
                index_seconds=changes.seconds,
                outcomes=tuple(ask_all(assistant, questions, on_progress=on_progress)),
            )


def ask_all(
    assistant: Assistant, questions: Sequence[Question], *, on_progress: ProgressListener
) -> Iterator[Outcome]:
    """The outcome of each question, in order; the models are loaded before any time is taken."""
    assistant.ask(questions[0].text)
    for number, question in enumerate(questions, 1):
        on_progress(Progress("ask", number, len(questions), question.id))
        yield outcome(assistant, question)


def outcome(assistant: Assistant, question: Question) -> Outcome:
    """Ask one question, with the conversation before it."""
    history = conversation(assistant, question.history)
    began = time.perf_counter()
    assistant.search(question.text)
    searched = time.perf_counter()
    considered = assistant.consider(question.text, history=history)
    answer, forced = (
        answer_with_quotes(considered, minimum_confidence=minimum)
        for minimum in (assistant.config.minimum_confidence, 0.0)
    )
    answered = time.perf_counter()
    rewritten: Sequence[Hit] = ()
    if question.rewrite:
        rewritten = assistant.search(question.rewrite, top_k=assistant.config.passages_read)
    citations = [*answer.citations, *forced.citations]
    return Outcome(
        question=question,
        found=places(considered.hits),
        read=places(after_reading(considered.hits, considered.candidates)),
        answer=answer,
        forced=forced,
        best=considered.candidates[0] if considered.candidates else None,
        rewritten=places(rewritten),
        cited=len(citations),
        inexact=sum(not _is_exact(assistant, citation) for citation in citations),
        search_seconds=searched - began,
        answer_seconds=answered - searched,
    )


def places(hits: Sequence[Hit]) -> tuple[Place, ...]:
    """Where the passages of hits stand, in order."""
    passages = (hit.passage for hit in hits)
    return tuple((passage.source, passage.start, passage.end) for passage in passages)


def conversation(assistant: Assistant, history: Sequence[Asked]) -> list[Turn]:
    """The turns before a question; those without an answer are put to the assistant."""
    turns: list[Turn] = []
    for asked in history:
        if asked.answer:
            turns.append(turn_of(asked.question, turns, asked.answer))
        else:
            turns.append(Turn(asked.question, assistant.ask(asked.question, history=turns)))
    return turns


def spread(questions: Sequence[Item], limit: int | None) -> list[Item]:
    """At most `limit` questions, evenly spread, in order; all of them for None."""
    return evenly_spread(questions, len(questions) if limit is None else limit)


def _is_exact(assistant: Assistant, citation: Citation) -> bool:
    text = assistant.document(citation.source).text
    return text[citation.start : citation.end] == citation.quote


def _refuse_other_documents(assistant: Assistant, documents: Sequence[Document]) -> None:
    """Raise CorpusError if the index holds documents that are not of the question set."""
    known = {record.source for record in assistant.status().documents}
    others = known - {document.source for document in documents}
    if others:
        raise CorpusError(
            f"The index {assistant.config.index} holds other documents ({min(others)}). Name an"
            " empty folder with --index, or leave it out."
        )


@contextmanager
def _index_folder(index: Path | None) -> Iterator[Path]:
    if index is not None:
        yield index
        return
    with tempfile.TemporaryDirectory(prefix="askdocs-eval-") as folder:
        yield Path(folder)
