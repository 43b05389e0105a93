"""Documents to what they begin with, or go on with: as near as quotes come to a summary."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from askdocs.answering.candidates import Candidate, Considered
from askdocs.answering.context import sentences
from askdocs.answering.questions.intent import TEXT
from askdocs.index.keywords.terms import content_words
from askdocs.system.files import composed
from askdocs.types import Citation, DocumentRecord, Hit, Passage

MOST_DOCUMENTS = 5
PASSAGES_EACH = 2  # that are looked at for the first sentences
_SENTENCES = 3  # of one document alone; of several, the first of each
_FEWEST_WORDS = 6  # less is a heading, a by-line or a date
_BYLINE = re.compile(r"(?:[Bb]y|BY|Von|Av) [^\W\d_].*\b\d{4}\W*|(?:[Bb]y|BY) [^.]{0,60}")


def named(question: str, records: Sequence[DocumentRecord], sources: Collection[str]) -> list[str]:
    """The `sources` that a question means: "the handbook" is one with that in its name or title.

    Those with most of its words are meant; all of them where it names none.
    """
    asked = _name_words(question)
    found = {
        record.source: len(asked & _name_words(f"{record.source} {record.title}"))
        for record in records
        if record.source in sources
    }
    most = max(found.values(), default=0)
    return [source for source, shared in found.items() if shared == most]


def names_document(words: str, records: Sequence[DocumentRecord]) -> bool:
    """Whether all words are in the name or title of one document, and not only what it is."""
    wanted = _name_words(words)
    telling = {word for word in wanted if not re.fullmatch(TEXT, word, re.IGNORECASE)}
    names = (_name_words(f"{record.source} {record.title}") for record in records)
    return bool(telling) and any(telling <= held for held in names)


def _name_words(text: str) -> set[str]:
    return set(content_words(re.sub(r"[\W_]+", " ", composed(text))))


def overview(question: str, beginnings: Sequence[Sequence[Passage]], documents: int) -> Considered:
    """The first sentences of documents, of which `beginnings` are the first passages.

    `documents` is how many there are in all.
    """
    few = "" if documents <= len(beginnings) else f" of {len(beginnings)} of {documents} documents"
    return _read_out(
        question,
        [_sentences_of(passages) for passages in beginnings],
        _SENTENCES if documents == 1 else 1,
        searched_for=(question,),
        notice=f"Quotes cannot sum up: this is the beginning{few}.",
    )


def further(
    question: str, shown: Sequence[Citation], documents: Sequence[Sequence[Passage]]
) -> Considered:
    """How documents, all passages of each, go on after the last sentence that was `shown`.

    Nothing is searched, so what comes next still belongs to the question before.
    """
    ends: dict[str, int] = {}
    for citation in shown:
        ends[citation.source] = max(citation.end, ends.get(citation.source, 0))
    return _read_out(
        question,
        [_sentences_of(passages, after=ends[passages[0].source]) for passages in documents],
        _SENTENCES if len(documents) == 1 else 1,
        searched_for=(),
        notice="This is how the text goes on.",
    )


def _sentences_of(passages: Sequence[Passage], *, after: int = 0) -> Iterator[Candidate]:
    """The sentences of a document that say something, in order, from a place in its text on."""
    for passage in passages:
        if passage.start + len(passage.text) <= after:
            continue
        for start, end in sentences(passage):
            text = passage.text[start:end]
            says = len(text.split()) >= _FEWEST_WORDS and not _BYLINE.fullmatch(text)
            if says and passage.start + start >= after:
                place = passage.start + start, passage.start + end
                yield Candidate(Hit(passage, 1.0), *place, None, 1.0)


def _read_out(
    question: str,
    documents: Sequence[Iterable[Candidate]],
    most: int,
    *,
    searched_for: tuple[str, ...],
    notice: str,
) -> Considered:
    """The first sentences of each document, at most `most`, as if they had been found."""
    chosen = [candidate for document in documents for candidate in islice(document, most)]
    hits = {candidate.hit.passage.id: candidate.hit for candidate in chosen}
    return Considered(
        question, question, searched_for, tuple(hits.values()), tuple(chosen), notice=notice
    )
