"""Retrieves passages by semantic search and keyword search, and fuses their scores."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.index.catalog import Catalog
from askdocs.index.fingerprint import check_fingerprint
from askdocs.index.vectors.store import VectorStore
from askdocs.models.embedders import Embedder, is_multilingual
from askdocs.resources import Resources
from askdocs.types import Hit

CANDIDATES = 50  # passages from each search
_KEYWORD_WEIGHT = 0.67  # of the keyword search; the semantic search has the rest; decision 0003
_KEYWORD_WEIGHT_MULTILINGUAL = 0.4  # words of another language never match; decision 0023
_LATER_QUERY_WEIGHT = 0.9  # of a query with words of the conversation
_DEFAULT_COSINE = 0.3  # for a passage whose vector is not stored yet, so that it can be found
_TRIES = 3
_MIN_COSINE = 0.2  # a passage that shares no word with the question needs at least this
_MIN_COSINE_MULTILINGUAL = 0.1  # answers in another language than the question have about 0.3


def retrieve(
    queries: Sequence[str],
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    limit: int,
    sources: Sequence[str] | None = None,
) -> list[Hit]:
    """Find the best passages for a question.

    The score of a passage is 0.67 times its BM25 score, divided by the highest possible one, plus
    0.33 times its cosine. With the multilingual embedder the weights are 0.4 and 0.6. The score
    depends only on the passage and the query, so scores of different queries can be compared. A
    passage keeps its best score of all queries. Scores of later queries are multiplied by 0.9.

    Args:
        queries: Forms of the question. The question itself comes first.
        catalog: Searched by keywords.
        vectors: Searched by vectors.
        embedder: Embeds the queries.
        limit: The most passages that are returned.
        sources: The documents that are searched; None for all.

    Returns:
        The passages, best first, with scores in [0, 1]. Equal scores are ordered by id.
    """
    best: dict[str, Hit] = {}
    for number, query in enumerate(queries):
        weight = _LATER_QUERY_WEIGHT if number else 1.0
        for hit in _search(
            query,
            weight=weight,
            catalog=catalog,
            vectors=vectors,
            embedder=embedder,
            sources=sources,
        ):
            known = best.get(hit.passage.id)
            if known is None or hit.score > known.score:
                best[hit.passage.id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.passage.id))[:limit]


def _search(
    query: str,
    *,
    weight: float,
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    sources: Sequence[str] | None,
) -> list[Hit]:
    """Find passages for one query. A score is multiplied by `weight`."""
    vector = embedder.embed_question(query)
    by_meaning = vectors.search(vector, limit=CANDIDATES, sources=sources)
    cosines = dict(by_meaning)
    for _ in range(_TRIES):  # a document can be replaced between the two reads of the catalog
        by_words = catalog.search_words(query, limit=CANDIDATES, sources=sources)
        shares = dict(by_words)
        passages = catalog.passages(list({**shares, **cosines}))
        if shares.keys() <= passages.keys():
            break
    # Passages that only the keyword search found get their cosines from the catalog. Passages that
    # only the semantic search found share few words with the query: their BM25 counts as 0.
    unknown = [name for name in shares if name not in cosines]
    for name, found in catalog.vectors_of(unknown).items():
        cosines[name] = float(found @ vector)
    meaning_rank = {name: rank for rank, (name, _) in enumerate(by_meaning, 1)}
    words_rank = {name: rank for rank, (name, _) in enumerate(by_words, 1)}
    keyword_weight = _KEYWORD_WEIGHT_MULTILINGUAL if is_multilingual(embedder) else _KEYWORD_WEIGHT
    min_cosine = _MIN_COSINE_MULTILINGUAL if is_multilingual(embedder) else _MIN_COSINE
    hits = []
    for name, passage in passages.items():
        cosine = cosines.get(name, _DEFAULT_COSINE)
        if name not in shares and cosine < min_cosine:
            continue
        score = keyword_weight * shares.get(name, 0.0) + (1 - keyword_weight) * max(cosine, 0)
        found_by = {
            search: ranks[name]
            for search, ranks in (("meaning", meaning_rank), ("words", words_rank))
            if name in ranks
        }
        hits.append(Hit(passage, weight * min(score, 1.0), found_by))
    return hits


def find(
    resources: Resources, queries: Sequence[str], *, limit: int, sources: Sequence[str] | None
) -> list[Hit]:
    """Find the best passages for a question in the index of an assistant.

    Args:
        resources: The open models and the index.
        queries: Forms of the question. The question itself comes first.
        limit: The most passages that are returned.
        sources: Sources or glob patterns of the documents that are searched; None for all.

    Raises:
        CorpusError: No document matches `sources`.
        IndexMismatchError: The index was made with other settings, or its catalog was lost.
    """
    catalog = resources.open_catalog()
    resources.check_catalog()
    check_fingerprint(catalog, resources.fingerprint())
    within = None if sources is None else catalog.sources(sources)
    return retrieve(
        queries,
        catalog,
        resources.open_vectors(),
        resources.embedder,
        limit=limit,
        sources=within,
    )
