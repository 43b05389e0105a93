"""The vectors of passages that the catalog caches, so that no text is embedded twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.index.catalog.tables import CatalogTables
from askdocs.models.embedders import Vectors


class VectorCache(CatalogTables):
    """Cached vectors by key. A key changes with the model and the text."""

    def cached_vectors(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The cached vectors among `keys`, float32 [dimensions] each."""
        found: dict[bytes, Vectors] = {}
        for chunk in _chunks(list(keys)):
            marks = ",".join("?" * len(chunk))
            rows = self._database.rows(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})", *chunk
            )
            found.update(_as_vectors(rows))
        return found

    def vectors_of(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of passages by passage id."""
        rows = self._database.rows(
            """SELECT id, vector FROM passages JOIN vectors ON key = vector_key
               WHERE id IN (SELECT value FROM json_each(?))""",
            json.dumps(list(ids)),
        )
        return dict(_as_vectors(rows))

    def count_without_vectors(self) -> int:
        """The number of passages without a readable cached vector that are not pending."""
        rows = self._database.rows(
            """SELECT count(*) FROM passages LEFT JOIN vectors ON key = vector_key
               WHERE (key IS NULL OR typeof(vector) != 'blob' OR length(vector) % 4)
                     AND number NOT IN (SELECT number FROM pending)"""
        )
        return int(rows[0][0])

    def sample_vectors(self, count: int) -> dict[str, Vectors]:
        """The vectors of a few stored passages by passage id. Ids are hashes: a random sample."""
        rows = self._database.rows(
            """SELECT id FROM passages WHERE number NOT IN (SELECT number FROM pending)
               ORDER BY id LIMIT ?""",
            count,
        )
        return self.vectors_of([row[0] for row in rows])

    def cache_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
            )

    def prune_vectors(self) -> None:
        """Delete the cached vectors that no passage uses."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector_key FROM passages)"
            )


def readable_vectors(path: Path) -> dict[bytes, Vectors]:
    """The cached vectors of a damaged catalog, as far as they can be read."""
    found: dict[bytes, Vectors] = {}
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        for key, vector in _as_vectors(connection.execute("SELECT key, vector FROM vectors")):
            found[bytes(key)] = vector
    return found


def _as_vectors(rows: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Vectors]]:
    """(key, vector) of rows, without those whose vector is damaged."""
    for key, vector in rows:
        try:
            found = np.frombuffer(vector, np.float32)
        except (ValueError, TypeError):
            continue
        yield key, found


def _chunks(items: Sequence[bytes], size: int = 500) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
