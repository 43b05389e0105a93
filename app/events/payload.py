"""The payloads that the page's script sends with an event, and the conversation they are for.

A payload is JSON in a hidden text box. Each event has one frozen data class. A value of a wrong
type or an unknown value is replaced by its default, so a damaged payload never raises.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from askdocs.evaluation.feedback import JUDGEMENTS, Judgement

from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_from_request
from ..conversations.store import ConversationStore, is_id
from ..views.exports import MEDIA_TYPES, Format

if TYPE_CHECKING:
    import gradio

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class ConversationPayload:
    """An event that is about the conversation on the page.

    Attributes:
        conversation: The id of the conversation; "" if the page sends none.
    """

    conversation: str

    @classmethod
    def parse(cls, command: str) -> Self:
        return cls(_text(_values(command), "conversation"))


@dataclass(frozen=True, slots=True)
class AskPayload:
    """A question is asked.

    Attributes:
        conversation: The id of the conversation on the page.
        sources: The documents and folders to ask; empty for all.
        replaces: The number of the exchange whose question was edited. This exchange and the later
            ones are removed.
        again: The number of the exchange whose question is asked again. Only its own answer can be
            removed, and the question has the meaning that it had there.
        quotes: Whether to quote instead of using the language model.
        insist: Whether the language model gets the passages although the question would be refused.
        tasks: A value of the setting `tasks`; "" for the setting itself.
        second_opinion: A value of the setting `second_opinion`; "" for the setting itself.
    """

    conversation: str
    sources: tuple[str, ...]
    replaces: int | None
    again: int | None
    quotes: bool
    insist: bool
    tasks: str
    second_opinion: str

    @classmethod
    def parse(cls, command: str) -> Self:
        values = _values(command)
        sources = values.get("sources")
        return cls(
            conversation=_text(values, "conversation"),
            sources=tuple(map(str, sources)) if isinstance(sources, list) else (),
            replaces=_number(values, "replaces"),
            again=_number(values, "again"),
            quotes=bool(values.get("quotes")),
            insist=bool(values.get("insist")),
            tasks=_choice(values, "tasks", ("model", "quotes")) or "",
            second_opinion=_choice(values, "secondOpinion", ("yes", "no")) or "",
        )

    def position_in(self, conversation: Conversation) -> int | None:
        """The number of the exchange that the question replaces; None to add it at the end."""
        last = len(conversation.exchanges) - 1
        return self.again if self.again == last else self.replaces


@dataclass(frozen=True, slots=True)
class OpenPayload:
    """A kept conversation is opened; `id` is its id."""

    id: str

    @classmethod
    def parse(cls, command: str) -> Self:
        return cls(_text(_values(command), "id"))


@dataclass(frozen=True, slots=True)
class ListChangePayload:
    """A kept conversation is renamed or deleted.

    Attributes:
        action: "rename" or "delete"; "" for an unknown action, which changes nothing.
        id: The id of the conversation.
        title: Its new name.
    """

    action: str
    id: str
    title: str

    @classmethod
    def parse(cls, command: str) -> Self:
        values = _values(command)
        action = _choice(values, "do", ("rename", "delete")) or ""
        return cls(action, _text(values, "id"), _text(values, "title"))


@dataclass(frozen=True, slots=True)
class ExportPayload:
    """The conversation on the page is exported, in a format."""

    conversation: str
    format: Format

    @classmethod
    def parse(cls, command: str) -> Self:
        values = _values(command)
        return cls(_text(values, "conversation"), _choice(values, "format", MEDIA_TYPES) or "json")


@dataclass(frozen=True, slots=True)
class FeedbackPayload:
    """An answer is judged.

    Attributes:
        conversation: The id of the conversation on the page.
        number: The number of the exchange; None if it is missing.
        judgement: One of `JUDGEMENTS`; None if it is missing or unknown.
    """

    conversation: str
    number: int | None
    judgement: Judgement | None

    @classmethod
    def parse(cls, command: str) -> Self:
        values = _values(command)
        judgement = _choice(values, "judgement", JUDGEMENTS)
        return cls(_text(values, "conversation"), _number(values, "number"), judgement)


@dataclass(frozen=True, slots=True)
class NotesPayload:
    """Documents have changed.

    Attributes:
        conversation: The id of the conversation on the page.
        notes: The notes that the page shows on changed documents: [number of an exchange, text].
            None if they are damaged.
    """

    conversation: str
    notes: list[list[int | str]] | None

    @classmethod
    def parse(cls, command: str) -> Self:
        values = _values(command)
        notes = values.get("noted")
        return cls(_text(values, "conversation"), notes if isinstance(notes, list) else None)


def conversation_on_page(
    name: str, session: Conversation, store: ConversationStore, request: gradio.Request
) -> Conversation:
    """The conversation that was on the page when the event was sent.

    Events of one visit can overtake each other, so each event names its conversation. The page
    chooses the id. The conversation is that of the session, a kept one, or a new one. That of the
    session is used only for its own visitor, since others can know the hash of the session.
    """
    visitor = visitor_from_request(request)
    if session.visitor not in ("", visitor):
        session = Conversation()
    if name == session.id or not is_id(name):
        return replace(session, visitor=visitor)
    return store.load(visitor, name) or Conversation(id=name, visitor=visitor)


def _values(command: str) -> Mapping[str, Any]:
    """The values of a payload; empty if it is damaged."""
    try:
        values = json.loads(command or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    return str(values.get(key, ""))


def _number(values: Mapping[str, Any], key: str) -> int | None:
    value = values.get(key)
    return value if isinstance(value, int) else None


def _choice(values: Mapping[str, Any], key: str, allowed: Collection[Choice]) -> Choice | None:
    """The allowed value that is equal to the one sent; None if there is none."""
    value = values.get(key)
    return next((known for known in allowed if known == value), None)
