"""Exported answers and conversations: Markdown, HTML and JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any, Literal

from askdocs.output.exports import answer_record, embedded
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.types import DOUBTS, Answer, Citation, Statement

from ..conversations.conversation import Conversation
from ..i18n.markers import citation_location, translatable
from .markdown import one_line, without_links
from .prose import render_prose

Format = Literal["md", "html", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "md": "text/markdown", "html": "text/html", "json": "application/json",
}  # fmt: skip
LONGEST_TITLE = 60  # characters, in the name of a file
_NO_WORDS = re.compile(r"[^\w'-]+")
_STYLE = (
    "body{font:1.05rem/1.6 Georgia,serif;margin:3rem auto;max-width:42rem;padding:0 1rem;"
    "color:#24211c;background:#fbf9f5}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2.5rem}"
    "blockquote{border-left:2px solid #f6d768;margin:.6rem 0;padding-left:1rem}"
    "small,footer{color:#665f54;font-family:sans-serif;overflow-wrap:anywhere}"
    "ul{padding-left:1.1rem}.partly,.unchecked,.unsupported{text-decoration:underline dotted}"
    ".unsupported{text-decoration:underline solid #a4381f}td,th{padding:.2rem .8rem .2rem 0}"
    "code{font-size:.8rem}"
)


def file_name(conversation: Conversation, kind: Format) -> str:
    """The name of an exported file: the title of the conversation and today's date."""
    words = " ".join(_NO_WORDS.sub(" ", conversation.title).split())
    title = textwrap.shorten(words, LONGEST_TITLE, placeholder="") or "Conversation"
    return f"{title} {datetime.now().date().isoformat()}.{kind}"


def export(conversation: Conversation, kind: Format) -> str:
    """A conversation as the text of a file. `askdocs verify` can check each format."""
    record = conversation_record(conversation)
    if kind == "json":
        return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    answers = [each.answer for each in conversation.exchanges if each.answer is not None]
    if kind == "html":
        return _page(conversation.title, answers, record)
    parts = [f"# {one_line(conversation.title)}\n", *map(answer_markdown, answers)]
    return "\n".join(parts) + f"\n{embedded(record)}\n"


def conversation_record(conversation: Conversation) -> dict[str, Any]:
    """The answers of a conversation, each with its quotes, their offsets and hashes.

    The passages that were searched but not cited are left out: the visitor has not seen them.
    """
    return {
        "askdocs_export": 1,
        "title": conversation.title,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "answers": [
            {**_without_hits(answer_record(exchange.answer)), "asked_at": exchange.asked_at}
            for exchange in conversation.exchanges
            if exchange.answer is not None
        ],
    }


def _without_hits(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "hits"}


def answer_markdown(answer: Answer) -> str:
    """Question, statements with numbered citations, and the quotes with their locations."""
    lines = [f"**{one_line(answer.question)}**", ""]
    if not answer.statements:
        lines.append(translatable(one_line(answer.text)))
    if answer.band == "perhaps":
        lines += [translatable("Perhaps:"), ""]
    if is_prose(answer):
        lines += [prose_markdown(answer), "", f"*{translatable(support_summary(answer))}*"]
    else:
        for statement in answer.statements:
            lines.append(f"- {one_line(statement.text)}{_numbers(statement)}{_doubt(statement)}")
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        quote = "" if _is_quoted(citation, answer) else f": “{one_line(citation.quote)}”"
        lines.append(f"[{citation.number}] {citation_location(citation, one_line)}{quote}  ")
    return "\n".join(lines).strip() + "\n"


def _page(title: str, answers: list[Answer], record: dict[str, Any]) -> str:
    """An HTML file that loads nothing and runs no script."""
    day = record["exported_at"][:10]
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f'<body><h1 dir="auto">{escape(title)}</h1>\n{"".join(map(answer_html, answers))}'
        f"<footer><p>{translatable(f'Made by askdocs, {day}.')} "
        f"{translatable('“askdocs verify” with this file checks its quotes again.')}</p></footer>"
        f"{embedded(record)}</body></html>\n"
    )


def answer_html(answer: Answer) -> str:
    """An answer as HTML for a file or the clipboard: its text, then its quotes."""
    said = (
        "".join(_statements_html(answer))
        or f'<p dir="auto">{translatable(escape(answer.text))}</p>'
    )
    if is_prose(answer):
        line = translatable(support_summary(answer))
        said = f'<div dir="auto">{_prose_html(answer)}</div><p><small>{line}</small></p>'
    quotes = "".join(
        f'<blockquote dir="auto">[{each.number}] '
        f"{'' if _is_quoted(each, answer) else f'{escape(each.quote)}<br>'}"
        f"<small>{citation_location(each, escape)} <code>{citation['hash']}</code></small>"
        "</blockquote>"
        for each, citation in zip(answer.citations, answer_record(answer)["citations"], strict=True)
    )
    return f'<section><h2 dir="auto">{escape(answer.question)}</h2>{said}{quotes}</section>\n'


def _is_quoted(citation: Citation, answer: Answer) -> bool:
    """Whether a statement of the answer has the same words as this quote."""
    quote = " ".join(citation.quote.split())
    return any(
        citation in each.citations and " ".join(each.text.split()) == quote
        for each in answer.statements
    )


def _statements_html(answer: Answer) -> Iterator[str]:
    if answer.band == "perhaps":
        yield f"<p>{translatable('Perhaps:')}</p>"
    for statement in answer.statements:
        words = f"{escape(statement.text)}{_numbers(statement)}{_doubt(statement)}"
        yield f'<p dir="auto">{words}</p>'


def _prose_html(answer: Answer) -> str:
    """The text of a language model. Doubtful statements are underlined, with a tooltip."""

    def opens(place: int, quotation: int | None) -> str:
        statement = answer.statements[place]
        if quotation is not None or statement.sign or not statement.doubt:
            return "<span>"
        title = translatable(escape(statement.doubt))
        return f'<span class="{statement.verdict}" title="{title}">'

    def closes(place: int, quotation: int | None) -> str:
        statement = answer.statements[place]
        end = escape(_numbers(statement) + _doubt(statement)) if quotation is None else ""
        return f"</span>{end}"

    return render_prose(answer, opens, closes)


def prose_markdown(answer: Answer) -> str:
    """The text of a language model as Markdown without images, links and HTML."""
    parts = []
    for number, statement in enumerate(answer.statements):
        lead = statement.lead if number else statement.lead.lstrip("\n")
        is_code = statement.markdown.startswith("```")  # a code block shows everything literally
        words = statement.markdown if is_code else without_links(statement.markdown)
        end = f"{_numbers(statement)}{_doubt(statement)}"
        if words.startswith("|") and end:
            words, end = f"{words.rstrip().removesuffix('|').rstrip()}{end} |", ""
        elif words.startswith("```") and end:
            end = f"\n\n{end.strip()}"
        parts.append(f"{lead}{words}{end}")
    return "".join(parts)


def _numbers(statement: Statement) -> str:
    return "".join(f" [{citation.number}]" for citation in statement.citations)


def _doubt(statement: Statement) -> str:
    if statement.sign:
        return f" {statement.sign}"
    doubt = DOUBTS.get(statement.verdict)
    return f" ({translatable(doubt)})" if doubt else ""
