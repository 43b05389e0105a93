"""A checked draft as an HTML page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from askdocs.output.text_anchor import LinkTarget, citation_target
from askdocs.output.verdict_text import meaning, summary_of
from askdocs.types import Check

_STYLE = """
body{font:17px/1.6 Georgia,serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light
dark}main{display:grid;gap:2rem;grid-template-columns:1fr 1fr}@media(max-width:800px){main{display:
block}}p{white-space:pre-wrap}.partly,.unsupported{text-decoration:underline dotted;
text-underline-offset:3px}.wrong{text-decoration:underline solid #b00 2px;text-underline-offset:3px}
.note{font:14px/1.5 system-ui,sans-serif;margin:.2rem 0 1rem}.unchecked{opacity:.7}sup a{
text-decoration:none}
"""


def check_as_html(
    check: Check, draft: str, *, title: str, link_to: Callable[[LinkTarget], str]
) -> str:
    """Return a page with the draft, its statements highlighted, and its sources.

    Args:
        check: The check.
        draft: The text that was checked.
        title: The name of the draft.
        link_to: Returns the address of a place in a source.
    """
    body, end_of_last = "", 0
    for each in check.statements:
        is_in_doubt = each.not_found and each.verdict in ("quoted", "supported")
        kind = "wrong" if each.is_wrong else "partly" if is_in_doubt else each.verdict
        marks = "".join(
            f'<sup><a href="#c{citation.number}">[{citation.number}]</a></sup>'
            for citation in each.citations
        )
        body += escape(draft[end_of_last : each.start])
        note = escape(meaning(each))
        body += f'<span class="{kind}" title="{note}">{escape(each.text)}</span>{marks}'
        end_of_last = each.end
    body += escape(draft[end_of_last:])
    sources = "".join(
        f'<div id="c{each.number}">[{each.number}] “{escape(each.quote)}”<p class="note">'
        f'<a href="{escape(link_to(citation_target(each)))}">'
        f"{escape(each.where)}</a></p></div>"
        for each in check.citations
    )
    return (
        f"<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1><p class='note'>"
        f"{escape(summary_of(check))}</p>\n<main><p dir='auto'>{body}</p><aside>{sources}</aside>"
        "</main></html>\n"
    ).replace("\\\n", "\n")
