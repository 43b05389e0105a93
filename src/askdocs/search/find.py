"""Finds words exactly as they are typed, document by document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from askdocs.errors import AskdocsError
from askdocs.index.catalog import Catalog
from askdocs.index.keywords.lookup import Term, parse_query
from askdocs.types import DocumentMatches, Hit, Match, Passage, SearchResult


def find_words(
    catalog: Catalog,
    query: str,
    *,
    within: Sequence[str] | None,
    start: int,
    documents: int,
    each: int,
) -> SearchResult:
    """Search the documents that contain all words of a query, most matches first.

    Documents whose name or title contains the words precede all others.

    Args:
        catalog: The catalog of the index.
        query: Words, "exact phrases" and prefixes with a star.
        within: The sources that are searched; all of them if None.
        start: The first document of the result, counted from 0.
        documents: The maximum number of documents in the result.
        each: The maximum number of passages per document.

    Raises:
        AskdocsError: The query contains no word.
    """
    terms = _terms(query)
    found = catalog.lookup(terms, sources=within)
    titles = catalog.titles(within)
    named = {source for source, title in titles.items() if _names(terms, source, title)}
    sources = sorted(
        {*named, *found.by_source},
        key=lambda source: (source not in named, -len(found.by_source.get(source, ())), source),
    )
    shown = sources[start : start + documents]
    ids = [name for source in shown for name in found.by_source.get(source, ())[:each]]
    passages = catalog.passages(ids)  # a sync may have deleted some
    return SearchResult(
        query,
        tuple(
            DocumentMatches(
                source,
                titles.get(source, ""),
                len(found.by_source.get(source, ())),
                tuple(
                    Match(passages[name], spans_in(passages[name], terms))
                    for name in found.by_source.get(source, ())[:each]
                    if name in passages
                ),
            )
            for source in shown
        ),
        count=sum(map(len, found.by_source.values())),
        found_in=len(sources),
        missing=tuple(term.text for term in found.missing),
    )


def group_hits(
    query: str, hits: Iterable[Hit], *, start: int, documents: int, each: int
) -> SearchResult:
    """Group the hits of a semantic search by document, best first."""
    grouped: dict[str, list[Passage]] = {}
    for hit in hits:
        grouped.setdefault(hit.passage.source, []).append(hit.passage)
    terms = parse_query(query)
    shown = list(grouped.items())[start : start + documents]
    return SearchResult(
        query,
        tuple(
            DocumentMatches(
                source,
                passages[0].title,
                len(passages),
                tuple(Match(passage, spans_in(passage, terms)) for passage in passages[:each]),
            )
            for source, passages in shown
        ),
        count=sum(map(len, grouped.values())),
        found_in=len(grouped),
    )


def spans_in(passage: Passage, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """The spans of the terms in the text of the document. Adjacent words are one span."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(span for term in terms for span in term.spans(passage.text)):
        if spans and passage.text[spans[-1][1] : start] in ("", " ", "\n"):
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return tuple((passage.start + start, passage.start + end) for start, end in spans)


def _terms(query: str) -> list[Term]:
    terms = parse_query(query)
    if not terms:
        raise AskdocsError("Type a word to search for.")
    return terms


def _names(terms: Sequence[Term], source: str, title: str) -> bool:
    """Whether the name or title of a document contains all words."""
    text = f"{source}\n{title}"
    return all(term.is_in(text) for term in terms)
