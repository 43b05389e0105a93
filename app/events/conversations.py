"""What happens to conversations: opened, renamed, deleted, exported, judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio

from askdocs.evaluation.feedback import JUDGEMENTS, note_judgement

from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_of
from ..conversations.store import Archive
from ..views.answers import render_past, render_present
from ..views.exports import MEDIA_TYPES, export, file_name
from ..views.history import changed_since, render_history
from .payload import shown_on_page, values_of

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

Shown = tuple[Any, Any, Conversation]  # past, present, conversation


def show(assistant: Assistant, conversation: Conversation) -> Shown:
    """A conversation as the page shows it, with notes on what has changed since."""
    changed = changed_since(assistant, conversation)
    past, present = render_past(conversation, changed), render_present(conversation, changed)
    return past, present, conversation


def redrawer(assistant: Assistant, archive: Archive) -> Callable[..., tuple[Any, Any]]:
    """The event after a change of documents. It returns (past, present), with notes on it.

    Nothing is drawn again where the notes on the page are right, since that takes the focus away.
    """

    def redraw(command: str, session: Conversation, request: gradio.Request) -> tuple[Any, Any]:
        values = values_of(command)
        conversation = shown_on_page(values, session, archive, request)
        if not conversation.exchanges or conversation.exchanges[-1].running:
            return gradio.skip(), gradio.skip()
        changed = changed_since(assistant, conversation)
        if [[number, str(since)] for number, since in changed.items()] == values.get("noted"):
            return gradio.skip(), gradio.skip()
        return render_past(conversation, changed), render_present(conversation, changed)

    return redraw


def unfolder(assistant: Assistant, archive: Archive) -> Callable[..., str]:
    """The event of showing the whole past of a long conversation."""

    def unfold(command: str, session: Conversation, request: gradio.Request) -> str:
        conversation = shown_on_page(values_of(command), session, archive, request)
        return render_past(conversation, changed_since(assistant, conversation), shown=None)

    return unfold


def opener(assistant: Assistant, archive: Archive) -> Callable[..., Shown]:
    """The event of opening a kept conversation; one that is gone leaves all as it is."""

    def open_conversation(
        command: str, conversation: Conversation, request: gradio.Request
    ) -> Shown:
        wanted = archive.load(visitor_of(request), str(values_of(command).get("id", "")))
        if wanted is None:
            return gradio.skip(), gradio.skip(), conversation
        return show(assistant, wanted)

    return open_conversation


def changer(archive: Archive) -> Callable[..., tuple[str, Conversation]]:
    """The event of renaming or deleting. It returns (the list, the conversation on the page)."""

    def change(
        command: str, wanted: str, conversation: Conversation, request: gradio.Request
    ) -> tuple[str, Conversation]:
        values, visitor = values_of(command), visitor_of(request)
        name = str(values.get("id", ""))
        match values.get("do"):
            case "rename":
                archive.rename(visitor, name, str(values.get("title", "")))
                renamed = archive.load(visitor, name)
                if renamed is not None and name == conversation.id:
                    conversation = renamed
            case "delete":
                archive.delete(visitor, name)
        return _listed(archive, visitor, wanted), conversation

    return change


def lister(archive: Archive) -> Callable[..., str]:
    """The event of opening or searching the list of conversations."""

    def list_conversations(wanted: str, request: gradio.Request) -> str:
        return _listed(archive, visitor_of(request), wanted)

    return list_conversations


def exporter(archive: Archive) -> Callable[..., str]:
    """The event of exporting: the file as JSON {name, type, content}, for the page to save."""

    def make_file(command: str, session: Conversation, request: gradio.Request) -> str:
        values = values_of(command)
        conversation = shown_on_page(values, session, archive, request)
        kinds = {kind: kind for kind in MEDIA_TYPES}
        kind = kinds.get(values.get("format", ""), "json")
        return json.dumps(
            {
                "name": file_name(conversation, kind),
                "type": MEDIA_TYPES[kind],
                "content": export(conversation, kind),
            }
        )

    return make_file


def judger(assistant: Assistant, archive: Archive) -> Callable[..., Conversation]:
    """The event of judging an answer: noted beside the index, and in the conversation."""

    def judge(command: str, session: Conversation, request: gradio.Request) -> Conversation:
        values = values_of(command)
        conversation = shown_on_page(values, session, archive, request)
        judgement = next((each for each in JUDGEMENTS if each == values.get("judgement")), None)
        number = values.get("number")
        if judgement is None or not isinstance(number, int):
            return conversation
        judged = conversation.judged(number, judgement)
        if judged is not conversation:
            answer = judged.exchanges[number].answer
            assert answer is not None
            before = conversation.history(number)
            place = f"{conversation.id} {number}"
            index = assistant.config.index
            note_judgement(index, judgement, answer, history=before, place=place)
            archive.update(visitor_of(request), judged.id, judged.exchanges[number])
        return judged

    return judge


def _listed(archive: Archive, visitor: str, wanted: str) -> str:
    return render_history(archive.entries(visitor, wanted), wanted, kept=archive.keeps)
