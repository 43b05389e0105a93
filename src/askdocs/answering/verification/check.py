"""Checks a draft against the documents, statement by statement.

Each statement is a query for a search. The verifier judges it against the passages found.
Quotations are compared word by word. Numbers, dates and names are looked up in the passages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from askdocs.answering.verification.absent import not_found_in
from askdocs.answering.verification.draft_text import statement_spans
from askdocs.answering.verification.evidence import NumberedCitations
from askdocs.answering.verification.quotations import Lookup, Piece, is_missing
from askdocs.answering.verification.verifier import Judgement, Verifier
from askdocs.types import (
    Check,
    CheckedStatement,
    Passage,
    Progress,
    ProgressListener,
    Quotation,
)

PASSAGES_READ = 8  # per statement, the most similar ones

Find = Callable[[str], Sequence[Passage]]


def check_draft(
    text: str, find: Find, verifier: Verifier, *, on_progress: ProgressListener
) -> Check:
    """Check each statement of a draft.

    Args:
        text: The draft. Lines that claim nothing, such as headings, are skipped (see `draft_text`).
        find: Finds the passages for a statement, most similar first.
        verifier: Judges a statement against passages.
        on_progress: Called after each statement with the number of statements done.

    Returns:
        The statements in order, with offsets into `text`, and their citations.
    """
    spans = list(statement_spans(text))
    citations = NumberedCitations()
    checked = []
    for done, (start, end) in enumerate(spans, 1):
        words = text[start:end]
        passages = list(find(words))[:PASSAGES_READ]
        judgement = verifier.judge(" ".join(words.split()), [], passages)
        missing = [
            piece.text
            for piece, found in judgement.quotations
            if is_missing(piece.text, found.difference)
        ]
        if missing:  # it may be in a document that the whole statement does not find
            more = [each for words in missing for each in list(find(words))[:PASSAGES_READ]]
            passages = list(dict.fromkeys([*passages, *more]))
            judgement = verifier.judge(" ".join(words.split()), [], passages)
        checked.append(_checked(words, start, judgement, passages, citations))
        on_progress(Progress("ask", done, len(spans)))
    return Check(tuple(checked), citations.in_order())


def _checked(
    words: str,
    start: int,
    judgement: Judgement,
    passages: Sequence[Passage],
    citations: NumberedCitations,
) -> CheckedStatement:
    quotations = tuple(
        _quotation(words, *quotation, citations) for quotation in judgement.quotations
    )
    return CheckedStatement(
        text=words,
        start=start,
        end=start + len(words),
        verdict=judgement.verdict,
        reason=judgement.reason,
        contradicted=judgement.contradicted,
        citations=citations.of_all(judgement.quotes),
        quotations=quotations,
        not_found=not_found_in(words, passages) if judgement.verdict != "no_claim" else (),
    )


def _quotation(words: str, piece: Piece, found: Lookup, citations: NumberedCitations) -> Quotation:
    at = max(words.find(piece.text), 0)
    places = citations.of_all(found.quotes)
    return Quotation(piece.text, at, at + len(piece.text), places, found.difference, found.goes_on)
