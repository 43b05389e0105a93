"""All that an index holds, so that two of them can be compared."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.index.catalog import Catalog
from askdocs.index.keywords.postings import BLOCK_BITS, PASSAGE_SHIFT
from askdocs.index.vectors.chroma import ChromaFolder
from askdocs.index.vectors.collection import Collection
from askdocs.types import Document, Passage


@dataclass(frozen=True)
class IndexState:
    """What is equal for two indexes of the same folder, however they came about."""

    files: Mapping[str, tuple[int, str, str]]
    documents: Mapping[str, Document]
    passages: Mapping[str, Passage]
    words: Mapping[str, frozenset[tuple[str, int]]]
    word_counts: Mapping[str, int]
    orphans: tuple[str, ...]
    cached: frozenset[bytes]
    stored: Mapping[str, tuple[str, str]]
    reachable: Mapping[str, frozenset[str]]


def state_of(index: Path) -> IndexState:
    """Read an index that no process has open; what is inconsistent in itself fails here."""
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = dict(connection.execute("SELECT number, id FROM passages"))
        word_rows = connection.execute("SELECT * FROM word_places").fetchall()
        cached = connection.execute("SELECT key, vector FROM vectors").fetchall()
        vector_keys = dict(connection.execute("SELECT id, vector_key FROM passages"))
    catalog = Catalog(index / "catalog.sqlite")
    store = Collection(ChromaFolder(index / "chroma"))
    try:
        assert catalog.problems() == []
        assert catalog.count_pending() == 0
        words, word_counts = _words(word_rows, names)
        documents = {source: catalog.document(source) for source in catalog.sources()}
        passages = [each for source in documents for each in catalog.passages_of(source)]
        vectors = dict(cached)
        return IndexState(
            files={
                path: (file.size, file.hash, file.failure) for path, file in catalog.files().items()
            },
            documents={source: found for source, found in documents.items() if found},
            passages={passage.id: passage for passage in passages},
            words=words,
            word_counts=word_counts,
            orphans=tuple(catalog.orphans()),
            cached=frozenset(vectors),
            stored=_stored(store),
            reachable=_reachable(store, {name: vectors[key] for name, key in vector_keys.items()}),
        )
    finally:
        catalog.close()
        store.close()


def _words(
    rows: Sequence[tuple[int, str, int, bytes]], names: Mapping[int, str]
) -> tuple[dict[str, frozenset[tuple[str, int]]], Counter[str]]:
    """For each passage, which term stands where; and how many passages have each term."""
    places: dict[str, set[tuple[str, int]]] = {name: set() for name in names.values()}
    counts: Counter[str] = Counter()
    for block, term, passages, kept in rows:
        counts[term] += passages
        for place in np.frombuffer(kept, "<u4").tolist():
            number = (block << BLOCK_BITS) + (place >> PASSAGE_SHIFT)
            places[names[number]].add((term, place % (1 << PASSAGE_SHIFT)))
    return {name: frozenset(found) for name, found in places.items()}, counts


def _stored(store: Collection) -> dict[str, tuple[str, str]]:
    """The text and all metadata of each record of the vector store."""
    wanted = ["documents", "metadatas"]
    found: Any = store.chroma.run(lambda collection: collection.get(include=wanted))
    return {
        name: (text, json.dumps(metadata, sort_keys=True))
        for name, text, metadata in zip(
            found["ids"], found["documents"], found["metadatas"], strict=True
        )
    }


def _reachable(store: Collection, vectors: Mapping[str, bytes]) -> dict[str, frozenset[str]]:
    """For each passage, what a search with its own vector for everything finds."""
    if not vectors:
        return {}
    asked = [np.frombuffer(vector, np.float32) for vector in vectors.values()]
    found: Any = store.chroma.run(
        lambda collection: collection.query(
            query_embeddings=asked, n_results=len(asked) + 10, include=[]
        )
    )
    return {name: frozenset(ids) for name, ids in zip(vectors, found["ids"], strict=True)}
