"""The pipeline of a question: parse it, search, rank, answer. Also checks drafts."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

from askdocs.answering import retrieval
from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.direct_answers import direct_answer
from askdocs.answering.generation.generate import write_answer
from askdocs.answering.generation.tasks import MOST_PASSAGES, documents_named, gathered
from askdocs.answering.language_notice import has_other_language
from askdocs.answering.notices import document_languages, notices
from askdocs.answering.questions.question import normalise_question, parse
from askdocs.answering.questions.task import Task
from askdocs.answering.quotes import answer_with_quotes
from askdocs.answering.routing import find_candidates
from askdocs.answering.verification.check import PASSAGES_READ, check_draft
from askdocs.answering.verification.verifier import Verifier
from askdocs.errors import ModelUnavailableError
from askdocs.resources import Resources
from askdocs.types import Answer, AskOptions, Check, Hit, Passage, ProgressListener

_WORDS_PER_PIECE = 4  # in a stream of an answer in quotes


def stream_answer(
    resources: Resources,
    question: str,
    options: AskOptions,
) -> Generator[str, None, Answer]:
    """Answer a question, and yield the text of the answer piece by piece.

    Args:
        resources: The open models and the index.
        question: The question as the user wrote it.
        options: How to answer it.

    Returns:
        The whole Answer, as the value of the generator.

    Raises:
        AskdocsError: The question has no letter or digit.
    """
    history, sources, insist = options.history, options.sources, options.insist
    started = time.monotonic()
    resources.check_catalog()
    asked = parse(normalise_question(question), history)
    reply = direct_answer(resources, asked, history, sources)
    if reply is not None:
        yield reply.text
        return reply
    result = find_candidates(resources, asked, history=history, sources=sources, insist=insist)
    resources.open_catalog().check_slices(hit.passage for hit in result.hits)
    answer = _answer_in_quotes(
        resources, result, 0.0 if insist else resources.config.minimum_confidence, sources
    )
    writes = resources.has_llm and not options.quotes
    allows_tasks = writes and (options.tasks or resources.config.tasks) == "model"
    task = result.question.task if allows_tasks else None
    for_task = _task_passages(resources, task, result, sources) if task else None
    if task and for_task:
        answer = yield from _stream_prose(resources, for_task, answer, options, task.kind)
    elif writes and result.hits and (insist or answer.band != "refusal"):
        answer = yield from _stream_prose(resources, result, answer, options)
    else:
        yield from _pieces(answer.text)
    notice = notices(resources, asked.text, result, answer, sources)
    return replace(answer, notice=notice, seconds=round(time.monotonic() - started, 3))


def _task_passages(
    resources: Resources, task: Task, default: RetrievalResult, sources: Sequence[str] | None
) -> RetrievalResult | None:
    """The passages for a task of a language model; None if no document is about it."""
    catalog = resources.open_catalog()
    within = None if sources is None else set(catalog.sources(sources))
    records = [
        record for record in catalog.document_records() if within is None or record.source in within
    ]

    def search(queries: Sequence[str], documents: Sequence[str] | None) -> list[Hit]:
        chosen = sources if documents is None else documents
        return retrieval.find(resources, queries, limit=MOST_PASSAGES, sources=chosen)

    named = documents_named(task.question, records)
    return gathered(task, default, named, search, catalog.passages_of)


def _stream_prose(
    resources: Resources,
    result: RetrievalResult,
    quoted: Answer,
    options: AskOptions,
    task: str = "",
) -> Generator[str, None, Answer]:
    """Let the language model write the answer. Without an available model, answer in quotes."""
    try:
        model, scorer = resources.open_llm(), resources.open_claim_scorer()
        orders = resources.open_order_detector()
    except ModelUnavailableError as error:
        return replace(quoted, notice=f"{error} These are quotes instead.")
    return (
        yield from write_answer(
            result,
            quoted,
            model,
            Verifier(scorer, resources.embedder, resources.open_catalog().passages_of, orders),
            remove_unsupported=resources.config.unsupported == "remove",
            ask_again=(options.second_opinion or resources.config.second_opinion) == "yes",
            task=task,
        )
    )


def _answer_in_quotes(
    resources: Resources,
    result: RetrievalResult,
    minimum_confidence: float,
    sources: Sequence[str] | None,
) -> Answer:
    """Answer in quotes, or say that there are no documents."""
    if not result.hits and not resources.open_catalog().count_passages():
        text = f"There are no documents yet. Put some into {resources.config.corpus} and ask again."
        return Answer(
            result.question.text,
            text,
            searched_for=result.searched_for,
            with_history=result.question.with_history,
        )
    return answer_with_quotes(
        result,
        minimum_confidence=minimum_confidence,
        has_other_language=not result.hits
        and has_other_language(result.question.text, document_languages(resources, sources)),
    )


def _pieces(text: str) -> Iterator[str]:
    pieces = text.split(" ")
    for start in range(0, len(pieces), _WORDS_PER_PIECE):
        words = " ".join(pieces[start : start + _WORDS_PER_PIECE])
        yield words if start == 0 else f" {words}"


def check(
    resources: Resources, text: str, *, sources: Sequence[str] | None, on_progress: ProgressListener
) -> Check:
    """Check a draft: search passages for each of its statements, and judge it by them.

    Args:
        resources: The open models and the index.
        text: The draft.
        sources: The documents that are searched; None for all.
        on_progress: Called for each statement.
    """
    catalog = resources.open_catalog()
    verifier = Verifier(
        resources.open_claim_scorer(),
        resources.embedder,
        catalog.passages_of,
        resources.open_order_detector(),
    )

    def search(statement: str) -> list[Passage]:
        hits = retrieval.find(
            resources, [normalise_question(statement)], limit=PASSAGES_READ, sources=sources
        )
        return [hit.passage for hit in hits]

    return check_draft(text, search, verifier, on_progress=on_progress)
