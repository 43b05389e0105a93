"""The list of conversations as safe HTML, and the changes of their sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError, CorpusError

from ..conversations.conversation import Conversation
from ..conversations.store import Entry
from .answers import SourceChanges

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

ENTRIES_SHOWN = 100


def render_history(entries: Sequence[Entry], wanted: str, *, kept: bool) -> str:
    """The list of conversations, the latest first. `kept` is false if none are stored."""
    if not kept:
        return (
            '<p class="quiet">Conversations are not saved here. This one is lost when the page is'
            " closed.</p>"
        )
    if not entries:
        reason = "No conversations yet."
        if wanted.strip():
            reason = "No conversation contains these words."
        return f'<p class="quiet">{reason}</p>'
    rows = "".join(_row(each) for each in entries[:ENTRIES_SHOWN])
    more = len(entries) - ENTRIES_SHOWN
    rest = f'<p class="quiet">And {more:,} more. Find one by its words.</p>' if more > 0 else ""
    return f'<ul class="conversations">{rows}</ul>{rest}'


def find_source_changes(
    assistant: Assistant, conversation: Conversation
) -> dict[int, SourceChanges]:
    """The documents of each exchange that no longer have its quotes at their offsets."""
    texts: dict[str, str | None] = {}

    def text(source: str) -> str | None:
        """The text of a document; None if it was removed."""
        if source not in texts:
            try:
                texts[source] = assistant.document(source).text
            except CorpusError:
                texts[source] = None
            except AskdocsError:
                texts[source] = ""
        return texts[source]

    found = {}
    for number, exchange in enumerate(conversation.exchanges):
        citations = exchange.answer.citations if exchange.answer else ()
        changed, removed = dict[str, None](), dict[str, None]()
        for each in citations:
            now = text(each.source)
            if now is None:
                removed[each.source] = None
            elif now[each.start : each.end] != each.quote:
                changed[each.source] = None
        if changed or removed:
            found[number] = SourceChanges(tuple(changed), tuple(removed))
    return found


def _row(entry: Entry) -> str:
    title = escape(entry.title)
    count = "1 question" if entry.questions == 1 else f"{entry.questions:,} questions"
    return (
        f'<li><button type="button" class="entry" data-action="open" data-id="{entry.id}">'
        f'<span class="title" dir="auto">{title}</span> '
        f'<span class="place">{_time(entry.asked_at)}, <span>{count}</span></span></button>'
        '<span class="entry-tools">'
        f'<button type="button" data-action="rename" data-id="{entry.id}" data-title="{title}"'
        f' aria-label="Rename {title}">Rename</button>'
        f'<button type="button" data-action="forget" data-id="{entry.id}" data-title="{title}"'
        f' aria-label="Delete {title}">Delete</button></span></li>'
    )


def _time(written: str) -> str:
    return f'<time datetime="{escape(written)}">{readable_time(written)}</time>'


def readable_time(written: str) -> str:
    """An ISO time in the time zone of this machine: "23 November 2026, 12:04"."""
    try:
        moment = datetime.fromisoformat(written).astimezone()
    except ValueError:
        return "some time ago"
    return f"{moment.day} {moment:%B %Y, %H:%M}"
