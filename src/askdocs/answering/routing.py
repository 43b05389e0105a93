"""Routes a question, by its intent, to the step that collects candidates for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.compared import compare_documents, compare_sides
from askdocs.answering.document_metadata import metadata_answer
from askdocs.answering.in_conversation import last_cited, search_in_conversation
from askdocs.answering.overview import further, named, names_document, overview
from askdocs.answering.places import named_by, place_result, without_place
from askdocs.answering.questions.question import Question, parse
from askdocs.answering.questions.spelling import SpellingCorrection, correct_spelling
from askdocs.answering.search_and_rank import search_and_rank
from askdocs.models.english_words import common_words_by_letter, is_english
from askdocs.models.multilingual_words import is_frequent_word
from askdocs.resources import Resources
from askdocs.text.language import clear_languages_of_question, is_other_language, language_of
from askdocs.text.stemming import stem_in
from askdocs.types import Citation, DocumentRecord, Turn

# The languages other than English in which it was measured how many right words are replaced.
# Danish is here because short questions in Norwegian are often taken for it.
_CORRECTED = frozenset({"da", "de", "es", "fr", "nb"})
_MOST_SCANNED = 100  # documents in which a numbered part is searched


def find_candidates(
    resources: Resources,
    question: Question,
    *,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    insist: bool = False,
) -> RetrievalResult:
    """Find the sentences that may answer a question.

    The answer is made from this result alone. It is also used by benchmarks, and by programs that
    write their own answers. Misspelt words are corrected by the words of the documents.

    Args:
        resources: The open models and the index.
        question: The question, parsed with `history`.
        history: The turns before it, oldest first.
        sources: The documents that are searched; None for all.
        insist: Whether an answer is wanted even if it is unlikely.
    """
    spelled = _corrected(resources, question)
    corrected = parse(spelled.text, history) if spelled.changes else question
    result = _route(resources, corrected, history, sources, insist=insist)
    as_asked = replace(result.question, text=question.text, is_english=question.is_english)
    return replace(result, question=as_asked, spelling_notice=spelled.notice)


def _corrected(resources: Resources, question: Question) -> SpellingCorrection:
    """The question with misspelt words replaced by words of the documents.

    English words are known from a list. In other languages right words are often not in the
    documents and in no list, so only slips of the pen are corrected.
    """
    text = question.text
    # "Summarise" is no misspelt "summarily". For a part, only its kind and number are searched.
    if question.overview_of or (question.place and not question.place.other):
        return SpellingCorrection(text)
    catalog = resources.open_catalog()
    if question.is_english:
        return correct_spelling(
            text,
            lambda word: catalog.has_word(word) or is_english(word),
            lambda word, is_name: catalog.nearest_word(
                word, common_words_by_letter(), is_name=is_name
            ),
        )
    language = next(iter(clear_languages_of_question(text)), "")
    if language not in _CORRECTED:
        return SpellingCorrection(text)
    stem = partial(stem_in, language)
    return correct_spelling(
        text,
        lambda word: catalog.has_form(word, stem) or is_frequent_word(word),
        lambda word, _: catalog.nearest_slip(
            word, stem, lambda passage: not is_other_language(language_of(passage), [language])
        ),
    )


def _route(
    resources: Resources,
    question: Question,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    *,
    insist: bool,
) -> RetrievalResult:
    """Find candidates for a question with corrected spelling."""
    at_place = _place_result(resources, question, sources)
    if at_place is not None:
        return at_place
    last_citations = last_cited(history)
    from_metadata = (
        None if last_citations else _metadata_result(resources, question.alone(), sources)
    )
    if from_metadata is not None:
        return from_metadata
    if last_citations and question.intent == "more":
        return _continuation(resources, question.alone(), last_citations)
    subject = question.overview_of
    is_overview = question.intent == "overview"
    records = resources.open_catalog().document_records() if is_overview or subject else []
    if is_overview or (subject and names_document(subject, records)):
        return _overview(resources, question.alone(), sources, records)
    if question.comparison and not history:
        return compare_sides(resources, question, question.comparison, sources)
    result = search_in_conversation(resources, question, history, sources, insist=insist)
    return result if history else compare_documents(resources, result, question, sources)


def _place_result(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> RetrievalResult | None:
    """The numbered part of a document that is asked for, as "clause 3.2"; None if none is.

    A kind that documents may number without its word, as the items of a list, is searched as any
    other question if it is not found.
    """
    place = question.place
    if place is None:
        return None
    catalog = resources.open_catalog()
    within = catalog.sources(sources)
    titles = catalog.titles(within)
    if place.other:
        within = named_by(place.other, titles)
        if not within:
            return None
    within = named_by(place.document, titles) or within
    having = [source for source in catalog.sources_with(place.number) if source in set(within)]
    found = [catalog.document(source) for source in having[:_MOST_SCANNED]]
    documents = [document for document in found if document]
    result = place_result(question, place, documents, catalog.passages_of)
    if result is None and place.is_certain:
        return without_place(search_and_rank(resources, question.alone(), sources), place)
    return result


def _metadata_result(
    resources: Resources, question: Question, sources: Sequence[str] | None
) -> RetrievalResult | None:
    """The lines of a document about itself: author, date, recipient, title.

    None if the question asks for something else, or if several documents are searched.
    """
    if not question.metadata_facts:
        return None  # the index need not be opened
    catalog = resources.open_catalog()
    names = catalog.sources(sources)
    if len(names) > 1 and sources and len(sources) == 1:  # a mail without its attachments
        names = [name for name in names if not name.startswith(f"{sources[0]}/")]
    return metadata_answer(question, catalog.passages_of(names[0])) if len(names) == 1 else None


def _overview(
    resources: Resources,
    question: Question,
    sources: Sequence[str] | None,
    records: Sequence[DocumentRecord],
) -> RetrievalResult:
    """The overview of the documents that the question means."""
    catalog = resources.open_catalog()
    subject = question.overview_of or question.text
    names = named(subject, records, set(catalog.sources(sources)))
    guide = resources.guides.folder(catalog, sources=names)
    return overview(question, guide, catalog.passages_of)


def _continuation(
    resources: Resources, question: Question, last_citations: Sequence[Citation]
) -> RetrievalResult:
    """The text after what the previous answer cited."""
    catalog = resources.open_catalog()
    cited = dict.fromkeys(citation.source for citation in last_citations)
    passages = (catalog.passages_of(source) for source in cited)
    return further(question, last_citations, [passage for passage in passages if passage])
