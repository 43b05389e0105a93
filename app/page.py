"""The layout of the page and its events. Each event calls the assistant and renders."""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio

from askdocs.app.conversation import Conversation
from askdocs.app.endpoints import add_endpoints
from askdocs.app.rendering import render_past, render_present
from askdocs.app.shelf import render_changes, render_progress, render_shelf, render_welcome
from askdocs.app.shell import BRAND, CHOICE, READER, SHELF_HEAD, TOOLS
from askdocs.app.suggestions import Suggestions
from askdocs.errors import AskdocsError
from askdocs.types import Changes, Progress, Turn

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

QUESTIONS_AT_ONCE = 4
SECONDS_BETWEEN_UPDATES = 0.05
PLAIN: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}  # HTML as we wrote it

_log = logging.getLogger(__name__)


def build_page(assistant: Assistant, suggestions: Suggestions) -> gradio.Blocks:
    """The page over one assistant; each visitor has a conversation of their own."""
    page: gradio.Blocks
    with gradio.Blocks(title="askdocs", analytics_enabled=False, elem_id="askdocs") as page:
        conversation = gradio.State(Conversation())
        with gradio.Row(elem_id="masthead"):
            gradio.HTML(BRAND, elem_id="brand", **PLAIN)
            start_over = gradio.Button("Start over", elem_id="start-over")
            open_shelf = gradio.Button("Documents", elem_id="open-shelf")
            gradio.HTML(TOOLS, elem_id="tools", **PLAIN)
        with gradio.Row(elem_id="room"):
            with gradio.Column(elem_id="talk"):
                with gradio.Column(elem_id="scroll"):
                    gradio.HTML(
                        lambda: render_welcome(assistant.status(), suggestions.questions()),
                        elem_id="welcome",
                        **PLAIN,
                    )
                    past = gradio.HTML("", elem_id="past", **PLAIN)
                    present = gradio.HTML("", elem_id="present", **PLAIN)
                gradio.HTML(CHOICE, **PLAIN)
                with gradio.Row(elem_id="composer"):
                    question = gradio.Textbox(
                        label="Your question",
                        placeholder="Ask your documents…",
                        elem_id="question",
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        scale=1,
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

        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        asked = gradio.on(
            [question.submit, send.click],
            _asker(assistant),
            [question, request, conversation],
            [question, past, present, conversation],
            js="(question, request, conversation) => window.askdocs.asking(question, conversation)",
            concurrency_limit=QUESTIONS_AT_ONCE,
            **quiet,
        )
        stop.click(
            _stop, [conversation], [present, conversation], cancels=[asked], queue=False, **quiet
        )
        start_over.click(
            lambda: ("", "", Conversation()),
            None,
            [past, present, conversation],
            cancels=[asked],
            queue=False,
            **quiet,
        )

        def list_documents(wanted: str) -> str:
            return render_shelf(assistant.status(), wanted)

        gradio.on([open_shelf.click, find.input], list_documents, [find], [shelf], **quiet)
        index.click(
            _indexer(assistant, suggestions),
            [find],
            [progress, shelf],
            concurrency_limit=1,
            concurrency_id="index",
            **quiet,
        )
        add_endpoints(assistant)
    return page


def _asker(assistant: Assistant) -> Callable[..., Iterator[tuple[Any, ...]]]:
    """The event of asking. It yields (question box, past, present, conversation)."""

    def ask(question: str, request: str, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
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

    return ask


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


def _indexer(
    assistant: Assistant, suggestions: Suggestions
) -> Callable[[str], Iterator[tuple[Any, Any]]]:
    """The event of indexing. It yields (progress, documents)."""

    def index(wanted: str) -> Iterator[tuple[Any, Any]]:
        reports: queue.Queue[Progress | Changes | Exception] = queue.Queue()

        def work() -> None:
            try:
                reports.put(assistant.index(on_progress=reports.put))
            except Exception as error:  # handed over to the event, which tells or raises it
                reports.put(error)

        threading.Thread(target=work, name="askdocs-index", daemon=True).start()
        yield render_progress(Progress("scan", 0, 0)), gradio.skip()
        shown = 0.0
        while True:
            report = reports.get()
            if isinstance(report, Progress):
                if time.monotonic() - shown >= SECONDS_BETWEEN_UPDATES:
                    shown = time.monotonic()
                    yield render_progress(report), gradio.skip()
                continue
            break
        suggestions.refresh()
        outcome = render_changes(report if isinstance(report, Changes) else str(report))
        yield outcome, render_shelf(assistant.status(), wanted)
        if isinstance(report, Exception) and not isinstance(report, AskdocsError):
            raise report

    return index
