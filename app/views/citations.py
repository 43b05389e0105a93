"""Citations and passages as safe HTML: links, lists of sources, and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from askdocs.documents.titles import readable_title
from askdocs.output.strip_markup import shown_passage, strip_markup
from askdocs.output.text_anchor import TextAnchor, citation_anchor, link, passage_anchor
from askdocs.types import Citation, Hit, Passage, location_text

from .references import quote_with_place

NEAREST_SHOWN = 4
CARD_CHARACTERS = 280
AROUND_CHARACTERS = 160  # of the passage before and after a quote in its note


def citation_link(citation: Citation, number: int) -> str:
    """The citation number. Its note, shown on hover and focus, is in its entry below."""
    return (
        f'<a class="cite" {link_attributes(citation.source, citation_anchor(citation))}'
        f' aria-describedby="note-{number}-{citation.number}"'
        f' aria-label="Citation {citation.number}">{citation.number}</a>'
    )


def cited_sources(citations: Sequence[Citation], number: int) -> str:
    """The sources of an answer, grouped by document. Each entry has the note of its number."""
    by_source: dict[str, list[Citation]] = {}
    for citation in citations:
        by_source.setdefault(citation.source, []).append(citation)
    documents = "".join(
        f'<li>{_document_name(same[0].passage)}<span class="entries">'
        f"{''.join(_entry(each, number) for each in same)}</span></li>"
        for same in by_source.values()
    )
    return f'<ul class="cited" aria-label="Sources of this answer">{documents}</ul>'


def _entry(citation: Citation, number: int) -> str:
    """One citation in the list of sources, and its note: quote, document and location."""
    where = within(citation.place, citation.passage.title)
    return (
        f'<a class="entry" {link_attributes(citation.source, citation_anchor(citation))}>'
        f'<span class="number">{citation.number}</span> '
        f'<span class="place" data-i18n="location">{escape(where or "in the text")}</span></a>'
        f'<button type="button" class="copy-quote" data-action="copy"'
        f' data-markdown="{escape(quote_with_place(citation))}"'
        f' aria-label="Copy quote {citation.number}" title="Copy this quote with its place">'
        "Copy</button>"
        f'<span class="note" id="note-{number}-{citation.number}" hidden>'
        f'<span class="note-quote" dir="auto">{_in_its_passage(citation)}</span> '
        f'<span class="note-place">{_document_name(citation.passage)}'
        f"{_after_name(where)}</span></span>"
    )


def _in_its_passage(citation: Citation) -> str:
    """A quote with some text of the passage before and after it."""
    passage, source = citation.passage, citation.source
    start, end = citation.start - passage.start, citation.end - passage.start
    if passage.text[max(start, 0) : end] != citation.quote:
        return f"<strong>{escape(strip_markup(citation.quote, source))}</strong>"
    before, quote, after = shown_passage(passage.text, source, start, end)
    before = " ".join(before.split())
    if len(before) > AROUND_CHARACTERS:
        before = f"…{before[-AROUND_CHARACTERS:].partition(' ')[2]}"
    after = shortened(after, AROUND_CHARACTERS)
    return f"{escape(before)} <strong>{escape(quote)}</strong> {escape(after)}".strip()


def _document_name(passage: Passage) -> str:
    """Title and file name of a document; only the file name if there is no title."""
    words = readable_title(passage.source, passage.title)
    title = f'<span class="title" dir="auto">{escape(words)}</span> '
    known = passage.title and passage.title != passage.source
    return f'{title if known else ""}<span class="file" dir="auto">{escape(passage.source)}</span>'


def nearest_passages(hits: Sequence[Hit]) -> str:
    """The passages nearest to an unanswered question, as cards that open them."""
    if not hits:
        return ""
    cards = "".join(
        f'<li><a class="entry card" {link_attributes(passage.source, passage_anchor(passage))}>'
        f"{_document_name(passage)}{_after_name(passage_place(passage))}"
        f'<span class="excerpt" dir="auto">{escape(_excerpt(passage))}</span></a></li>'
        for passage in (hit.passage for hit in hits[:NEAREST_SHOWN])
    )
    return f'<h3 class="quiet">The nearest passages</h3><ol class="nearest">{cards}</ol>'


def _excerpt(passage: Passage) -> str:
    """The beginning of a passage as plain text."""
    return shortened("".join(shown_passage(passage.text, passage.source)))


def passage_place(passage: Passage) -> str:
    """The location of a passage in words, without the title of its document."""
    known = location_text(
        passage.source, passage.page, passage.page_label, passage.heading, passage.line
    )
    return within(known, passage.title)


def _after_name(where: str) -> str:
    """A location after the name of its document."""
    return f', <span class="place" data-i18n="location">{escape(where)}</span>' if where else ""


def within(where: str, title: str) -> str:
    """A location without the title of its document, which is shown next to it."""
    if not title:
        return where
    named = rf"(^|, ){re.escape(title)}(?: › |, |$)"
    return re.sub(named, r"\1", where, count=1).removesuffix(", ")


def shortened(text: str, most: int = CARD_CHARACTERS) -> str:
    """The beginning of a text, at most `most` characters, cut between words."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + "…"


def link_attributes(source: str, mark: TextAnchor) -> str:
    """The attributes of a link that opens a source in the source panel."""
    return (
        f'href="{escape(link(source, [mark]))}" data-source="{escape(source)}" data-mark="{mark}"'
    )
