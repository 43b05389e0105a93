"""The buttons below an answer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from askdocs.types import Answer

from ..conversations.conversation import Exchange
from .exports import answer_html, answer_markdown
from .references import answer_footnotes, answer_text


def action_buttons(exchange: Exchange) -> str:
    """The buttons of a finished exchange."""
    if exchange.running:
        return ""
    copy = judge = ""
    if exchange.answer is not None:
        copy = _copy_buttons(exchange.answer, exchange.sources)
        judge = _feedback_buttons(exchange)
    return (
        f'<div class="actions">{copy}'
        '<button type="button" data-action="edit">Edit question</button>'
        f'<button type="button" data-action="again">Ask again</button>{judge}</div>'
    )


def _copy_buttons(answer: Answer, asked_of: Sequence[str]) -> str:
    """The buttons that copy an answer. The first one copies text with its layout."""
    markdown, rich = escape(answer_markdown(answer)), escape(answer_html(answer))
    plain = (
        f'<button type="button" data-action="copy" data-markdown="{escape(answer_text(answer))}"'
        f' data-html="{rich}">Copy</button>'
    )
    forms = [("Markdown", f'copy" data-markdown="{markdown}')]
    if answer.citations:
        sources = list(dict.fromkeys(each.source for each in answer.citations))
        wanted = escape(urlencode({"source": sources}, doseq=True))
        forms += [
            ("Quotes with footnotes", f'copy" data-markdown="{escape(answer_footnotes(answer))}'),
            ("Sources as BibTeX", f'references" data-query="style=bibtex&amp;{wanted}'),
            ("Sources as CSL-JSON", f'references" data-query="style=csl&amp;{wanted}'),
        ]
    again = escape(urlencode({"question": answer.question, "only": asked_of}, doseq=True))
    forms.append(("Link to question and source", f'link-to-answer" data-query="{again}'))
    items = "".join(
        f'<li><button type="button" data-action="{does}">{name}</button></li>'
        for name, does in forms
    )
    return (
        f'{plain}<details class="menu copies"><summary aria-label="Copy as">as…</summary>'
        f"<ul>{items}</ul></details>"
    )


def _feedback_buttons(exchange: Exchange) -> str:
    """The buttons for feedback on an answer."""
    choices = [("good", "Right"), ("wrong", "Wrong")]
    if exchange.answer is not None and exchange.answer.citations:
        choices.append(("source", "Wrong source"))
    buttons = "".join(
        f'<button type="button" data-action="judge" data-judgement="{value}"'
        f' aria-pressed="{str(exchange.judgement == value).lower()}">{words}</button>'
        for value, words in choices
    )
    return (
        f'<span class="judgements" role="group" aria-label="Is this answer right?">{buttons}</span>'
    )
