"""Lists the documents that mention something, with counts, from the keyword index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from askdocs.answering.context import all_sentences
from askdocs.answering.questions.mention import MentionRequest
from askdocs.text.stemming import stem
from askdocs.text.tokens import WORD, indexed_form
from askdocs.types import Answer, Citation, Document, Passage, Statement

MOST_QUOTED = 10  # documents; the list names more
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class DocumentMentions:
    """A document with the (start, end) of its mentions, in characters."""

    document: Document
    places: tuple[tuple[int, int], ...]


def places_of(request: MentionRequest, text: str) -> Iterator[tuple[int, int]]:
    """Find all mentions in a text.

    Args:
        request: The words to find.
        text: The text of a document.

    Yields:
        (start, end) in characters, in order.
    """
    form: Callable[[str], str] = str if request.exact else stem
    phrase = [form(found.group().lower()) for found in WORD.finditer(request.phrase)]
    if not phrase or indexed_form(request.phrase) != request.phrase:  # a script without spaces
        for found in re.finditer(re.escape(request.phrase), text, re.IGNORECASE):
            yield found.span()
        return
    spans = [found.span() for found in WORD.finditer(text)]
    forms = [form(text[start:end].lower()) for start, end in spans]
    for number in range(len(forms) - len(phrase) + 1):
        if forms[number] == phrase[0] and forms[number : number + len(phrase)] == phrase:
            yield spans[number][0], spans[number + len(phrase) - 1][1]


def answer_mentions(
    question: str,
    request: MentionRequest,
    found: Sequence[DocumentMentions],
    documents: int,
    passages_of: Callable[[str], Sequence[Passage]],
) -> Answer:
    """List all documents with their counts, and quote the first mention in each.

    Args:
        question: The question as the user wrote it.
        request: The words that were searched.
        found: The documents that mention them.
        documents: How many documents were searched.
        passages_of: The passages of a source, in order.
    """
    ordered = sorted(found, key=lambda mentions: (-len(mentions.places), mentions.document.source))
    if not ordered:
        text = f"None of your {documents} documents mentions “{request.phrase}”."
        text = text if documents != 1 else f"Your document does not mention “{request.phrase}”."
        return Answer(question, text, answered=True, confidence=1.0, kind="mentions")
    citations: list[Citation] = []
    for mentions in ordered[:MOST_QUOTED]:
        passages = passages_of(mentions.document.source)
        citations += _citation(len(citations) + 1, mentions, passages)
    statements = [
        Statement(" ".join(citation.quote.split()), (citation,), "quoted") for citation in citations
    ]
    text = "\n\n".join(f"{statement.text} [{n}]" for n, statement in enumerate(statements, 1))
    return Answer(
        question=question,
        text=text or _list(request, ordered, documents),
        statements=tuple(statements),
        citations=tuple(citations),
        answered=True,
        confidence=1.0,
        searched_for=(request.phrase,),
        notice=_list(request, ordered, documents),
        kind="mentions",
    )


def _list(request: MentionRequest, found: Sequence[DocumentMentions], documents: int) -> str:
    """The number of documents that mention the words, and the count in each."""
    counts = [f"{mentions.document.source} ({_times(len(mentions.places))})" for mentions in found]
    more = len(counts) - MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    verb = "mentions" if len(found) == 1 else "mention"
    return (
        f"{len(found)} of {documents} documents {verb} “{request.phrase}”:"
        f" {', '.join(counts[:MOST_NAMED])}{rest}."
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _citation(number: int, found: DocumentMentions, passages: Sequence[Passage]) -> list[Citation]:
    """The sentence of the first mention; an empty list if it is in no passage."""
    start, end = found.places[0]
    for passage in passages:
        if passage.start <= start < passage.start + len(passage.text):
            spans = all_sentences(passage, with_title=True)
            places = [(passage.start + a, passage.start + b) for a, b in spans]
            around = next((span for span in places if span[0] <= start < span[1]), None)
            first, last = around or (passage.start, passage.start + len(passage.text))
            quote = passage.slice(first, last)
            focus = (start, min(end, last))
            return [Citation(number, passage, quote, first, last, focus)]
    return []
