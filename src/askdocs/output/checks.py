"""A checked draft as JSON, as text for a terminal, and as a page of HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from askdocs.output.exports import checksum
from askdocs.output.marks import link, mark_citation
from askdocs.output.printable import printable
from askdocs.types import Check, CheckedStatement

MEANINGS = {
    "quoted": "stands in the documents word for word",
    "supported": "supported by the documents",
    "partly": "only partly supported",
    "unsupported": "not supported by the documents",
    "unchecked": "not checked",
    "no_claim": "",
}
CONTRADICTED = "contradicted by the documents"
_STYLE = """
body{font:17px/1.6 Georgia,serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light
dark}main{display:grid;gap:2rem;grid-template-columns:1fr 1fr}@media(max-width:800px){main{display:
block}}p{white-space:pre-wrap}.partly,.unsupported{text-decoration:underline dotted;
text-underline-offset:3px}.wrong{text-decoration:underline solid #b00 2px;text-underline-offset:3px}
.note{font:14px/1.5 system-ui,sans-serif;margin:.2rem 0 1rem}.unchecked{opacity:.7}sup a{
text-decoration:none}
"""


def meaning(statement: CheckedStatement) -> str:
    """The verdict on a statement in words, with its reason."""
    misquoted = [each for each in statement.quotations if each.difference]
    if misquoted and statement.is_wrong:
        return "; ".join(f"misquoted “{each.text}”: {each.difference}" for each in misquoted)
    words = CONTRADICTED if statement.is_wrong else MEANINGS[statement.verdict]
    missing = ", ".join(statement.not_found)
    reason = f": {statement.reason}" if statement.reason else ""
    figures = f" (not found: {missing})" if missing else ""
    return f"{words}{reason}{figures}"


def check_as_json(check: Check) -> dict[str, Any]:
    """The keys that `check --json` prints."""
    return {
        "statements": [
            {
                "text": each.text,
                "start": each.start,
                "end": each.end,
                "verdict": each.verdict,
                "reason": each.reason,
                "contradicted": each.contradicted,
                "wrong": each.is_wrong,
                "not_found": list(each.not_found),
                "meaning": meaning(each),
                "quotations": [
                    {
                        "text": quotation.text,
                        "exact": not quotation.difference,
                        "difference": quotation.difference,
                        "citations": [citation.number for citation in quotation.citations],
                    }
                    for quotation in each.quotations
                ],
                "citations": [citation.number for citation in each.citations],
            }
            for each in check.statements
        ],
        "citations": [
            {
                "number": each.number,
                "source": each.source,
                "quote": each.quote,
                "start": each.start,
                "end": each.end,
                "place": each.place,
                "where": each.where,
                "mark": str(mark_citation(each)),
                "hash": checksum(each.quote),
            }
            for each in check.citations
        ],
        "counts": {name: check.count(name) for name in MEANINGS},  # type: ignore[arg-type]
        "wrong": sum(each.is_wrong for each in check.statements),
        "summary": summary_of(check),
    }


def summary_of(check: Check) -> str:
    """One line: how many statements stand in the documents, and how many are wrong."""
    judged = [each for each in check.statements if each.verdict not in ("no_claim", "unchecked")]
    standing = check.count("quoted", "supported")
    wrong = sum(each.is_wrong for each in check.statements)
    unchecked = check.count("unchecked")
    parts = [f"{standing} of {len(judged)} statements stand in the documents"]
    if wrong:
        parts.append(f"{wrong} contradicted or misquoted")
    if unchecked:
        parts.append(f"{unchecked} not checked")
    return "; ".join(parts) + "."


def check_as_text(check: Check) -> Iterator[str]:
    """A line for each statement that does not simply stand, with the nearest words below it."""
    for each in check.statements:
        if each.verdict in ("quoted", "supported", "no_claim") and not each.is_wrong:
            continue
        sign = "✗" if each.is_wrong else "?"
        yield printable(f"{sign} {' '.join(each.text.split())}")
        yield printable(f"    {meaning(each)}")
        for citation in each.citations[:2]:
            words = " ".join(citation.quote.split())
            yield printable(f"    [{citation.number}] {citation.where}: “{words}”")
        yield ""
    yield summary_of(check)


def check_as_html(
    check: Check, draft: str, *, title: str, link_to: Callable[[str, str], str]
) -> str:
    """Return a page with the draft, its statements marked, and its sources.

    Args:
        check: The check.
        draft: The text that was checked.
        title: The name of the draft.
        link_to: Gives an address for a source and a fragment of the page's address.
    """
    body, place = "", 0
    for each in check.statements:
        kind = "wrong" if each.is_wrong else each.verdict
        marks = "".join(
            f'<sup><a href="#c{citation.number}">[{citation.number}]</a></sup>'
            for citation in each.citations
        )
        body += escape(draft[place : each.start])
        note = escape(meaning(each))
        body += f'<span class="{kind}" title="{note}">{escape(each.text)}</span>{marks}'
        place = each.end
    body += escape(draft[place:])
    sources = "".join(
        f'<div id="c{each.number}">[{each.number}] “{escape(each.quote)}”<p class="note">'
        f'<a href="{escape(link_to(each.source, link(each.source, [mark_citation(each)])))}">'
        f"{escape(each.where)}</a></p></div>"
        for each in check.citations
    )
    return (
        f"<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1><p class='note'>"
        f"{escape(summary_of(check))}</p>\n<main><p dir='auto'>{body}</p><aside>{sources}</aside>"
        "</main></html>\n"
    ).replace("\\\n", "\n")
