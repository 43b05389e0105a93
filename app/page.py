"""The layout of the page and its events. Each event calls the assistant and renders."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio

from askdocs.errors import AskdocsError
from askdocs.types import Changes, Progress, Turn

from .conversation import Conversation
from .endpoints import add_endpoints
from .rendering import render_past, render_present
from .shelf import render_changes, render_progress, render_shelf, render_welcome
from .shell import BRAND, CHOICE, READER, SHELF_HEAD, TOOLS, WELCOME
from .suggestions import Suggestions

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

QUESTIONS_AT_ONCE = 4
SECONDS_BETWEEN_UPDATES = 0.05
PLAIN: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}  # HTML as we wrote it
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the events of the page read and write."""

    conversation: gradio.State
    welcome: gradio.HTML
    past: gradio.HTML
    present: gradio.HTML
    question: gradio.Textbox
    request: gradio.Textbox
    send: gradio.Button
    stop: gradio.Button
    start_over: gradio.Button
    open_shelf: gradio.Button
    find: gradio.Textbox
    index: gradio.Button
    progress: gradio.HTML
    shelf: gradio.HTML


def build_page(assistant: Assistant, suggestions: Suggestions) -> gradio.Blocks:
    """The page over one assistant; each visitor has a conversation of their own."""
    page: gradio.Blocks
    with gradio.Blocks(title="askdocs", analytics_enabled=False) as page:
        parts = _lay_out()
        _connect_talk(parts, assistant)
        _connect_shelf(parts, assistant, suggestions)
        add_endpoints(assistant)
        page.load(
            lambda: render_welcome(assistant.status(), suggestions.questions()),
            None,
            parts.welcome,
            **QUIET,
        )
    return page


def _lay_out() -> _Parts:
    """The parts at their places: a head, then the talk on the left and panels on the right."""
    conversation = gradio.State(Conversation())
    with gradio.Row(elem_id="masthead"):
        gradio.HTML(BRAND, elem_id="brand", **PLAIN)
        start_over = gradio.Button("Start over", elem_id="start-over")
        open_shelf = gradio.Button("Documents", elem_id="open-shelf")
        gradio.HTML(TOOLS, elem_id="tools", **PLAIN)
    with gradio.Row(elem_id="room"):
        with gradio.Column(elem_id="talk"):
            with gradio.Column(elem_id="scroll"):
                welcome = gradio.HTML(WELCOME, elem_id="welcome", **PLAIN)
                past = gradio.HTML("", elem_id="past", **PLAIN)
                present = gradio.HTML("", elem_id="present", **PLAIN)
            gradio.HTML(CHOICE, **PLAIN)
            with gradio.Row(elem_id="composer"):
                question = gradio.Textbox(
                    label="Your question",
                    placeholder="Ask your documents…",
                    elem_id="question",
                    max_lines=6,
                    autofocus=True,
                )
                request = gradio.Textbox(visible="hidden", elem_id="request")
                send = gradio.Button("Ask", elem_id="send", variant="primary")
                stop = gradio.Button("Stop", elem_id="stop")
        gradio.HTML(READER, elem_id="reader", **PLAIN)
        with gradio.Column(elem_id="shelf"):
            gradio.HTML(SHELF_HEAD, **PLAIN)
            find = gradio.Textbox(
                label="Find a document", placeholder="Find a document…", elem_id="find"
            )
            index = gradio.Button("Index again", elem_id="index")
            progress = gradio.HTML("", elem_id="progress", **PLAIN)
            shelf = gradio.HTML("", elem_id="documents", **PLAIN)
    return _Parts(
        conversation, welcome, past, present, question, request, send, stop, start_over,
        open_shelf, find, index, progress, shelf,
    )  # fmt: skip


def _connect_talk(parts: _Parts, assistant: Assistant) -> None:
    """Asking, stopping, starting over."""
    asked = gradio.on(
        [parts.question.submit, parts.send.click],
        _asker(assistant),
        [parts.question, parts.request, parts.conversation],
        [parts.question, parts.past, parts.present, parts.conversation],
        js="(question, request, conversation) => window.askdocs.asking(question, conversation)",
        concurrency_limit=QUESTIONS_AT_ONCE,
        **QUIET,
    )
    parts.stop.click(
        _stop,
        [parts.conversation],
        [parts.present, parts.conversation],
        cancels=[asked],
        queue=False,
        **QUIET,
    )
    parts.start_over.click(
        lambda: ("", "", Conversation()),
        None,
        [parts.past, parts.present, parts.conversation],
        cancels=[asked],
        queue=False,
        **QUIET,
    )


def _connect_shelf(parts: _Parts, assistant: Assistant, suggestions: Suggestions) -> None:
    """Listing, finding and indexing documents."""

    def show_shelf(wanted: str) -> str:
        return render_shelf(assistant.status(), wanted)

    gradio.on(
        [parts.open_shelf.click, parts.find.input],
        show_shelf,
        [parts.find],
        [parts.shelf],
        trigger_mode="always_last",
        **QUIET,
    )
    indexed = parts.index.click(
        _indexer(assistant, suggestions),
        None,
        [parts.progress],
        concurrency_limit=1,
        concurrency_id="index",
        **QUIET,
    )
    indexed.then(show_shelf, [parts.find], [parts.shelf], **QUIET)


def _asker(assistant: Assistant) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """The event of asking. It yields (question box, past, present, conversation)."""

    def answer_question(
        question: str, request: str, conversation: Conversation
    ) -> Iterator[tuple[Any, ...]]:
        question = (question or "").strip()
        if not question:
            yield gradio.skip(), gradio.skip(), gradio.skip(), conversation
            return
        sources, at = _parse_request(request)
        conversation = conversation.asked(question, sources, at=at)
        history = conversation.history()
        yield "", render_past(conversation), render_present(conversation), conversation
        for grown in _answering(assistant, conversation, history):
            yield gradio.skip(), gradio.skip(), render_present(grown), grown

    return answer_question


def _answering(
    assistant: Assistant, conversation: Conversation, history: Sequence[Turn]
) -> Iterator[Conversation]:
    """The conversation as its last answer grows, at most twenty times a second."""
    asked = conversation.exchanges[-1]
    try:
        stream = assistant.stream(asked.question, history=history, sources=asked.sources or None)
        said, shown = "", time.monotonic()
        for piece in stream:
            said += piece
            if time.monotonic() - shown >= SECONDS_BETWEEN_UPDATES:
                shown = time.monotonic()
                yield conversation.said(said)
        yield conversation.answered(stream.answer)
    except AskdocsError as error:
        yield conversation.failed(str(error))
    except Exception:
        yield conversation.failed("Something went wrong. The server's log says more.")
        raise


def _parse_request(request: str) -> tuple[tuple[str, ...], int | None]:
    """What the page's script sends beside a question: the chosen sources, and what it replaces."""
    try:
        values = json.loads(request or "{}")
        sources = tuple(str(source) for source in values.get("sources", ()))
        at = values.get("replaces")
        return sources, int(at) if at is not None else None
    except (ValueError, TypeError, AttributeError):
        _log.warning("A question came with a damaged request; it is asked of all documents.")
        return (), None


def _stop(conversation: Conversation) -> tuple[str, Conversation]:
    conversation = conversation.stopped()
    return render_present(conversation), conversation


def _indexer(assistant: Assistant, suggestions: Suggestions) -> Callable[[], Iterator[str]]:
    """The event of indexing. It yields how far it has come, and at the end what it did."""

    def update_index() -> Iterator[str]:
        reports: queue.Queue[Progress | Changes | Exception] = queue.Queue()

        def work() -> None:
            try:
                reports.put(assistant.index(on_progress=reports.put))
            except Exception as error:  # handed over to the event, which tells or raises it
                reports.put(error)

        threading.Thread(target=work, name="askdocs-index", daemon=True).start()
        yield render_progress(Progress("scan", 0, 0))
        shown = 0.0
        while isinstance(report := reports.get(), Progress):
            if time.monotonic() - shown >= SECONDS_BETWEEN_UPDATES:
                shown = time.monotonic()
                yield render_progress(report)
        if isinstance(report, Changes):
            suggestions.refresh()
        yield render_changes(report if isinstance(report, Changes) else str(report))
        if isinstance(report, Exception) and not isinstance(report, AskdocsError):
            raise report

    return update_index
