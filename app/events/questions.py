"""Handlers that ask and stop, and that suggest follow-up questions."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import gradio

from askdocs.errors import AskdocsError
from askdocs.types import Answer, Turn

from ..background_tasks import streamed
from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_from_request
from ..suggestions import follow_ups
from ..views.conversation import render_past, render_present
from ..views.documents import render_suggestions
from ..views.source_changes import find_source_changes
from .context import AnswerUpdate, HtmlUpdate, PageContext
from .payload import AskPayload, ConversationPayload, conversation_on_page

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

SECONDS_BETWEEN_UPDATES = 0.05

_log = logging.getLogger(__name__)


def on_ask(
    context: PageContext,
) -> Callable[[str, str, Conversation, gradio.Request], AsyncIterator[AnswerUpdate]]:
    """The handler that asks. It yields (past, present, follow-ups, conversation).

    The page moves the last answer up itself. The past is sent only if another window has continued
    the conversation. A cancelled event ends at once, even while the answer waits for something.
    """
    assistant, store = context.assistant, context.store

    def answer_updates(
        question: str, payload: AskPayload, session: Conversation, request: gradio.Request
    ) -> Generator[AnswerUpdate]:
        shown = conversation_on_page(payload.conversation, session, store, request)
        question = (question or "").strip()
        if not question:
            yield gradio.skip(), gradio.skip(), gradio.skip(), shown
            return
        visitor = visitor_from_request(request)
        kept = store.load(visitor, shown.id)
        past: HtmlUpdate = gradio.skip()
        if kept is not None and shown.is_behind(kept):  # unseen exchanges are not replaced
            conversation = kept.asked(question, payload.sources)
            past = render_past(conversation, find_source_changes(assistant, conversation))
        else:
            position = payload.position_in(shown)
            conversation = shown.asked(question, payload.sources, at=position)
        store.save(visitor, conversation)
        history = conversation.history() if payload.again is None else shown.history(payload.again)
        yield past, render_present(conversation), "", conversation
        for updated in _stream_answer(assistant, conversation, history, payload):
            yield gradio.skip(), render_present(updated), gradio.skip(), updated
            if not updated.exchanges[-1].running:  # and the visitor has not stopped it
                store.update(visitor, updated.id, updated.exchanges[-1])

    # Not `ask`: Gradio makes endpoints of the names of functions, and programs call /ask.
    async def answer_on_page(
        question: str, command: str, session: Conversation, request: gradio.Request
    ) -> AsyncIterator[AnswerUpdate]:
        work = partial(answer_updates, question, AskPayload.parse(command), session, request)
        async for update in streamed(context.background, work, "askdocs-question"):
            yield update

    return answer_on_page


def on_stop(
    context: PageContext,
) -> Callable[[str, Conversation, gradio.Request], tuple[str, Conversation]]:
    """The handler that stops an answer. It returns (present, conversation)."""
    store = context.store

    def stop(
        command: str, session: Conversation, request: gradio.Request
    ) -> tuple[str, Conversation]:
        payload = ConversationPayload.parse(command)
        shown = conversation_on_page(payload.conversation, session, store, request)
        conversation = shown.stopped()
        if conversation.exchanges:
            visitor = visitor_from_request(request)
            store.update(visitor, conversation.id, conversation.exchanges[-1])
        return render_present(conversation), conversation

    return stop


def on_answered(context: PageContext) -> Callable[[Conversation], str]:
    """The handler after an answer. It returns follow-up questions, with the conversation's id."""
    assistant = context.assistant

    def suggest(conversation: Conversation) -> str:
        last = conversation.exchanges[-1] if conversation.exchanges else None
        if last is None or last.answer is None:
            return ""
        asked = [exchange.question for exchange in conversation.exchanges]
        try:
            questions = follow_ups(assistant, last.answer, asked, sources=last.sources)
            suggested = render_suggestions(list(questions), "You could ask next")
        except AskdocsError as error:
            _log.info("No follow-ups: %s", error)
            return ""
        return f'<div data-conversation="{conversation.id}">{suggested}</div>'

    return suggest


def _stream_answer(
    assistant: Assistant, conversation: Conversation, history: Sequence[Turn], payload: AskPayload
) -> Iterator[Conversation]:
    """The conversation while its last answer grows, at most twenty times a second."""
    exchange = conversation.exchanges[-1]
    stream = assistant.stream(
        exchange.question,
        history=history,
        sources=exchange.sources or None,
        quotes=payload.quotes,
        insist=payload.insist,
        tasks=payload.tasks,
        second_opinion=payload.second_opinion,
    )
    try:
        text, draft, updated_at = "", "", time.monotonic()
        for piece in stream:
            text += piece
            draft = getattr(piece, "draft", "" if piece else draft)
            if time.monotonic() - updated_at >= SECONDS_BETWEEN_UPDATES:
                updated_at = time.monotonic()
                yield conversation.said(text + draft)
        yield conversation.answered(_with_indexing_notice(assistant, stream.answer))
    except AskdocsError as error:
        yield conversation.failed(str(error))
    except Exception:
        yield conversation.failed("Something went wrong. The server's log says more.")
        raise
    finally:
        stream.close()  # also when the visitor has stopped it


def _with_indexing_notice(assistant: Assistant, answer: Answer) -> Answer:
    """The answer. A refusal gets a notice if some documents cannot be searched yet."""
    if answer.answered or assistant.progress is None:
        return answer
    notice = f"Some documents are still being read. Ask again when they are ready. {answer.notice}"
    return replace(answer, notice=notice.rstrip())
