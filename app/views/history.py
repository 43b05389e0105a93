"""The list of conversations as safe HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from ..conversations.store import Entry

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
