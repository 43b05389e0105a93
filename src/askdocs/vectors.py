"""Passages as vectors in Chroma, in the form that LlamaIndex's own store reads and writes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from askdocs.database import not_writable
from askdocs.embed import Vectors
from askdocs.errors import ConfigError, IndexMismatchError
from askdocs.types import Passage

COLLECTION = "askdocs"
# With 16 neighbours, the default, a graph of passages that are nearly the same loses some of them
# for good: 1 or 2 in 1,200, even to a search for all. With 32, none was lost in 10,000.
_SPACE = {
    "hnsw": {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 100}
}
_BATCH = 1000  # Chroma takes 5461 at most at a time
_FULL = 16_000_000  # bytes; an error on a disk with less space comes from that
_QUERIES = 100  # asked at a time
_NEAR, _FAR = 10, 2000  # neighbours among which a passage must find itself
_PAGE = 5000  # ids or sources named at a time; SQLite fails at 32,767


class VectorStore:
    """The vectors of an index, embedded in this process. The passage ids are the record ids.

    Raises IndexMismatchError where the store is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        try:
            import chromadb
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
        except ValueError as error:  # chromadb reads a .env of the current folder
            raise ConfigError(
                f"Chroma refuses a setting of the environment or of ./.env: {error}"
            ) from error
        with self._reporting_damage():
            folder.mkdir(parents=True, exist_ok=True)
            self._client: Any = chromadb.PersistentClient(str(folder), settings=settings)
            self.collection = self._open()

    def close(self) -> None:
        """Free the files of the store."""
        self._client.close()

    def count(self) -> int:
        with self._reporting_damage():
            return int(self.collection.count())

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store passages with their vectors, float32 [passages, dimensions]; known ids stay."""
        from llama_index.vector_stores.chroma import ChromaVectorStore

        store = ChromaVectorStore(chroma_collection=self.collection)
        for start in range(0, len(passages), _BATCH):
            batch = passages[start : start + _BATCH]
            nodes = [
                passage_node(passage, vector)
                for passage, vector in zip(batch, vectors[start : start + _BATCH], strict=True)
            ]
            with self._reporting_damage():
                store.add(nodes)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove passages by id; ids that are not there do no harm."""
        for start in range(0, len(ids), _BATCH):
            with self._reporting_damage():
                self.collection.delete(ids=list(ids[start : start + _BATCH]))

    def search(
        self, vector: Vectors, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages nearest to `vector`, best first."""
        found: list[tuple[str, float]] = []
        for where in _conditions(sources):
            with self._reporting_damage():
                answer: Any = self.collection.query(
                    query_embeddings=[vector], n_results=limit, where=where, include=["distances"]
                )
            pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
            found += [(name, 1 - distance) for name, distance in pairs]
        return sorted(found, key=_best_first)[:limit]

    def ids(self) -> Iterator[str]:
        """The ids of all stored passages."""
        offset = 0
        while True:
            with self._reporting_damage():
                page = self.collection.get(limit=_PAGE, offset=offset, include=[])["ids"]
            yield from page
            if len(page) < _PAGE:
                return
            offset += _PAGE

    def records(self) -> Iterator[tuple[Passage, Vectors]]:
        """All that is stored: what each record tells of its passage, and its vector."""
        offset = 0
        while True:
            with self._reporting_damage():
                page: Any = self.collection.get(
                    limit=_BATCH, offset=offset, include=["documents", "metadatas", "embeddings"]
                )
            fields = (page["ids"], page["documents"], page["metadatas"], page["embeddings"])
            for name, text, metadata, vector in zip(*fields, strict=True):
                yield _stored_passage(name, text, metadata), np.asarray(vector, np.float32)
            if len(page["ids"]) < _BATCH:
                return
            offset += _BATCH

    def unreachable(self, vectors: Mapping[str, Vectors]) -> list[str]:
        """The ids that a search with their own vector does not find."""
        missed = self._not_found(list(vectors), vectors, limit=_NEAR)
        # Many passages can have the same vector; a graph can miss a neighbour among few.
        return self._not_found(missed, vectors, limit=_FAR) if missed else []

    def _not_found(
        self, names: Sequence[str], vectors: Mapping[str, Vectors], *, limit: int
    ) -> list[str]:
        missed = []
        for start in range(0, len(names), _QUERIES):
            batch = names[start : start + _QUERIES]
            with self._reporting_damage():
                found: Any = self.collection.query(
                    query_embeddings=[vectors[name] for name in batch], n_results=limit, include=[]
                )
            missed += [
                name for name, ids in zip(batch, found["ids"], strict=True) if name not in ids
            ]
        return missed

    @property
    def model(self) -> str:
        """The fingerprint of the model that the vectors are from, as it was noted."""
        return str((self.collection.metadata or {}).get("model", ""))

    def note_model(self, fingerprint: str) -> None:
        """Keep the fingerprint beside the vectors: they outlive a catalog that is lost."""
        if self.model != fingerprint:
            with self._reporting_damage():
                self.collection.modify(metadata={"model": fingerprint})

    def clear(self) -> None:
        """Remove everything."""
        with self._reporting_damage():
            self._client.delete_collection(COLLECTION)
            self.collection = self._open()

    def _open(self) -> Any:
        return self._client.get_or_create_collection(
            COLLECTION, configuration=_SPACE, embedding_function=None
        )

    @contextmanager
    def _reporting_damage(self) -> Iterator[None]:
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, OSError, ValueError) as error:
            told = str(error)
            if any(
                sign in told for sign in ("readonly", "Permission denied", "No space", "is full")
            ):
                raise not_writable(self._folder.parent, told) from error
            if _free_bytes(self._folder.parent) < _FULL:  # Chroma does not say so on all its ways
                raise not_writable(self._folder.parent, f"the disk is full: {told}") from error
            raise IndexMismatchError(
                f"The vector store {self._folder} cannot be used ({error})."
                " Run `askdocs doctor --repair`; it embeds nothing again."
            ) from error


def passage_node(passage: Passage, vector: Vectors | None = None) -> Any:
    """A passage as a LlamaIndex `TextNode`."""
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

    places = {"start": passage.start, "end": passage.end, "page": passage.page,
              "heading": passage.heading, "line": passage.line}  # fmt: skip
    known = {name: value for name, value in places.items() if value is not None}
    return TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        embedding=None if vector is None else np.asarray(vector, np.float32).tolist(),
        metadata={"source": passage.source, "title": passage.title, **known},
        excluded_embed_metadata_keys=["source", "start", "end", "page", "line"],
        excluded_llm_metadata_keys=["start", "end", "line"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.source)},
    )


def _stored_passage(name: str, text: str, metadata: Mapping[str, Any]) -> Passage:
    return Passage(
        id=name,
        source=str(metadata["source"]),
        text=text,
        start=int(metadata["start"]),
        end=int(metadata["end"]),
        title=str(metadata["title"]),
        page=metadata.get("page"),
        heading=metadata.get("heading"),
        line=metadata.get("line"),
    )


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _FULL


def _conditions(sources: Sequence[str] | None) -> Iterator[Any]:
    """What Chroma is asked to look within; long lists in parts, for it fails on those."""
    if sources is None:
        yield None
        return
    for start in range(0, len(sources), _PAGE):
        yield {"source": {"$in": list(sources[start : start + _PAGE])}}


def _best_first(pair: tuple[str, float]) -> tuple[float, str]:
    return -pair[1], pair[0]
