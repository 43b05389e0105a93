"""Documents to what they begin with: as near as quotes come to "What is this about?"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from askdocs.choose import Candidate, Considered, sentences
from askdocs.types import DocumentRecord, Hit, Passage
from askdocs.words import content_words

MOST_DOCUMENTS = 5
PASSAGES_EACH = 2  # that are looked at for the first sentences
_SENTENCES = 3  # of one document alone; of several, the first of each
_FEWEST_WORDS = 6  # less is a heading, a by-line or a date


def named(question: str, records: Sequence[DocumentRecord], sources: Collection[str]) -> list[str]:
    """The `sources` that a question means: "the handbook" is one with that in its name or title.

    All of them where it names none.
    """
    asked = set(content_words(question))
    chosen = [record for record in records if record.source in sources]
    meant = [
        record.source
        for record in chosen
        if asked & set(content_words(re.sub(r"[\W_]+", " ", f"{record.source} {record.title}")))
    ]
    return meant or [record.source for record in chosen]


def overview(question: str, beginnings: Sequence[Sequence[Passage]], documents: int) -> Considered:
    """The first sentences of documents, of which `beginnings` are the first passages.

    `documents` is how many there are in all.
    """
    wanted = _SENTENCES if documents == 1 else 1
    candidates: list[Candidate] = []
    for passages in beginnings:
        found = [
            Candidate(Hit(passage, 1.0), passage.start + start, passage.start + end, None, 1.0)
            for passage in passages
            for start, end in sentences(passage)
            if len(passage.text[start:end].split()) >= _FEWEST_WORDS
        ]
        candidates += found[:wanted]
    hits = {each.hit.passage.id: each.hit for each in candidates}
    few = "" if documents <= len(beginnings) else f" of {len(beginnings)} of {documents} documents"
    return Considered(
        question,
        (question,),
        tuple(hits.values()),
        tuple(candidates),
        notice=f"Quotes cannot sum up: this is the beginning{few}.",
    )
