"""What the page's script sends beside an event, and which conversation it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..conversations.conversation import Conversation
from ..conversations.cookie import visitor_of
from ..conversations.store import Archive, is_id

if TYPE_CHECKING:
    import gradio


def values_of(command: str) -> Mapping[str, Any]:
    """The values that the page's script sends; nothing where they are damaged."""
    try:
        values = json.loads(command or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def shown_on_page(
    values: Mapping[str, Any], session: Conversation, archive: Archive, request: gradio.Request
) -> Conversation:
    """The conversation that an event is about: the one on the page when it was sent.

    Events of one visit overtake each other, so each names its conversation, whose identity the
    page chooses. It is the session's, or one that is kept, or else one that begins. The session's
    counts only for the visitor whose it is: its hash may have become known to others.
    """
    name, visitor = str(values.get("conversation", "")), visitor_of(request)
    if session.visitor not in ("", visitor):
        session = Conversation()
    if name == session.id or not is_id(name):
        return replace(session, visitor=visitor)
    return archive.load(visitor, name) or Conversation(id=name, visitor=visitor)
