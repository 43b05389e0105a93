"""Suggested questions, from definitions and headings. The documents answer each of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError
from askdocs.types import Answer, Guide, SuggestedQuestion

from .background_tasks import Background

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

WANTED = 4
DOCUMENTS_TRIED = 12
EACH_TRIED = 3  # questions of a document
FOLLOW_UPS_WANTED = 3
FOLLOW_UPS_TRIED = 4
SECONDS = 20.0
SECONDS_APART = 60.0
_BEFORE = 20  # characters before its section at which a quote may begin

_log = logging.getLogger(__name__)


class Suggestions:
    """First questions for a corpus, found in the background.

    `guide` is the guide of the folder as soon as it is known.
    """

    def __init__(self, assistant: Assistant, background: Background) -> None:
        self._assistant = assistant
        self._background = background
        self.guide: Guide | None = None
        self._questions: tuple[str, ...] = ()
        self._documents = ""  # their revision at the start of the last search
        self._began = 0.0  # the time of that start
        self._found = threading.Event()

    def refresh(self) -> None:
        """Search for questions again. The old ones stay until new ones are found."""
        self._found.clear()
        self._background.start(self._find, "askdocs-suggestions")

    def keep_up(self, documents: str) -> None:
        """Search again if the documents have a new revision and no indexing is running.

        If there are WANTED questions, the search runs at most every SECONDS_APART seconds.
        """
        enough = len(self._questions) >= WANTED
        known = documents == self._documents or (
            enough and time.monotonic() - self._began < SECONDS_APART
        )
        if not known and self._found.is_set() and not self._assistant.progress:
            self.refresh()

    def questions(self, *, timeout: float = 1.0) -> tuple[str, ...]:
        """At most WANTED questions. If there are none yet, it waits at most `timeout` seconds."""
        if not self._questions:
            self._found.wait(timeout)
        return self._questions

    def _find(self) -> None:
        try:
            found: list[str] = []
            self._documents, self._began = self._assistant.revision(), time.monotonic()
            guide = self.guide = self._assistant.guide()
            for question in answered_questions(self._assistant, guide):
                found.append(question)
                if len(found) > len(self._questions):
                    self._questions = tuple(found)
                if self._background.ending.is_set():
                    return
            self._questions = tuple(found)
        except AskdocsError as error:
            _log.info("No first questions: %s", error)
        finally:
            self._found.set()


def answered_questions(assistant: Assistant, guide: Guide) -> Iterator[str]:
    """At most WANTED answered questions, from different documents if possible."""
    deadline = time.monotonic() + SECONDS
    in_turn = zip_longest(*_suggested(assistant, guide))
    tried = set[str]()
    found = 0
    for each in chain.from_iterable(in_turn):
        if found == WANTED or time.monotonic() >= deadline:
            return
        if each is None or each.text in tried:
            continue
        tried.add(each.text)
        if is_answered(assistant, each):
            found += 1
            yield each.text


def is_answered(
    assistant: Assistant, question: SuggestedQuestion, sources: Sequence[str] | None = None
) -> bool:
    """Whether the part of the document that suggests a question answers it."""
    answer = assistant.ask(question.text, quotes=True, sources=sources)
    return answer.answered and any(
        each.source == question.source
        and question.start - _BEFORE <= each.start < max(question.end, question.start + 1)
        for each in answer.citations
    )


def _suggested(assistant: Assistant, guide: Guide) -> list[Sequence[SuggestedQuestion]]:
    """The questions of the first DOCUMENTS_TRIED documents that suggest any."""
    sources = [each.source for each in guide.documents]
    each = (assistant.suggested_questions(source)[:EACH_TRIED] for source in sources)
    return list(islice(filter(None, each), DOCUMENTS_TRIED))


def follow_ups(
    assistant: Assistant, answer: Answer, asked: Sequence[str], *, sources: Sequence[str] = ()
) -> Iterator[str]:
    """Questions from the surroundings of the quotes, which other passages answer."""
    known = {each.casefold() for each in asked}
    new = [
        each
        for each in _questions_by_distance(assistant, answer)
        if each.text.casefold() not in known
    ]
    answered = (
        each.text
        for each in new[:FOLLOW_UPS_TRIED]
        if is_answered(assistant, each, sources or None)
    )
    return islice(answered, FOLLOW_UPS_WANTED)


def _questions_by_distance(assistant: Assistant, answer: Answer) -> Iterator[SuggestedQuestion]:
    """The questions of the quoted documents, the closest first, without the quoted parts."""
    places: dict[str, list[int]] = {}
    for citation in answer.citations:
        places.setdefault(citation.source, []).append(citation.start)
    for source, quoted in islice(places.items(), 2):
        suggested = assistant.suggested_questions(source)
        new = [
            each
            for each in suggested
            if not any(each.start <= place < each.end for place in quoted)
        ]
        yield from sorted(new, key=lambda each: min(abs(each.start - at) for at in quoted))
