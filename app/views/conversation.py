"""A conversation as safe HTML: all text of documents and users is escaped."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from html import escape
from types import MappingProxyType

from ..conversations.conversation import Conversation, Exchange
from .answer_actions import action_buttons
from .answers import render_answer
from .prose import render_markdown
from .source_changes import SourceChanges
from .words import listed

_NOTHING = SourceChanges()
# number of an exchange → the changes of its documents
Changed = Mapping[int, SourceChanges]

EARLIER_SHOWN = 20  # exchanges before the last one


def render_past(
    conversation: Conversation,
    changed: Changed = MappingProxyType({}),
    *,
    shown: int | None = EARLIER_SHOWN,
) -> str:
    """All exchanges except the last one.

    The script of the page also changes this HTML, so each rendering has a unique attribute:
    Gradio does not update a component with equal HTML.

    Args:
        conversation: The conversation.
        changed: The documents that no longer contain their quotes.
        shown: The number of exchanges that are shown, with a button for the earlier ones; None for
            all.
    """
    earlier = list(enumerate(conversation.exchanges[:-1]))
    folded = 0 if shown is None else max(0, len(earlier) - shown)
    button = ""
    if folded:
        questions = "1 earlier question" if folded == 1 else f"{folded:,} earlier questions"
        button = (
            '<button type="button" class="turn" data-action="earlier" data-i18n>'
            f"Show {questions}</button>"
        )
    exchanges = "".join(
        render_exchange(each, number, changed.get(number, _NOTHING))
        for number, each in earlier[folded:]
    )
    return f'<div id="earlier" data-drawn="{secrets.token_hex(4)}">{button}{exchanges}</div>'


def render_present(conversation: Conversation, changed: Changed = MappingProxyType({})) -> str:
    """The last exchange. Its answer may still be growing."""
    if not conversation.exchanges:
        return ""
    number = len(conversation.exchanges) - 1
    exchange = render_exchange(conversation.exchanges[-1], number, changed.get(number, _NOTHING))
    return f'<div id="conversation" data-conversation="{conversation.id}">{exchange}</div>'


def render_exchange(exchange: Exchange, number: int, since: SourceChanges = _NOTHING) -> str:
    """A question and its answer; `number` is its index in the conversation, from 0."""
    body = _exchange_body(exchange, number)
    limits = ""
    if exchange.sources:
        limits = f'<p class="limits" data-i18n>Asked of {escape(listed(exchange.sources))}</p>'
    return (
        f'<article class="exchange" data-i18n id="exchange-{number}" data-number="{number}"'
        f"{' data-running' if exchange.running else ''}>"
        f'<h2 class="question" dir="auto">{escape(exchange.question)}</h2>{limits}'
        f"{_changed_note(since)}{body}{action_buttons(exchange)}</article>"
    )


def _changed_note(since: SourceChanges) -> str:
    """The note on documents that have changed or were removed since the answer."""
    words = escape(str(since))
    return f'<p class="notice changed" data-i18n data-note="{words}">{words}</p>' if words else ""


def _exchange_body(exchange: Exchange, number: int) -> str:
    if exchange.answer is not None:
        return render_answer(exchange.answer, number, limited=bool(exchange.sources))
    said = ""
    if exchange.said:
        said = f'<div class="said" dir="auto">{render_markdown(exchange.said)}</div>'
    if exchange.problem:
        return f'{said}<p class="problem">{escape(exchange.problem)}</p>'
    if exchange.stopped:
        return f'{said}<p class="quiet">Stopped.</p>'
    return said or '<p class="quiet waiting">Reading your documents…</p>'
