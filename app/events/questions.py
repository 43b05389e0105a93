"""What happens when a visitor asks or stops: the events of the talk."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio

from askdocs.errors import AskdocsError
from askdocs.types import Answer, Turn

from ..background_tasks import Background, streamed
from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_of
from ..conversations.store import Archive
from ..suggestions import follow_ups
from ..views.answers import render_past, render_present
from ..views.documents import render_suggestions
from ..views.history import changed_since
from .payload import shown_on_page, values_of

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

SECONDS_BETWEEN_UPDATES = 0.05

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _AskRequest:
    """What is wished beside a question.

    `replaces` is the exchange whose question was edited: it goes, and those after it. `again` is
    one that is asked anew: only its own answer may go, and it means what it meant there. `insist`
    gives the passages to the language model although the question would be refused. `tasks` and
    `second_opinion` are values of the settings of that name; empty for the settings' own.
    """

    sources: tuple[str, ...]
    replaces: int | None
    again: int | None
    quotes: bool
    insist: bool
    tasks: str
    second_opinion: str

    def place_in(self, conversation: Conversation) -> int | None:
        """Where the question is put; None for the end."""
        last = len(conversation.exchanges) - 1
        return self.again if self.again == last else self.replaces


def asker(
    assistant: Assistant, archive: Archive, background: Background
) -> Callable[..., AsyncIterator[tuple[Any, ...]]]:
    """The event of asking. It yields (past, present, follow-ups, conversation).

    The past is not sent again, but where another window has gone on with the conversation: the
    page moves the last answer up by itself. When the event is cancelled it ends at once, whatever
    the answer waits for.
    """

    def answered(
        question: str, values: Mapping[str, Any], session: Conversation, request: gradio.Request
    ) -> Generator[tuple[Any, ...]]:
        shown = shown_on_page(values, session, archive, request)
        question = (question or "").strip()
        if not question:
            yield gradio.skip(), gradio.skip(), gradio.skip(), shown
            return
        wishes, visitor = _ask_request(values), visitor_of(request)
        kept = archive.load(visitor, shown.id)
        if kept is not None and shown.is_behind(kept):  # what was not seen is not replaced
            conversation = kept.asked(question, wishes.sources)
            past = render_past(conversation, changed_since(assistant, conversation))
        else:
            conversation = shown.asked(question, wishes.sources, at=wishes.place_in(shown))
            past = gradio.skip()
        archive.save(visitor, conversation)
        history = conversation.history() if wishes.again is None else shown.history(wishes.again)
        yield past, render_present(conversation), "", conversation
        for grown in _answering(assistant, conversation, history, wishes):
            yield gradio.skip(), render_present(grown), gradio.skip(), grown
            if not grown.exchanges[-1].running:  # and was not stopped meanwhile
                archive.update(visitor, grown.id, grown.exchanges[-1])

    async def answer_question(
        question: str, command: str, session: Conversation, request: gradio.Request
    ) -> AsyncIterator[tuple[Any, ...]]:
        work = partial(answered, question, values_of(command), session, request)
        async for shown in streamed(background, work, "askdocs-question"):
            yield shown

    return answer_question


def stopper(archive: Archive) -> Callable[..., tuple[str, Conversation]]:
    """The event of stopping. It returns (present, conversation)."""

    def stop(
        command: str, session: Conversation, request: gradio.Request
    ) -> tuple[str, Conversation]:
        conversation = shown_on_page(values_of(command), session, archive, request).stopped()
        if conversation.exchanges:
            archive.update(visitor_of(request), conversation.id, conversation.exchanges[-1])
        return render_present(conversation), conversation

    return stop


def suggester(assistant: Assistant) -> Callable[[Conversation], str]:
    """The event after an answer: what could be asked next, marked with its conversation."""

    def suggest(conversation: Conversation) -> str:
        last = conversation.exchanges[-1] if conversation.exchanges else None
        if last is None or last.answer is None:
            return ""
        asked = [each.question for each in conversation.exchanges]
        try:
            questions = follow_ups(assistant, last.answer, asked, sources=last.sources)
            suggested = render_suggestions(list(questions), "You could ask next")
        except AskdocsError as error:
            _log.info("No follow-ups: %s", error)
            return ""
        return f'<div data-conversation="{conversation.id}">{suggested}</div>'

    return suggest


def _answering(
    assistant: Assistant, conversation: Conversation, history: Sequence[Turn], wishes: _AskRequest
) -> Iterator[Conversation]:
    """The conversation as its last answer grows, at most twenty times a second."""
    asked = conversation.exchanges[-1]
    stream = assistant.stream(
        asked.question,
        history=history,
        sources=asked.sources or None,
        quotes=wishes.quotes,
        insist=wishes.insist,
        tasks=wishes.tasks,
        second_opinion=wishes.second_opinion,
    )
    try:
        said, draft, shown = "", "", time.monotonic()
        for piece in stream:
            said += piece
            draft = getattr(piece, "draft", "" if piece else draft)
            if time.monotonic() - shown >= SECONDS_BETWEEN_UPDATES:
                shown = time.monotonic()
                yield conversation.said(said + draft)
        yield conversation.answered(_beside_indexing(assistant, stream.answer))
    except AskdocsError as error:
        yield conversation.failed(str(error))
    except Exception:
        yield conversation.failed("Something went wrong. The server's log says more.")
        raise
    finally:
        stream.close()  # when the visitor has stopped it


def _beside_indexing(assistant: Assistant, answer: Answer) -> Answer:
    """The answer; a refusal says so if there are documents that could not be searched yet."""
    if answer.answered or assistant.progress is None:
        return answer
    notice = f"Some documents are still being read. Ask again when they are. {answer.notice}"
    return replace(answer, notice=notice.rstrip())


def _one_of(value: Any, *known: str) -> str:
    return value if value in known else ""


def _ask_request(values: Mapping[str, Any]) -> _AskRequest:
    sources, replaces, again = (values.get(each) for each in ("sources", "replaces", "again"))
    return _AskRequest(
        sources=tuple(str(source) for source in sources) if isinstance(sources, list) else (),
        replaces=replaces if isinstance(replaces, int) else None,
        again=again if isinstance(again, int) else None,
        quotes=bool(values.get("quotes")),
        insist=bool(values.get("insist")),
        tasks=_one_of(values.get("tasks"), "model", "quotes"),
        second_opinion=_one_of(values.get("secondOpinion"), "yes", "no"),
    )
