"""Overviews of documents by their own words, and the text after a quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.context import sentences
from askdocs.answering.questions.intent import TEXT
from askdocs.answering.questions.question import Question
from askdocs.guide.opening import BYLINE
from askdocs.guide.words import document_in_words, folder_in_words
from askdocs.text.sentences import sentence_spans
from askdocs.text.stop_words import name_words
from askdocs.types import Citation, DocumentGuide, DocumentRecord, Guide, Hit, Passage

MOST_DOCUMENTS = 8  # that the overview of a folder quotes
FEW = 4  # documents; the contents of each are listed up to this number
_SENTENCES = 3  # of a single document; of several documents, one each
_FEWEST_WORDS = 6  # a shorter line is a heading, a by-line or a date


def named(question: str, records: Sequence[DocumentRecord], sources: Collection[str]) -> list[str]:
    """Find the documents that a question names.

    "the handbook" is a document with this word in its file name or title.

    Args:
        question: The question.
        records: All documents.
        sources: The documents that are searched.

    Returns:
        The sources that share most words with the question; all of them if none shares any.
    """
    asked = set(name_words(question))
    found = {
        record.source: len(asked.intersection(name_words(f"{record.source} {record.title}")))
        for record in records
        if record.source in sources
    }
    most = max(found.values(), default=0)
    return [source for source, shared in found.items() if shared == most]


def names_document(words: str, records: Sequence[DocumentRecord]) -> bool:
    """Whether words name a document, and are not only words for any document, such as "the report".

    They are compared with file names and titles. Of three words one may be missing there, as
    "notice" of "the federal register notice".
    """
    content = name_words(words)
    distinctive = {word for word in content if not re.fullmatch(TEXT, word, re.IGNORECASE)}
    names = [set(name_words(f"{record.source} {record.title}")) for record in records]
    return bool(distinctive) and any(
        len(distinctive.difference(present)) <= len(distinctive) // 3 for present in names
    )


def overview(
    question: Question, guide: Guide, passages_of: Callable[[str], Sequence[Passage]]
) -> RetrievalResult:
    """Make an overview of documents.

    Of a single document it quotes the opening, of several the first sentences of their openings, of
    at most `MOST_DOCUMENTS`. Up to `FEW` documents, the preface lists the contents of each.

    Args:
        question: The question.
        guide: The guide of these documents.
        passages_of: The passages of a document.
    """
    few = guide.count <= FEW
    with_opening = [document for document in guide.documents if document.opening][
        : FEW if few else MOST_DOCUMENTS
    ]
    candidates = [
        candidate
        for each in with_opening
        for candidate in _opening(each, passages_of(each.source), whole=guide.count <= 1)
    ]
    hits = {candidate.hit.passage.id: candidate.hit for candidate in candidates}
    preface = folder_in_words(guide)
    if few and guide.documents:
        preface = "\n".join(document_in_words(document) for document in guide.documents[:FEW])
    return RetrievalResult(
        question=question,
        kind="overview",
        searched_for=(question.text,),
        hits=tuple(hits.values()),
        candidates=tuple(candidates),
        notice=_notice(guide, with_opening),
        preface=preface,
    )


def _notice(guide: Guide, with_opening: Sequence[DocumentGuide]) -> str:
    """The notice where the words of an overview are from."""
    if not with_opening:
        return "No sentences that say what it is about were found."
    if guide.count == 1:
        opening = with_opening[0].opening
        heading = opening.heading if opening else ""
        place = f"under “{heading}”" if heading else "where it begins"
        return f"These are its own words, {place}; no summary was written."
    some = "" if len(with_opening) == guide.count else f"{len(with_opening)} of "
    return f"These are the own words of {some}{guide.count:,} documents; no summary was written."


def _opening(
    guide: DocumentGuide, passages: Sequence[Passage], *, whole: bool
) -> Iterator[Candidate]:
    """The opening of a document, or its first sentence if not `whole`; a candidate per passage."""
    assert guide.opening is not None
    start, end = guide.opening.start, guide.opening.end
    if not whole:
        first = sentence_spans(guide.opening.text)[0]
        end = start + first[1]
    for passage in passages:
        here = max(start, passage.start)
        words = passage.slice(here, end)
        if here < end and words.strip():
            yield Candidate(Hit(passage, 1.0), here, here + len(words.rstrip()), None, 1.0)


def further(
    question: Question, shown: Sequence[Citation], documents: Sequence[Sequence[Passage]]
) -> RetrievalResult:
    """The text of documents after the last quotes.

    Nothing is searched, because the next text still belongs to the previous question.

    Args:
        question: The question, for example "Tell me more".
        shown: The citations of the previous answer.
        documents: All passages of each cited document.
    """
    ends: dict[str, int] = {}
    for citation in shown:
        ends[citation.source] = max(citation.end, ends.get(citation.source, 0))
    most = _SENTENCES if len(documents) == 1 else 1
    chosen = [
        candidate
        for passages in documents
        for candidate in islice(_sentences_of(passages, after=ends[passages[0].source]), most)
    ]
    hits = tuple({candidate.hit.passage.id: candidate.hit for candidate in chosen}.values())
    notice = "This is how the text goes on."
    return RetrievalResult(
        question=question,
        kind="continuation",
        searched_for=(),
        hits=hits,
        candidates=tuple(chosen),
        notice=notice,
    )


def _sentences_of(passages: Sequence[Passage], *, after: int) -> Iterator[Candidate]:
    """The sentences of a document from an offset on, without by-lines and other short lines."""
    for passage in passages:
        if passage.start + len(passage.text) <= after:
            continue
        for start, end in sentences(passage):
            text = passage.text[start:end]
            says = len(text.split()) >= _FEWEST_WORDS and not BYLINE.fullmatch(text)
            if says and passage.start + start >= after:
                place = passage.start + start, passage.start + end
                yield Candidate(Hit(passage, 1.0), *place, None, 1.0)
