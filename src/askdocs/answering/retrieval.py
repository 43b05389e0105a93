"""A question to Hits: by meaning and by words, fused."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.index.catalog import Catalog
from askdocs.index.fingerprint import check_fingerprint
from askdocs.index.vectors.store import VectorStore
from askdocs.models.embedders import Embedder, is_multilingual
from askdocs.resources import Resources
from askdocs.types import Hit

CANDIDATES = 50  # passages taken from each search
_WORDS_WEIGHT = 0.67  # of the words against the meaning; chosen in docs/decisions/0003
_WORDS_WEIGHT_MULTILINGUAL = 0.4  # words of another language are in no passage; decision 0023
_LATER_QUERY = 0.9  # of the score of a query that adds what the conversation suggests
_USUAL_COSINE = 0.3  # of a passage whose vector is not stored yet, so that it can be found
_TRIES = 3
_LEAST_COSINE = 0.2  # of a passage that shares no word with the question
_LEAST_COSINE_MULTILINGUAL = 0.1  # answers in another language than the question have 0.3


def retrieve(
    queries: Sequence[str],
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    limit: int,
    sources: Sequence[str] | None = None,
) -> list[Hit]:
    """At most `limit` passages for a question, best first; ties are broken by id.

    `queries` are ways to put the question, the question itself first. Their lists are fused: a
    passage keeps its best score, and those of the later queries count a little less. A score is
    0.67 times the share of the best possible BM25 plus 0.33 times the cosine (0.4 and 0.6 with the
    multilingual embedder): it depends on the passage and the query alone, so scores of different
    queries can be compared.
    """
    best: dict[str, Hit] = {}
    for number, query in enumerate(queries):
        weight = _LATER_QUERY if number else 1.0
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
    vector = embedder.embed_question(query)
    by_meaning = vectors.search(vector, limit=CANDIDATES, sources=sources)
    cosines = dict(by_meaning)
    for _ in range(_TRIES):  # a document can be replaced between two looks at the catalog
        by_words = catalog.search_words(query, limit=CANDIDATES, sources=sources)
        shares = dict(by_words)
        passages = catalog.passages(list({**shares, **cosines}))
        if shares.keys() <= passages.keys():
            break
    # What only the words found has a cosine too; what only the meaning found shares few words.
    unknown = [name for name in shares if name not in cosines]
    for name, found in catalog.vectors_of(unknown).items():
        cosines[name] = float(found @ vector)
    meaning_rank = {name: rank for rank, (name, _) in enumerate(by_meaning, 1)}
    words_rank = {name: rank for rank, (name, _) in enumerate(by_words, 1)}
    of_words = _WORDS_WEIGHT_MULTILINGUAL if is_multilingual(embedder) else _WORDS_WEIGHT
    least = _LEAST_COSINE_MULTILINGUAL if is_multilingual(embedder) else _LEAST_COSINE
    hits = []
    for name, passage in passages.items():
        cosine = cosines.get(name, _USUAL_COSINE)
        if name not in shares and cosine < least:
            continue
        score = of_words * shares.get(name, 0.0) + (1 - of_words) * max(cosine, 0)
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
    """The passages for a question that is put in several ways, the question itself first."""
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
