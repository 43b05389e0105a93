"""Searches passages for a question and ranks their sentences."""

from __future__ import annotations

from collections.abc import Sequence, Set

from askdocs.answering import retrieval
from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.context import LONGEST_QUOTE
from askdocs.answering.questions.question import Question
from askdocs.answering.ranking import Ranking, RankingContext, rank
from askdocs.answering.table_rows import table_rows, with_rows
from askdocs.answering.utterances import preceding_text, with_replies
from askdocs.answering.versions import versions
from askdocs.resources import Resources

_MOST_CONTINUED = 5  # candidates of which the text after their passages is loaded


def search_and_rank(
    resources: Resources,
    question: Question,
    sources: Sequence[str] | None,
    cited_before: Set[str] = frozenset(),
) -> RetrievalResult:
    """Search passages for a question, and rank their sentences.

    Args:
        resources: The open models and the index.
        question: The question.
        sources: The documents that are searched; None for all.
        cited_before: The documents that the previous answer cites, for a follow-up.
    """
    catalog = resources.open_catalog()
    hits = retrieval.find(
        resources, question.queries, limit=resources.config.passages_read, sources=sources
    )
    hits = with_replies(hits, catalog.passages_after)
    ranking, term_weights = Ranking((), {}), dict[str, float]()
    if hits:
        term_weights = catalog.term_weights(question.queries[-1])
        context = RankingContext(
            question=question,
            term_weights=term_weights,
            cited_before=cited_before,
            preceding={
                hit.passage.id: preceding_text(hit.passage, catalog.passages_before) for hit in hits
            },
        )
        ranking = rank(
            context,
            hits,
            embedder=resources.embedder,
            reader=resources.open_reader(),
            second=resources.open_sentence_scorer,
            multilingual=resources.open_multilingual_scorer,
        )
    table = table_rows(question, ranking.candidates, catalog.passages_of)
    return RetrievalResult(
        question=question,
        searched_for=question.queries,
        hits=tuple(hits),
        candidates=with_rows(ranking.candidates, table),
        doubt=ranking.doubt(question, term_weights),
        confidence_features=ranking.confidence_features,
        following=following_text(resources, ranking.candidates[:_MOST_CONTINUED]),
        versions=_versions(resources, question, ranking.candidates),
        rows=table.rows,
        rows_cut=table.is_cut,
    )


def _versions(
    resources: Resources, question: Question, candidates: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """The best candidate and what other versions of its document say instead; see `versions`."""

    def beginning(source: str) -> str:
        document = resources.open_catalog().document(source)
        return document.text if document else ""

    return versions(question, candidates, beginning) if candidates else ()


def following_text(resources: Resources, candidates: Sequence[Candidate]) -> dict[str, str]:
    """The text after the passages of candidates, in their documents.

    A list can continue after the end of a passage. This text lets a quote contain all of it.

    Returns:
        The id of a passage → the next `LONGEST_QUOTE` characters of its document.
    """
    catalog = resources.open_catalog()
    texts: dict[str, str] = {}
    found: dict[str, str] = {}
    for passage in {
        candidate.hit.passage.id: candidate.hit.passage for candidate in candidates
    }.values():
        if passage.source not in texts:
            document = catalog.document(passage.source)
            texts[passage.source] = document.text if document else ""
        found[passage.id] = texts[passage.source][passage.end : passage.end + LONGEST_QUOTE]
    return found
