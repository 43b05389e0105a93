"""First questions, from what documents define and what they head; each is answered by them."""

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
    """First questions for a corpus, found in the background so that nobody waits for them.

    `guide` is that of the folder, once it is known.
    """

    def __init__(self, assistant: Assistant, background: Background) -> None:
        self._assistant = assistant
        self._background = background
        self.guide: Guide | None = None
        self._questions: tuple[str, ...] = ()
        self._documents = ""  # their revision when the last search began
        self._began = 0.0  # and when that was
        self._found = threading.Event()

    def refresh(self) -> None:
        """Begin to look for questions again; until they are found, the old ones stay."""
        self._found.clear()
        self._background.start(self._find, "askdocs-suggestions")

    def keep_up(self, documents: str) -> None:
        """Look again if the revision of the documents is new, and nothing is being indexed.

        Where there are WANTED questions already, it is not looked again at every change.
        """
        enough = len(self._questions) >= WANTED
        known = documents == self._documents or (
            enough and time.monotonic() - self._began < SECONDS_APART
        )
        if not known and self._found.is_set() and not self._assistant.progress:
            self.refresh()

    def questions(self, *, patience: float = 1.0) -> tuple[str, ...]:
        """At most WANTED questions; waits at most `patience` seconds where there are none yet."""
        if not self._questions:
            self._found.wait(patience)
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
    """At most WANTED questions that the documents answer, from different documents if possible."""
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
    """Whether a question is answered, and by the part of the document that suggests it."""
    answer = assistant.ask(question.text, quotes=True, sources=sources)
    return answer.answered and any(
        each.source == question.source
        and question.start - _BEFORE <= each.start < max(question.end, question.start + 1)
        for each in answer.citations
    )


def _suggested(assistant: Assistant, guide: Guide) -> list[Sequence[SuggestedQuestion]]:
    """The questions of at most DOCUMENTS_TRIED documents that suggest any."""
    sources = [each.source for each in guide.documents]
    each = (assistant.suggested_questions(source)[:EACH_TRIED] for source in sources)
    return list(islice(filter(None, each), DOCUMENTS_TRIED))


def follow_ups(
    assistant: Assistant, answer: Answer, asked: Sequence[str], *, sources: Sequence[str] = ()
) -> Iterator[str]:
    """Questions from near what an answer quotes, that the documents answer elsewhere than there."""
    known = {each.casefold() for each in asked}
    fresh = [each for each in _near(assistant, answer) if each.text.casefold() not in known]
    answered = (
        each.text
        for each in fresh[:FOLLOW_UPS_TRIED]
        if is_answered(assistant, each, sources or None)
    )
    return islice(answered, FOLLOW_UPS_WANTED)


def _near(assistant: Assistant, answer: Answer) -> Iterator[SuggestedQuestion]:
    """The questions of the quoted documents, the nearest first, without what is quoted."""
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
