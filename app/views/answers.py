"""Answers as safe HTML: all text of documents and users is escaped."""

from __future__ import annotations

from html import escape

from askdocs.documents.document_types import kind_of
from askdocs.output.strip_markup import markup_spans, shown_text, without_spans
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.output.text_anchor import citation_anchor
from askdocs.types import DOUBTS, Answer, Statement

from .citations import citation_link, cited_sources, link_attributes, nearest_passages, shortened
from .prose import render_prose
from .words import capitalised

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
            f"{nearest_passages(answer.hits)}{_searched_for(answer, number)}"
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
        f"{notice}{cited_sources(answer.citations, number)}{_assurance(answer)}"
        f"{ASK_ALL if perhaps and limited else ''}{LET_MODEL_TRY if perhaps else ''}"
        f"{_searched_for(answer, number)}"
    )


def _prose(answer: Answer, number: int) -> str:
    """The text of a language model. Supported statements have only their citation numbers."""

    def opens(place: int, quotation: int | None) -> str:
        statement = answer.statements[place]
        if quotation is not None:
            citation = statement.quotations[quotation].citations[0]
            attributes = link_attributes(citation.source, citation_anchor(citation))
            return f'<a class="quotation" {attributes}>'
        further = " contradicted" if statement.contradicted else ""
        further += " not-learnt" if statement.sign else ""
        described = ""
        if statement.doubt:
            described = f' tabindex="0" aria-describedby="doubt-{number}-{place}"'
        return f'<span class="statement {statement.verdict}{further}"{described}>'

    def closes(place: int, quotation: int | None) -> str:
        if quotation is not None:
            return "</a>"
        statement = answer.statements[place]
        links = "".join(citation_link(each, number) for each in statement.citations)
        cites = f'<span class="cites" data-i18n>{links}</span>' if links else ""
        sign = _sign(statement)
        return f"</span>{cites}{sign}{_doubt(statement, number, place)}"

    return render_prose(answer, opens, closes)


def _sign(statement: Statement) -> str:
    """The sign of a language that the verifier has not learnt, with words for screen readers."""
    if not statement.sign:
        return ""
    meaning = f'<span class="unseen" data-i18n> {escape(DOUBTS[statement.verdict])}</span>'
    return f'<span class="sign">{statement.sign}</span>{meaning}'


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
        f'<span class="note-reason" data-i18n>{escape(capitalised(statement.doubt))}.</span>'
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
    buttons = "".join(citation_link(each, number) for each in statement.citations)
    verdict = ""
    if statement.doubt:
        doubt = escape(capitalised(statement.doubt))
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

    Markdown markup in a quote is not shown, but is copied.
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
    parts[0] = capitalised(parts[0])
    line = ", ".join(f"<span data-i18n>{escape(part)}</span>" for part in parts)
    title = f"Estimated probability that this answers: {answer.confidence:.0%}"
    return f'<p class="quiet assurance" title="{title}" data-i18n>{line}.</p>'


def _searched_for(answer: Answer, number: int) -> str:
    """The note that a question was understood with earlier ones, and a button to ask it alone."""
    if not answer.with_history or number == 0:
        return ""
    return (
        '<p class="quiet searched">'
        "<span>Understood together with your earlier questions.</span> "
        '<button type="button" class="turn" data-action="alone">Ask it on its own</button></p>'
    )
