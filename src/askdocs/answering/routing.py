"""Which way a question goes: by its kind to what collects the sentences that may answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.compared import compare_sides
from askdocs.answering.document_metadata import metadata_answer
from askdocs.answering.in_conversation import last_cited, search_in_conversation
from askdocs.answering.overview import further, named, names_document, overview
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.questions.spelling import correct_spelling
from askdocs.models.english_words import common_words_by_letter, is_english
from askdocs.resources import Resources
from askdocs.types import Citation, DocumentRecord, Turn


def find_candidates(
    resources: Resources,
    question: Question,
    *,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    insist: bool = False,
) -> RetrievalResult:
    """What a question was searched as, the passages found, and the sentences that may answer.

    This is all that an answer is made from; it is for measuring, and for answers of one's own.
    Misspelt words are searched for as the documents have them.

    Args:
        resources: What the assistant opens.
        question: The question, parsed with `history`.
        history: The conversation before it.
        sources: The documents that are searched; None for all.
        insist: Whether an answer is wanted however unlikely it is.
    """
    # A word of another language is no misspelt one, and "Summarise" no misspelt "summarily".
    if not question.is_english or question.overview_of:
        return _route(resources, question, history, sources, insist=insist)
    catalog = resources.open_catalog()
    spelled = correct_spelling(
        question.text,
        lambda word: is_english(word) or catalog.has_word(word),
        lambda word, is_name: catalog.nearest_word(word, common_words_by_letter(), is_name=is_name),
    )
    meant = parse(spelled.text, history) if spelled.changes else question
    known = _route(resources, meant, history, sources, insist=insist)
    as_asked = replace(known.question, text=question.text, is_english=question.is_english)
    return replace(known, question=as_asked, spelling_notice=spelled.notice)


def _route(
    resources: Resources,
    question: Question,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    *,
    insist: bool,
) -> RetrievalResult:
    """What is known of a question whose words are spelled as the documents have them."""
    shown = last_cited(history)
    stated = None if shown else _stated(resources, question.alone(), sources)
    if stated is not None:
        return stated
    if shown and question.intent == "more":
        return _further(resources, question.alone(), shown)
    whole = question.overview_of
    is_overview = question.intent == "overview"
    records = resources.open_catalog().document_records() if is_overview or whole else []
    if is_overview or (whole and names_document(whole, records)):
        return _overview(resources, question.alone(), sources, records)
    if question.comparison and not history:
        return compare_sides(resources, question, question.comparison, sources)
    return search_in_conversation(resources, question, history, sources, insist=insist)


def _stated(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> RetrievalResult | None:
    """What the one document that is asked says of itself: who wrote it, when, to whom."""
    if not question.metadata_facts:
        return None  # without a look at the index
    catalog = resources.open_catalog()
    names = catalog.sources(sources)
    if len(names) > 1 and sources and len(sources) == 1:  # a mail, and not its attachments
        names = [name for name in names if not name.startswith(f"{sources[0]}/")]
    return metadata_answer(question, catalog.passages_of(names[0])) if len(names) == 1 else None


def _overview(
    resources: Resources,
    question: Question,
    sources: Sequence[str] | None,
    records: Sequence[DocumentRecord],
) -> RetrievalResult:
    """What the documents that are meant say of themselves."""
    catalog = resources.open_catalog()
    wanted = question.overview_of or question.text
    names = named(wanted, records, set(catalog.sources(sources)))
    guide = resources.guides.folder(catalog, sources=names)
    return overview(question, guide, catalog.passages_of)


def _further(
    resources: Resources, question: Question, shown: Sequence[Citation]
) -> RetrievalResult:
    """How the documents go on after what was cited."""
    catalog = resources.open_catalog()
    cited = dict.fromkeys(citation.source for citation in shown)
    passages = (catalog.passages_of(source) for source in cited)
    return further(question, shown, [passage for passage in passages if passage])
