"""First questions made from the documents themselves, kept only if the documents answer them."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice, takewhile, zip_longest
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError
from askdocs.types import Answer, Document

from .background_tasks import Background

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

WANTED = 3
FOLLOW_UPS_TRIED = 4
DOCUMENTS_TRIED = 12
SECONDS = 15.0
SECONDS_APART = 60.0
SECONDS_READING = 5.0  # of them
CHARACTERS_READ = 20_000

_NAME = r"[A-Z][\w’'-]+(?: (?:of |the |de |von |van )?[A-Z][\w’'-]+){0,3}"
_VERBS = {
    "warn": "warn of", "claim": "claim", "argue": "argue", "announce": "announce",
    "discover": "discover", "invent": "invent", "propose": "propose", "recommend": "recommend",
    "predict": "predict", "advise": "advise", "conclude": "conclude", "introduce": "introduce",
    "develop": "develop",
}  # fmt: skip
_DEED = re.compile(rf"(?:^|[\s“\"(])((?:The )?)({_NAME}) ({'|'.join(_VERBS)})(s|e?d)\b")
_CONDITION = re.compile(r"(?:^|[.!?]\s+)If ((?:the|a|an) [a-z][a-z -]{4,40}), ", re.MULTILINE)
_COUNT = re.compile(r"\b\d[\d,.]* ([a-z]{3,}s) (were|have been) ([a-z]+(?:ed|lt|de|st|nt))\b")
_DATE = re.compile(
    r"\b[Oo]n ((?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{1,2}, \d{4}|\d{1,2} (?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December) \d{4})"
)
_ABBREVIATION = re.compile(r"(?:[A-Z][\w-]+ ){2,6}\(([A-Z]{2,8})\)")
_NO_NAME = re.compile(r"^(?:It|They|He|She|We|This|That|These|Those|There|In|On|At|As|If|But)\b")

_log = logging.getLogger(__name__)


class Suggestions:
    """First questions for a corpus, found in the background so that nobody waits for them."""

    def __init__(self, assistant: Assistant, background: Background) -> None:
        self._assistant = assistant
        self._background = background
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
            for question in answered_questions(self._assistant):
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


def answered_questions(assistant: Assistant) -> Iterator[str]:
    """At most WANTED questions that the documents answer, from different documents if possible."""
    deadline = time.monotonic() + SECONDS
    in_turn = zip_longest(*_suggested(assistant, time.monotonic() + SECONDS_READING))
    found = 0
    for question in dict.fromkeys(chain.from_iterable(in_turn)):
        if found == WANTED or time.monotonic() > deadline:
            break
        if question and assistant.ask(question, quotes=True).answered:
            found += 1
            yield question


def _suggested(assistant: Assistant, deadline: float) -> list[Sequence[str]]:
    """The candidate questions of at most DOCUMENTS_TRIED documents that suggest any.

    They are taken from all over the folder: of most documents the wording suggests nothing.
    """
    sources = [record.source for record in assistant.status().documents]
    step = max(1, len(sources) // DOCUMENTS_TRIED)
    spread = (source for first in range(step) for source in sources[first::step])
    in_time = takewhile(lambda _: time.monotonic() < deadline, spread)
    candidates = (candidate_questions(assistant.document(source)) for source in in_time)
    return list(islice(filter(None, candidates), DOCUMENTS_TRIED))


def follow_ups(
    assistant: Assistant, answer: Answer, asked: Sequence[str], *, sources: Sequence[str] = ()
) -> Iterator[str]:
    """At most WANTED questions that passages near an answer suggest and the documents answer."""
    cited = {citation.source for citation in answer.citations}
    passages = [hit.passage for hit in answer.hits if not cited or hit.passage.source in cited]
    found = (
        candidate_questions(Document(passage.source, passage.text, passage.title))
        for passage in passages
    )
    known = {each.casefold() for each in asked}
    questions = dict.fromkeys(each for each in chain.from_iterable(found))
    fresh = [each for each in questions if each.casefold() not in known]
    answered = (
        each
        for each in fresh[:FOLLOW_UPS_TRIED]
        if assistant.ask(each, sources=sources or None, quotes=True).answered
    )
    return islice(answered, WANTED)


def candidate_questions(document: Document) -> Sequence[str]:
    """Questions that the wording of a document suggests, most telling first; no two alike."""
    return list(dict.fromkeys(_candidates(document.text[:CHARACTERS_READ])))[:6]


def _candidates(text: str) -> Iterator[str]:
    for match in _DEED.finditer(text):
        article, name, verb, ending = match.groups()
        if not _NO_NAME.match(name):
            does = "does" if ending == "s" else "did"
            yield f"What {does} {article.lower()}{name} {_VERBS[verb]}?"
    for match in _CONDITION.finditer(text):
        yield f"What happens if {match.group(1)}?"
    for match in _COUNT.finditer(text):
        yield f"How many {' '.join(match.groups())}?"
    for match in _DATE.finditer(text):
        yield f"What happened on {match.group(1)}?"
    for match in _ABBREVIATION.finditer(text):
        yield f"What does {match.group(1)} stand for?"
