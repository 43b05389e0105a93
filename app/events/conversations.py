"""Handlers that open, rename, delete, export and judge conversations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import gradio

from askdocs.evaluation.feedback import record_judgement

from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_from_request
from ..conversations.store import ConversationStore
from ..views.conversation import render_past, render_present
from ..views.exports import MEDIA_TYPES, export, file_name
from ..views.history import render_history
from ..views.source_changes import find_source_changes
from .context import ConversationUpdate, HtmlUpdate, PageContext
from .payload import (
    ConversationPayload,
    ExportPayload,
    FeedbackPayload,
    ListChangePayload,
    NotesPayload,
    OpenPayload,
    conversation_on_page,
)

if TYPE_CHECKING:
    from askdocs.assistant import Assistant


def show(assistant: Assistant, conversation: Conversation) -> ConversationUpdate:
    """A conversation as the page shows it, with notes on documents that have changed."""
    changes = find_source_changes(assistant, conversation)
    past, present = render_past(conversation, changes), render_present(conversation, changes)
    return past, present, conversation


def on_documents_changed(
    context: PageContext,
) -> Callable[[str, Conversation, gradio.Request], tuple[HtmlUpdate, HtmlUpdate]]:
    """The handler after a change of documents. It returns (past, present) with notes on it.

    Nothing is rendered again if the notes on the page are right: rendering removes the focus.
    """

    def update_notes(
        command: str, session: Conversation, request: gradio.Request
    ) -> tuple[HtmlUpdate, HtmlUpdate]:
        payload = NotesPayload.parse(command)
        conversation = conversation_on_page(payload.conversation, session, context.store, request)
        if not conversation.exchanges or conversation.exchanges[-1].running:
            return gradio.skip(), gradio.skip()
        changes = find_source_changes(context.assistant, conversation)
        if [[number, str(change)] for number, change in changes.items()] == payload.notes:
            return gradio.skip(), gradio.skip()
        return render_past(conversation, changes), render_present(conversation, changes)

    return update_notes


def on_show_earlier(context: PageContext) -> Callable[[str, Conversation, gradio.Request], str]:
    """The handler that shows all earlier questions of a long conversation."""

    def show_earlier(command: str, session: Conversation, request: gradio.Request) -> str:
        payload = ConversationPayload.parse(command)
        conversation = conversation_on_page(payload.conversation, session, context.store, request)
        changes = find_source_changes(context.assistant, conversation)
        return render_past(conversation, changes, shown=None)

    return show_earlier


def on_open(
    context: PageContext,
) -> Callable[[str, Conversation, gradio.Request], ConversationUpdate]:
    """The handler that opens a kept conversation. If it was deleted, the page stays as it is."""

    def open_conversation(
        command: str, session: Conversation, request: gradio.Request
    ) -> ConversationUpdate:
        payload = OpenPayload.parse(command)
        kept = context.store.load(visitor_from_request(request), payload.id)
        if kept is None:
            return gradio.skip(), gradio.skip(), session
        return show(context.assistant, kept)

    return open_conversation


def on_rename_or_delete(
    context: PageContext,
) -> Callable[[str, str, Conversation, gradio.Request], tuple[str, Conversation]]:
    """The handler that renames or deletes. It returns (list, conversation on the page)."""
    store = context.store

    def change(
        command: str, query: str, session: Conversation, request: gradio.Request
    ) -> tuple[str, Conversation]:
        payload, visitor = ListChangePayload.parse(command), visitor_from_request(request)
        conversation = session
        match payload.action:
            case "rename":
                store.rename(visitor, payload.id, payload.title)
                renamed = store.load(visitor, payload.id)
                if renamed is not None and payload.id == session.id:
                    conversation = renamed
            case "delete":
                store.delete(visitor, payload.id)
        return _render_list(store, visitor, query), conversation

    return change


def on_list(context: PageContext) -> Callable[[str, gradio.Request], str]:
    """The handler that opens or searches the list of conversations."""

    def list_conversations(query: str, request: gradio.Request) -> str:
        return _render_list(context.store, visitor_from_request(request), query)

    return list_conversations


def on_export(context: PageContext) -> Callable[[str, Conversation, gradio.Request], str]:
    """The handler that exports. It returns the file as JSON {name, type, content}."""

    def make_file(command: str, session: Conversation, request: gradio.Request) -> str:
        payload = ExportPayload.parse(command)
        conversation = conversation_on_page(payload.conversation, session, context.store, request)
        return json.dumps(
            {
                "name": file_name(conversation, payload.format),
                "type": MEDIA_TYPES[payload.format],
                "content": export(conversation, payload.format),
            }
        )

    return make_file


def on_feedback(
    context: PageContext,
) -> Callable[[str, Conversation, gradio.Request], Conversation]:
    """The handler that stores a judgement, both in the index folder and in the conversation."""
    store, index = context.store, context.assistant.config.index

    def judge(command: str, session: Conversation, request: gradio.Request) -> Conversation:
        payload = FeedbackPayload.parse(command)
        conversation = conversation_on_page(payload.conversation, session, store, request)
        judgement, number = payload.judgement, payload.number
        if judgement is None or number is None:
            return conversation
        judged = conversation.judged(number, judgement)
        if judged is conversation:
            return conversation
        exchange = judged.exchanges[number]
        assert exchange.answer is not None
        record_judgement(
            index,
            judgement,
            exchange.answer,
            history=conversation.history(number),
            place=f"{conversation.id} {number}",
        )
        store.update(visitor_from_request(request), judged.id, exchange)
        return judged

    return judge


def _render_list(store: ConversationStore, visitor: str, query: str) -> str:
    return render_history(store.entries(visitor, query), query, kept=store.keeps)
