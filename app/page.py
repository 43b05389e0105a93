"""The layout of the page, and the handler of each event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio

from .api.gradio_client import add_endpoints
from .conversations.conversation import Conversation
from .events.context import PageContext
from .events.conversations import (
    on_documents_changed,
    on_export,
    on_feedback,
    on_list,
    on_open,
    on_rename_or_delete,
    on_show_earlier,
)
from .events.questions import on_answered, on_ask, on_stop
from .page_revision import page_revision
from .views.check_and_table_html import CHECK, TABLE
from .views.conversation import render_past
from .views.documents import render_welcome
from .views.static_html import (
    CHOICE,
    CONFIRM,
    EDITING,
    HISTORY_HEAD,
    NOT_HERE,
    READER,
    SEARCH,
    TOOLS,
    VIEW_LINKS,
    WELCOME,
    answer_options,
    brand,
    documents_view,
)

QUESTIONS_AT_ONCE = 4
# HTML that Gradio does not change.
RAW_HTML: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
# An event without a public endpoint and without a progress bar.
SILENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# The page's script replaces the first input with the payload of the event (events/payload.py).
SEND_PAYLOAD = "(command, ...rest) => [window.askdocs.command(), ...rest]"
SEND_NOTES = "(command, conversation) => [window.askdocs.shownNotes(), conversation]"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components that events read and write."""

    conversation: gradio.State
    welcome: gradio.HTML
    past: gradio.HTML
    present: gradio.HTML
    follow_ups: gradio.HTML
    question: gradio.Textbox
    command: gradio.Textbox
    send: gradio.Button
    stop: gradio.Button
    start_over: gradio.Button
    open_history: gradio.Button
    find_conversation: gradio.Textbox
    history: gradio.HTML
    file: gradio.Textbox

    @property
    def conversation_outputs(self) -> list[Any]:
        """The components that show a conversation."""
        return [self.past, self.present, self.conversation]


def build_page(context: PageContext) -> gradio.Blocks:
    """The page of one assistant. Each visitor has a separate conversation."""
    page: gradio.Blocks
    folder = context.switch.label(context.switch.current)
    with gradio.Blocks(title=f"{folder} · askdocs", analytics_enabled=False) as page:
        parts = _lay_out(context)
        asked = _connect_asking(parts, context)
        _connect_document_changes(parts, context)
        _connect_history(parts, context, asked)
        add_endpoints(context.assistant, context.background)
        page.load(on_show_welcome(context), None, parts.welcome, **SILENT)
        returned = page.load(
            on_open(context),
            [parts.command, parts.conversation],
            parts.conversation_outputs,
            js="async (command, conversation) =>"
            " [(await window.askdocsReady).returning(), conversation]",
            **SILENT,
        )
        returned.then(
            None, None, None, js="async () => (await window.askdocsReady).opened()", **SILENT
        )
    return page


def on_show_welcome(context: PageContext) -> Callable[[], str]:
    """The handler that renders the first screen in its current state."""

    def welcome() -> str:
        context.suggestions.questions()  # waits a moment for the first ones
        # Read first: a change while the screen is rendered makes it render again.
        revision = page_revision(context.assistant, context.suggestions)
        return render_welcome(
            context.assistant.status(),
            context.suggestions.questions(timeout=0),
            guide=context.suggestions.guide,
            may_change=context.may_change,
            watching=context.watching,
            progress=context.assistant.progress,
            revision=revision,
        )

    return welcome


def _lay_out(context: PageContext) -> _Parts:
    """The layout: a header, the conversation on the left and the panels on the right."""
    conversation = gradio.State(Conversation())
    with gradio.Row(elem_id="masthead"):
        gradio.HTML(brand(context.switch), elem_id="brand", **RAW_HTML)
        gradio.HTML(VIEW_LINKS, elem_id="view-links", **RAW_HTML)
        start_over = gradio.Button("New", elem_id="start-over")
        open_history = gradio.Button("History", elem_id="open-history")
        gradio.HTML(TOOLS, elem_id="tools", **RAW_HTML)
    with gradio.Row(elem_id="layout"):
        with gradio.Column(elem_id="chat"):
            with gradio.Column(elem_id="scroll"):
                gradio.HTML(NOT_HERE, **RAW_HTML)
                welcome = gradio.HTML(WELCOME, elem_id="welcome", **RAW_HTML)
                past = gradio.HTML(render_past(Conversation()), elem_id="past", **RAW_HTML)
                with gradio.Column(elem_id="latest"):
                    present = gradio.HTML("", elem_id="present", **RAW_HTML)
                    follow_ups = gradio.HTML("", elem_id="follow-ups", **RAW_HTML)
            gradio.HTML(CHOICE, **RAW_HTML)
            gradio.HTML(EDITING, **RAW_HTML)
            if context.assistant.has_llm:
                gradio.HTML(_answer_options(context), elem_id="answer-options", **RAW_HTML)
            with gradio.Row(elem_id="composer"):
                question = gradio.Textbox(
                    label="Your question",
                    placeholder="Ask your documents…",
                    elem_id="question",
                    max_lines=6,
                    autofocus=True,
                )
                command = gradio.Textbox(visible="hidden")
                file = gradio.Textbox(visible="hidden")
                send = gradio.Button("Ask", elem_id="send", variant="primary")
                stop = gradio.Button("Stop", elem_id="stop")
        documents = documents_view(may_change=context.may_change, watching=context.watching)
        gradio.HTML(SEARCH + documents + CHECK + TABLE, elem_id="views", **RAW_HTML)
        gradio.HTML(READER, elem_id="reader", **RAW_HTML)
        with gradio.Column(elem_id="history", elem_classes="side"):
            gradio.HTML(HISTORY_HEAD, **RAW_HTML)
            find_conversation = gradio.Textbox(
                label="Find a conversation",
                placeholder="Find a conversation…",
                elem_id="find-conversation",
            )
            history = gradio.HTML("", elem_id="conversations", elem_classes="list", **RAW_HTML)
    gradio.HTML(CONFIRM, **RAW_HTML)
    return _Parts(
        conversation=conversation, welcome=welcome, past=past, present=present,
        follow_ups=follow_ups, question=question, command=command, send=send, stop=stop,
        start_over=start_over, open_history=open_history, find_conversation=find_conversation,
        history=history, file=file,
    )  # fmt: skip


def _answer_options(context: PageContext) -> str:
    """The options of the language model, with the values of the settings."""
    config = context.assistant.config
    return answer_options(
        tasks=config.tasks == "model", second_opinion=config.second_opinion == "yes"
    )


def _connect_asking(parts: _Parts, context: PageContext) -> Any:
    """Connect asking, stopping, starting over and feedback. Returns the event of asking."""
    asked = gradio.on(
        [parts.question.submit, parts.send.click],
        on_ask(context),
        [parts.question, parts.command, parts.conversation],
        [parts.past, parts.present, parts.follow_ups, parts.conversation],
        js="(question, command, rest) => window.askdocs.asking(question, rest)",
        concurrency_limit=QUESTIONS_AT_ONCE,
        trigger_mode="always_last",  # "once" would drop a question right after an answer or "New"
        **SILENT,
    )
    asked.then(None, None, None, js="() => window.askdocs.ended()", **SILENT)
    asked.then(
        on_answered(context),
        [parts.conversation],
        [parts.follow_ups],
        concurrency_limit=1,
        trigger_mode="always_last",
        **SILENT,
    )
    # Gradio cancels in the order of registration. If this came later, an answer could overwrite the
    # result of the button, or the next question could be cancelled instead.
    for button in (parts.stop, parts.start_over, _hidden("drop")):
        button.click(None, None, None, cancels=[asked])
    parts.stop.click(
        on_stop(context),
        [parts.command, parts.conversation],
        [parts.present, parts.conversation],
        js=SEND_PAYLOAD,
        queue=False,
        **SILENT,
    )
    parts.start_over.click(
        None,
        None,
        [parts.past, parts.present, parts.follow_ups],
        js="() => window.askdocs.emptied()",
        **SILENT,
    )
    _hidden("unfold").click(
        on_show_earlier(context),
        [parts.command, parts.conversation],
        [parts.past],
        js=SEND_PAYLOAD,
        **SILENT,
    )
    _hidden("judge").click(
        on_feedback(context),
        [parts.command, parts.conversation],
        [parts.conversation],
        js=SEND_PAYLOAD,
        **SILENT,
    )
    return asked


def _connect_document_changes(parts: _Parts, context: PageContext) -> None:
    """Connect the parts of the page that are rendered again after documents have changed."""
    welcome_shown = _hidden("keep-up").click(
        on_show_welcome(context), None, [parts.welcome], **SILENT
    )
    welcome_shown.then(
        on_documents_changed(context),
        [parts.command, parts.conversation],
        [parts.past, parts.present],
        js=SEND_NOTES,
        **SILENT,
    )


def _connect_history(parts: _Parts, context: PageContext, asked: Any) -> None:
    """Connect the list of conversations, and opening and exporting one."""
    gradio.on(
        [parts.open_history.click, parts.find_conversation.change],
        on_list(context),
        [parts.find_conversation],
        [parts.history],
        trigger_mode="always_last",
        **SILENT,
    )
    opened = _hidden("open").click(
        on_open(context),
        [parts.command, parts.conversation],
        parts.conversation_outputs,
        js=SEND_PAYLOAD,
        cancels=[asked],
        **SILENT,
    )
    opened.then(None, None, [parts.follow_ups], js="() => window.askdocs.opened()", **SILENT)
    _hidden("change").click(
        on_rename_or_delete(context),
        [parts.command, parts.find_conversation, parts.conversation],
        [parts.history, parts.conversation],
        js=SEND_PAYLOAD,
        **SILENT,
    )
    exported = _hidden("export").click(
        on_export(context),
        [parts.command, parts.conversation],
        [parts.file],
        js=SEND_PAYLOAD,
        **SILENT,
    )
    exported.then(None, [parts.file], None, js="(file) => window.askdocs.save(file)", **SILENT)


def _hidden(name: str) -> gradio.Button:
    """A hidden button that the page's script presses."""
    return gradio.Button(name, elem_id=f"do-{name}", visible="hidden")
