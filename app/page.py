"""The layout of the page, and which event does what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio

from .api.gradio_client import add_endpoints
from .background_tasks import Background
from .conversations.conversation import Conversation
from .conversations.store import Archive
from .events.conversations import changer, exporter, judger, lister, opener, redrawer, unfolder
from .events.questions import asker, stopper, suggester
from .page_state import page_state
from .suggestions import Suggestions
from .views.answers import render_past
from .views.documents import render_welcome
from .views.static_parts import (
    CHOICE,
    CONFIRM,
    EDITING,
    HISTORY_HEAD,
    READER,
    SEARCH,
    TOOLS,
    VIEW_LINKS,
    WELCOME,
    Switch,
    brand,
    documents_view,
    manner,
)
from .views.work_parts import CHECK, TABLE

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

QUESTIONS_AT_ONCE = 4
PLAIN: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}  # HTML as we wrote it
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# The page's script puts what a hidden button is to do in place of the first input.
COMMAND = "(command, ...rest) => [window.askdocs.command(), ...rest]"
NOTED = "(command, conversation) => [window.askdocs.noted(), conversation]"


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the page stands on. `may_change`: visitors may add and remove documents."""

    assistant: Assistant
    suggestions: Suggestions
    archive: Archive
    background: Background
    watching: bool
    may_change: bool
    switch: Switch


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the events of the page read and write."""

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
    def talk(self) -> list[Any]:
        """What shows a conversation."""
        return [self.past, self.present, self.conversation]


def build_page(around: PageContext) -> gradio.Blocks:
    """The page over one assistant; each visitor has a conversation of their own."""
    page: gradio.Blocks
    folder = around.switch.label(around.switch.current)
    with gradio.Blocks(title=f"{folder} · askdocs", analytics_enabled=False) as page:
        parts = _lay_out(around)
        asked = _connect_talk(parts, around)
        _connect_news(parts, around)
        _connect_history(parts, around, asked)
        add_endpoints(around.assistant, around.background)
        page.load(welcomer(around), None, parts.welcome, **QUIET)
        returned = page.load(
            opener(around.assistant, around.archive),
            [parts.command, parts.conversation],
            parts.talk,
            js="(command, conversation) => [window.askdocs.returning(), conversation]",
            **QUIET,
        )
        returned.then(None, None, None, js="() => window.askdocs.opened()", **QUIET)
    return page


def welcomer(around: PageContext) -> Callable[[], str]:
    """The event that draws the first screen as it should be now."""

    def welcome() -> str:
        around.suggestions.questions()  # waits a little, at the beginning
        state = page_state(around.assistant, around.suggestions)  # before what it is the state of
        return render_welcome(
            around.assistant.status(),
            around.suggestions.questions(patience=0),
            guide=around.suggestions.guide,
            may_change=around.may_change,
            watching=around.watching,
            progress=around.assistant.progress,
            state=state,
        )

    return welcome


def _lay_out(around: PageContext) -> _Parts:
    """The parts at their places: a head, then the talk on the left and panels on the right."""
    conversation = gradio.State(Conversation())
    with gradio.Row(elem_id="masthead"):
        gradio.HTML(brand(around.switch), elem_id="brand", **PLAIN)
        gradio.HTML(VIEW_LINKS, elem_id="view-links", **PLAIN)
        start_over = gradio.Button("New", elem_id="start-over")
        open_history = gradio.Button("History", elem_id="open-history")
        gradio.HTML(TOOLS, elem_id="tools", **PLAIN)
    with gradio.Row(elem_id="room"):
        with gradio.Column(elem_id="talk"):
            with gradio.Column(elem_id="scroll"):
                welcome = gradio.HTML(WELCOME, elem_id="welcome", **PLAIN)
                past = gradio.HTML(render_past(Conversation()), elem_id="past", **PLAIN)
                with gradio.Column(elem_id="latest"):
                    present = gradio.HTML("", elem_id="present", **PLAIN)
                    follow_ups = gradio.HTML("", elem_id="follow-ups", **PLAIN)
            gradio.HTML(CHOICE, **PLAIN)
            gradio.HTML(EDITING, **PLAIN)
            if around.assistant.has_llm:
                gradio.HTML(_manner(around), elem_id="manner", **PLAIN)
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
        documents = documents_view(may_change=around.may_change, watching=around.watching)
        gradio.HTML(SEARCH + documents + CHECK + TABLE, elem_id="views", **PLAIN)
        gradio.HTML(READER, elem_id="reader", **PLAIN)
        with gradio.Column(elem_id="history", elem_classes="side"):
            gradio.HTML(HISTORY_HEAD, **PLAIN)
            find_conversation = gradio.Textbox(
                label="Find a conversation",
                placeholder="Find a conversation…",
                elem_id="find-conversation",
            )
            history = gradio.HTML("", elem_id="conversations", elem_classes="list", **PLAIN)
    gradio.HTML(CONFIRM, **PLAIN)
    return _Parts(
        conversation=conversation, welcome=welcome, past=past, present=present,
        follow_ups=follow_ups, question=question, command=command, send=send, stop=stop,
        start_over=start_over, open_history=open_history, find_conversation=find_conversation,
        history=history, file=file,
    )  # fmt: skip


def _manner(around: PageContext) -> str:
    config = around.assistant.config
    return manner(tasks=config.tasks == "model", second_opinion=config.second_opinion == "yes")


def _connect_talk(parts: _Parts, around: PageContext) -> Any:
    """Asking, stopping, starting over, judging; the event of asking."""
    asked = gradio.on(
        [parts.question.submit, parts.send.click],
        asker(around.assistant, around.archive, around.background),
        [parts.question, parts.command, parts.conversation],
        [parts.past, parts.present, parts.follow_ups, parts.conversation],
        js="(question, command, rest) => window.askdocs.asking(question, rest)",
        concurrency_limit=QUESTIONS_AT_ONCE,
        trigger_mode="always_last",  # "once" drops a question right after an answer or "New"
        **QUIET,
    )
    asked.then(None, None, None, js="() => window.askdocs.ended()", **QUIET)
    asked.then(
        suggester(around.assistant),
        [parts.conversation],
        [parts.follow_ups],
        concurrency_limit=1,
        trigger_mode="always_last",
        **QUIET,
    )
    # Gradio cancels in the order of registration: cancelled later, an answer could still overwrite
    # what the button does, or the next question could be cancelled in its stead.
    for button in (parts.stop, parts.start_over, _hidden("drop")):
        button.click(None, None, None, cancels=[asked])
    parts.stop.click(
        stopper(around.archive),
        [parts.command, parts.conversation],
        [parts.present, parts.conversation],
        js=COMMAND,
        queue=False,
        **QUIET,
    )
    parts.start_over.click(
        None,
        None,
        [parts.past, parts.present, parts.follow_ups],
        js="() => window.askdocs.emptied()",
        **QUIET,
    )
    _hidden("unfold").click(
        unfolder(around.assistant, around.archive),
        [parts.command, parts.conversation],
        [parts.past],
        js=COMMAND,
        **QUIET,
    )
    _hidden("judge").click(
        judger(around.assistant, around.archive),
        [parts.command, parts.conversation],
        [parts.conversation],
        js=COMMAND,
        **QUIET,
    )
    return asked


def _connect_news(parts: _Parts, around: PageContext) -> None:
    """What is drawn again when the documents have changed."""
    welcomed = _hidden("keep-up").click(welcomer(around), None, [parts.welcome], **QUIET)
    welcomed.then(
        redrawer(around.assistant, around.archive),
        [parts.command, parts.conversation],
        [parts.past, parts.present],
        js=NOTED,
        **QUIET,
    )


def _connect_history(parts: _Parts, around: PageContext, asked: Any) -> None:
    """Listing, finding, opening, renaming, deleting and exporting conversations."""
    gradio.on(
        [parts.open_history.click, parts.find_conversation.change],
        lister(around.archive),
        [parts.find_conversation],
        [parts.history],
        trigger_mode="always_last",
        **QUIET,
    )
    opened = _hidden("open").click(
        opener(around.assistant, around.archive),
        [parts.command, parts.conversation],
        parts.talk,
        js=COMMAND,
        cancels=[asked],
        **QUIET,
    )
    opened.then(None, None, [parts.follow_ups], js="() => window.askdocs.opened()", **QUIET)
    _hidden("change").click(
        changer(around.archive),
        [parts.command, parts.find_conversation, parts.conversation],
        [parts.history, parts.conversation],
        js=COMMAND,
        **QUIET,
    )
    exported = _hidden("export").click(
        exporter(around.archive),
        [parts.command, parts.conversation],
        [parts.file],
        js=COMMAND,
        **QUIET,
    )
    exported.then(None, [parts.file], None, js="(file) => window.askdocs.save(file)", **QUIET)


def _hidden(name: str) -> gradio.Button:
    """A button that only the page's script presses."""
    return gradio.Button(name, elem_id=f"do-{name}", visible="hidden")
