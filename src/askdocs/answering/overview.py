"""What documents say of themselves, or go on with: as near as quotes come to a summary."""

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

MOST_DOCUMENTS = 8  # of a folder that are quoted
FEW = 4  # documents of which each one's contents are told
_SENTENCES = 3  # of one document alone; of several, the first of each
_FEWEST_WORDS = 6  # less is a heading, a by-line or a date


def named(question: str, records: Sequence[DocumentRecord], sources: Collection[str]) -> list[str]:
    """The `sources` that a question means: "the handbook" is one with that in its name or title.

    Those with most of its words are meant; all of them where it names none.
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
    """Whether the words are in the name or title of one document, and not only what it is.

    Of three words, one may be another: "the federal register notice".
    """
    wanted = name_words(words)
    telling = {word for word in wanted if not re.fullmatch(TEXT, word, re.IGNORECASE)}
    names = [set(name_words(f"{record.source} {record.title}")) for record in records]
    return bool(telling) and any(
        len(telling.difference(held)) <= len(telling) // 3 for held in names
    )


def overview(
    question: Question, guide: Guide, passages_of: Callable[[str], Sequence[Passage]]
) -> RetrievalResult:
    """What a guide says of documents: of a few each one's opening, of many the first of some.

    Args:
        question: The question.
        guide: The guide of the documents that are meant.
        passages_of: The passages of a document.
    """
    few = guide.count <= FEW
    spoken = [document for document in guide.documents if document.opening][
        : FEW if few else MOST_DOCUMENTS
    ]
    candidates = [
        candidate
        for each in spoken
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
        notice=_notice(guide, spoken),
        preface=preface,
    )


def _notice(guide: Guide, spoken: Sequence[DocumentGuide]) -> str:
    """Where the words of an overview are from."""
    if not spoken:
        return "No sentences that say what it is about were found."
    if guide.count == 1:
        opening = spoken[0].opening
        heading = opening.heading if opening else ""
        said = f"under “{heading}”" if heading else "where it begins"
        return f"These are its own words, {said}; no summary was written."
    some = "" if len(spoken) == guide.count else f"{len(spoken)} of "
    return f"These are the own words of {some}{guide.count:,} documents; no summary was written."


def _opening(
    guide: DocumentGuide, passages: Sequence[Passage], *, whole: bool
) -> Iterator[Candidate]:
    """The opening of a document, cut where its passages end; only the first part if not `whole`."""
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
    """How documents, all passages of each, go on after the last sentence that was `shown`.

    Nothing is searched, so what comes next still belongs to the question before.
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
    """The sentences of a document that say something, in order, from a place in its text on."""
    for passage in passages:
        if passage.start + len(passage.text) <= after:
            continue
        for start, end in sentences(passage):
            text = passage.text[start:end]
            says = len(text.split()) >= _FEWEST_WORDS and not BYLINE.fullmatch(text)
            if says and passage.start + start >= after:
                place = passage.start + start, passage.start + end
                yield Candidate(Hit(passage, 1.0), *place, None, 1.0)
