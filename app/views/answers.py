"""Answers and conversations as safe HTML: all text of documents and users is escaped."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from urllib.parse import urlencode

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title
from askdocs.output.strip_markdown import markup_spans, shown_text, without_spans
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.output.text_anchor import TextAnchor, citation_anchor, link, passage_anchor
from askdocs.types import Answer, Citation, Hit, Passage, Statement, location_text

from ..conversations.conversation import Conversation, Exchange
from .exports import answer_html, answer_markdown
from .prose import render_markdown, render_prose
from .references import answer_footnotes, answer_text, quote_with_place


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Documents that no longer contain the quotes of an answer: changed or removed."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __str__(self) -> str:
        notes = []
        if self.changed:
            have = "has" if len(self.changed) == 1 else "have"
            notes.append(
                f"{_enumerate(self.changed)} {have} changed since this answer: some quotes have"
                " moved or are gone."
            )
        if self.removed:
            were = "was" if len(self.removed) == 1 else "were"
            notes.append(f"{_enumerate(self.removed)} {were} removed since this answer.")
        return " ".join([*notes, "Ask again for a current answer."]) if notes else ""


_NOTHING = SourceChanges()
# number of an exchange → the changes of its documents
Changed = Mapping[int, SourceChanges]

NEAREST_SHOWN = 4
EARLIER_SHOWN = 20  # exchanges before the last one
CARD_CHARACTERS = 280
AROUND_CHARACTERS = 160  # of the passage before and after a quote in its note

OTHER_WORDS = '<p class="quiet">Other words may find more.</p>'
ASK_ALL = (
    '<p class="quiet"><span>The other documents were not searched.</span> '
    '<button type="button" class="turn" data-action="ask-all">Ask all documents</button></p>'
)
# Shown only if there is a language model (conversation.css).
LET_MODEL_TRY = (
    '<p><button type="button" class="turn" data-action="insist">'
    "Let the language model answer from these passages</button></p>"
)
PERHAPS = '<p class="quiet perhaps">Perhaps:</p>'
DOUBTFUL = "Not everything is supported: check the marked sentences"
NEAREST_WORDS = 3  # quotes in the note of a doubtful statement


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
        limits = f'<p class="limits" data-i18n>Asked of {escape(_enumerate(exchange.sources))}</p>'
    return (
        f'<article class="exchange" data-i18n id="exchange-{number}" data-number="{number}"'
        f"{' data-running' if exchange.running else ''}>"
        f'<h2 class="question" dir="auto">{escape(exchange.question)}</h2>{limits}'
        f"{_changed_note(since)}{body}{_action_buttons(exchange)}</article>"
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


def render_answer(answer: Answer, number: int, *, limited: bool = False) -> str:
    """An answer with its citations, or a refusal with the nearest passages.

    `limited` is true if only the ticked documents were asked. The refusal then says so.
    """
    notice = f'<p class="notice">{escape(answer.notice)}</p>' if answer.notice else ""
    if answer.band == "refusal" and answer.kind != "reply":
        text = _about_ticked_documents(answer.text) if limited else answer.text
        return (
            f'<div class="answer refusal" dir="auto"><p data-i18n>{escape(text)}</p></div>{notice}'
            f"{ASK_ALL if limited else OTHER_WORDS if answer.hits else ''}"
            f"{LET_MODEL_TRY if answer.hits else ''}"
            f"{_nearest(answer.hits)}{_searched_for(answer, number)}"
        )
    if not answer.statements:
        words = f"<span data-i18n>{escape(answer.text)}</span>"
        return f'<div class="answer said" dir="auto">{words}</div>{notice}'
    if is_prose(answer):
        body = f'<div class="answer written" dir="auto">{_prose(answer, number)}</div>'
    else:
        statements = "".join(_statement(each, number) for each in answer.statements)
        body = f'<ul class="answer">{statements}</ul>'
    perhaps = answer.band == "perhaps"
    return (
        f"{PERHAPS if perhaps else ''}{body}"
        f"{notice}{_cited(answer.citations, number)}{_assurance(answer)}"
        f"{ASK_ALL if perhaps and limited else ''}{LET_MODEL_TRY if perhaps else ''}"
        f"{_searched_for(answer, number)}"
    )


def _prose(answer: Answer, number: int) -> str:
    """The text of a language model. Supported statements have only their citation numbers."""

    def opens(place: int, quotation: int | None) -> str:
        statement = answer.statements[place]
        if quotation is not None:
            citation = statement.quotations[quotation].citations[0]
            attributes = _link_attributes(citation.source, citation_anchor(citation))
            return f'<a class="quotation" {attributes}>'
        contradicted = " contradicted" if statement.contradicted else ""
        described = ""
        if statement.doubt:
            described = f' tabindex="0" aria-describedby="doubt-{number}-{place}"'
        return f'<span class="statement {statement.verdict}{contradicted}"{described}>'

    def closes(place: int, quotation: int | None) -> str:
        if quotation is not None:
            return "</a>"
        statement = answer.statements[place]
        links = "".join(_citation_link(each, number) for each in statement.citations)
        cites = f'<span class="cites" data-i18n>{links}</span>' if links else ""
        return f"</span>{cites}{_doubt(statement, number, place)}"

    return render_prose(answer, opens, closes)


def _doubt(statement: Statement, number: int, place: int) -> str:
    """The note of a doubtful statement: the reason, and the nearest words of the source."""
    if not statement.doubt:
        return ""
    words = "".join(
        f'<span class="note-quote" dir="auto">“{escape(shortened(each.quote))}”</span> '
        f'<span class="note-place" dir="auto">{escape(each.source)}</span>'
        for each in statement.citations[:NEAREST_WORDS]
    )
    near = f'<span class="note-place" data-i18n>The nearest words:</span>{words}' if words else ""
    return (
        f'<span class="note" id="doubt-{number}-{place}" hidden>'
        f'<span class="note-reason" data-i18n>{escape(_capitalised(statement.doubt))}.</span>'
        f" {near}</span>"
    )


def _about_ticked_documents(text: str) -> str:
    """A refusal that names the ticked documents instead of "your documents"."""
    ticked = "the documents that you ticked"
    return text.replace("your documents", ticked).replace("Your documents", f"T{ticked[1:]}")


def confidence_words(confidence: float) -> str:
    """The estimate whether a quote answers the question, in words."""
    if confidence >= 0.85:
        return "answers the question with high probability"
    if confidence >= 0.6:
        return "probably answers the question"
    return "may answer the question: check the source"


def _statement(statement: Statement, number: int) -> str:
    quoted = statement.verdict == "quoted"
    words = _emphasised(statement)
    body = _quote(statement, words) if quoted else words
    buttons = "".join(_citation_link(each, number) for each in statement.citations)
    verdict = ""
    if statement.doubt:
        doubt = escape(_capitalised(statement.doubt))
        verdict = f' <small class="verdict" data-i18n>{doubt}</small>'
    return (
        f'<li class="statement {statement.verdict}" dir="auto">'
        f'{body}<span class="cites" data-i18n>{buttons}</span>{verdict}</li>'
    )


def _quote(statement: Statement, words: str) -> str:
    """A quote. The lines of a longer one are indented relative to its first line."""
    kinds = ["lines"] if "\n" in statement.text else []
    for citation in statement.citations[:1]:
        before = citation.passage.text[: max(citation.start - citation.passage.start, 0)]
        indent = before[before.rfind("\n") + 1 :]
        if indent.isspace():
            words = words.replace(f"\n{indent}", "\n")
        kinds += ["code"] if kind_of(citation.source) == "Code" else []
    return f'<q class="{" ".join(kinds)}">{words}</q>' if kinds else f"<q>{words}</q>"


def _emphasised(statement: Statement) -> str:
    """The text of a statement. In a quote, the words that answer are emphasised.

    The signs of Markdown in a quote are not shown; what is copied has them.
    """
    for citation in statement.citations:
        quote, focus = citation.quote, citation.focus
        same = " ".join(quote.split()) == " ".join(statement.text.split())
        if statement.verdict == "quoted" and focus and same:
            start, end = focus[0] - citation.start, focus[1] - citation.start
            left_out = markup_spans(quote, citation.source)
            parts = ((0, start), (start, end), (end, None))
            before, words, after = (escape(without_spans(quote, left_out, *each)) for each in parts)
            return f"{before}<strong>{words}</strong>{after}"
    return escape(shown_text(statement))


def _citation_link(citation: Citation, number: int) -> str:
    """The citation number. Its note, shown on hover and focus, is in the entry of `_cited`."""
    return (
        f'<a class="cite" {_link_attributes(citation.source, citation_anchor(citation))}'
        f' aria-describedby="note-{number}-{citation.number}"'
        f' aria-label="Citation {citation.number}">{citation.number}</a>'
    )


def _cited(citations: Sequence[Citation], number: int) -> str:
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
        f'<a class="entry" {_link_attributes(citation.source, citation_anchor(citation))}>'
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
    passage, quote = citation.passage, f"<strong>{escape(citation.quote)}</strong>"
    start, end = citation.start - passage.start, citation.end - passage.start
    if passage.text[max(start, 0) : end] != citation.quote:
        return quote
    before = " ".join(passage.text[:start].split())
    after = shortened(passage.text[end:], AROUND_CHARACTERS)
    if len(before) > AROUND_CHARACTERS:
        before = f"…{before[-AROUND_CHARACTERS:].partition(' ')[2]}"
    return f"{escape(before)} {quote} {escape(after)}".strip()


def _document_name(passage: Passage) -> str:
    """Title and file name of a document; only the file name if there is no title."""
    words = readable_title(passage.source, passage.title)
    title = f'<span class="title" dir="auto">{escape(words)}</span> '
    known = passage.title and passage.title != passage.source
    return f'{title if known else ""}<span class="file" dir="auto">{escape(passage.source)}</span>'


def _nearest(hits: Sequence[Hit]) -> str:
    """The passages nearest to an unanswered question, as cards that open them."""
    if not hits:
        return ""
    cards = "".join(
        f'<li><a class="entry card" {_link_attributes(passage.source, passage_anchor(passage))}>'
        f"{_document_name(passage)}{_after_name(passage_place(passage))}"
        f'<span class="excerpt" dir="auto">{escape(shortened(passage.text))}</span></a></li>'
        for passage in (hit.passage for hit in hits[:NEAREST_SHOWN])
    )
    return f'<h3 class="quiet">The nearest passages</h3><ol class="nearest">{cards}</ol>'


def _assurance(answer: Answer) -> str:
    """The line below an answer: what it consists of, and how certain it is."""
    support = support_summary(answer).removesuffix(".")
    if not answer.is_estimated:
        line = f'<p class="quiet assurance" data-i18n>{escape(support)}.</p>'
        return line if support else ""
    sources = len({citation.source for citation in answer.citations})
    parts = []
    if answer.statements and all(each.verdict == "quoted" for each in answer.statements):
        parts.append(f"Exact words of {sources} documents" if sources > 1 else "Exact words")
    doubtful = any(each.verdict in ("partly", "unsupported") for each in answer.statements)
    parts.append(support or (DOUBTFUL if doubtful else confidence_words(answer.confidence)))
    parts[0] = _capitalised(parts[0])
    line = ", ".join(f"<span data-i18n>{escape(part)}</span>" for part in parts)
    title = f"Estimated probability that this answers: {answer.confidence:.0%}"
    return f'<p class="quiet assurance" title="{title}" data-i18n>{line}.</p>'


def _searched_for(answer: Answer, number: int) -> str:
    """The note that a question was understood with earlier ones, and a button to ask it alone."""
    if not answer.with_history or number == 0:
        return ""
    other = answer.searched_for[1:]
    return (
        f'<p class="quiet searched" title="{escape("; ".join(other))}">'
        "<span>Understood together with your earlier questions.</span> "
        '<button type="button" class="turn" data-action="alone">Ask it on its own</button></p>'
    )


def _action_buttons(exchange: Exchange) -> str:
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


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def _enumerate(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def shortened(text: str, most: int = CARD_CHARACTERS) -> str:
    """The beginning of a text, at most `most` characters, cut between words."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + "…"


def _link_attributes(source: str, mark: TextAnchor) -> str:
    """The attributes of a link that opens a source in the source panel."""
    return (
        f'href="{escape(link(source, [mark]))}" data-source="{escape(source)}" data-mark="{mark}"'
    )
