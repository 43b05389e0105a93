"""Passages as vectors in Chroma, in the form that LlamaIndex's own store reads and writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import shake_128
from typing import Any, TypeVar

import numpy as np

from askdocs.index.vectors.chroma import SAVED_AFTER, Chroma
from askdocs.models.embedders import Vectors
from askdocs.types import Passage

Item = TypeVar("Item")
_BATCH = 1000  # records per write or query; Chroma accepts at most 5461
# While Chroma changes its graph, no other Python code runs, so no page is served. Therefore one
# call changes only as many records as take about this many seconds.
_CALL_SECONDS = 0.15
_FIRST_CALL, _SMALLEST_CALL, _LARGEST_CALL = 64, 8, 512  # records
# The length of what is added to a vector of length 1, see `perturb`.
_SPREAD = 0.004
_QUERIES = 100  # per call
_NEAR, _FAR = 10, 2000  # neighbours among which a passage must be
_SAMPLE = 64  # passages that are searched first; all are if one of these is at risk
# A passage with nine others within this cosine distance is one of many nearly equal ones. Of 7,000
# passages of real texts 1 in 1000 had nine within 0.12; most of those in groups of 150 copies with
# another number, within 0.01.
_CROWDED = 0.03
_TRIES = 2  # to insert lost passages again
_PAGE = 5000  # ids or sources per query; SQLite fails at 32,767


class Collection:
    """The vectors of passages in one collection of Chroma. The passage ids are the record ids.

    Raises:
        IndexMismatchError: From its methods: the store is damaged. Others are those of `chroma`.
    """

    def __init__(self, chroma: Chroma) -> None:
        self.chroma = chroma
        self._call_size = CallSize()

    def close(self) -> None:
        """Close the files and connections of the store."""
        self.chroma.close()

    def prepare(self) -> None:
        """Create the store if it does not exist. Only the writer of the index may call this."""
        self.chroma.prepare()

    def remove(self) -> None:
        """Delete the store. Nothing else may be called afterwards."""
        self.chroma.remove()

    def count(self) -> int:
        return int(self.chroma.run(lambda collection: collection.count()))

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store passages with their vectors, float32 [passages, dimensions]. Known ids stay.

        Chroma's graph can lose passages if many are nearly equal, or if they replace deleted ones.
        Therefore a sample is searched, or all passages if one of the sample is lost or has many
        near-duplicates. Lost passages are inserted again, which does not help all of them.
        Searching all passages each time would take as long as adding them.
        """
        for start in range(0, len(passages), _BATCH):
            batch = passages[start : start + _BATCH]
            known = dict(
                zip((passage.id for passage in batch), vectors[start : start + _BATCH], strict=True)
            )
            nodes = {
                passage.id: passage_node(passage, perturb(passage.id, known[passage.id]))
                for passage in batch
            }
            self._insert(list(nodes.values()))
            if not self.needs_check(known):
                continue
            for _ in range(_TRIES):
                lost = self.unreachable(known)
                if not lost:
                    break
                self.delete(lost)
                self._insert([nodes[name] for name in lost])

    def _insert(self, nodes: Sequence[Any]) -> None:
        self._call_size.each(nodes, lambda some: self.chroma.write(partial(_write, nodes=some)))

    def save(self) -> None:
        """Write the graph to disk.

        Chroma does this after a number of changes. A process that opens the store inserts later
        changes again. Chroma has no method for saving, but counts changes of ids that do not exist.
        """
        if not self.count():
            return
        nothing = [f"none-{number}" for number in range(SAVED_AFTER)]
        self._change("update", ids=nothing, metadatas=[{"source": ""}] * len(nothing))

    def delete(self, ids: Sequence[str]) -> None:
        """Delete passages by id. Unknown ids are ignored."""
        self._call_size.each(ids, lambda some: self._change("delete", ids=list(some)))

    def search(
        self, vector: Vectors, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """(passage id, cosine) of the passages most similar to `vector`, best first."""
        found: list[tuple[str, float]] = []
        for where in _conditions(sources):
            answer = self._call(
                "query",
                query_embeddings=[vector],
                n_results=limit,
                where=where,
                include=["distances"],
            )
            pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
            found += [(name, 1 - distance) for name, distance in pairs]
        return sorted(found, key=best_first)[:limit]

    def ids(self) -> Iterator[str]:
        """The ids of all stored passages."""
        offset = 0
        while True:
            page = self._call("get", limit=_PAGE, offset=offset, include=[])["ids"]
            yield from page
            if len(page) < _PAGE:
                return
            offset += _PAGE

    def records(self) -> Iterator[tuple[Passage, Vectors]]:
        """All records: the stored fields of the passage, and its vector."""
        offset = 0
        while True:
            wanted = ["documents", "metadatas", "embeddings"]
            page = self._call("get", limit=_BATCH, offset=offset, include=wanted)
            fields = (page["ids"], page["documents"], page["metadatas"], page["embeddings"])
            for name, text, metadata, vector in zip(*fields, strict=True):
                yield _stored_passage(name, text, metadata), unperturb(name, vector)
            if len(page["ids"]) < _BATCH:
                return
            offset += _BATCH

    def unreachable(self, vectors: Mapping[str, Vectors]) -> list[str]:
        """The ids of passages that a search with their own vector does not find."""
        missed = self._not_found(list(vectors), vectors, limit=_NEAR)
        # With few neighbours, the graph may miss one.
        return self._not_found(missed, vectors, limit=_FAR) if missed else []

    def needs_check(self, vectors: Mapping[str, Vectors]) -> bool:
        """Whether a sampled passage is not found by its own vector, or has many near-duplicates."""
        if not vectors:
            return False
        sample = list(vectors.items())[:: max(1, len(vectors) // _SAMPLE)]
        found = self._call(
            "query",
            query_embeddings=[perturb(name, vector) for name, vector in sample],
            n_results=_NEAR,
            include=["distances"],
        )
        return any(
            name not in ids or (len(ids) == _NEAR and distances[-1] < _CROWDED)
            for (name, _), ids, distances in zip(
                sample, found["ids"], found["distances"], strict=True
            )
        )

    def _not_found(
        self, names: Sequence[str], vectors: Mapping[str, Vectors], *, limit: int
    ) -> list[str]:
        missed: list[str] = []
        for start in range(0, len(names), _QUERIES):
            batch = names[start : start + _QUERIES]
            wanted = [perturb(name, vectors[name]) for name in batch]
            found = self._call("query", query_embeddings=wanted, n_results=limit, include=[])
            missed += [
                name for name, ids in zip(batch, found["ids"], strict=True) if name not in ids
            ]
        return missed

    @property
    def model(self) -> str:
        """The stored fingerprint of the model of the vectors."""
        return self._metadata().get("model", "")

    def store_model(self, fingerprint: str) -> None:
        """Store the fingerprint of the model with the vectors, in case the catalog is lost."""
        if self.model != fingerprint:
            self._change("modify", metadata={**self._metadata(), "model": fingerprint})

    def clear(self) -> None:
        """Delete everything and create an empty store."""
        self.chroma.clear()

    def _metadata(self) -> dict[str, str]:
        return dict(self.chroma.run(lambda collection: collection.metadata) or {})

    def _call(self, method: str, **values: Any) -> Any:
        return self.chroma.run(lambda collection: getattr(collection, method)(**values))

    def _change(self, method: str, **values: Any) -> None:
        self.chroma.write(lambda collection: getattr(collection, method)(**values))


class CallSize:
    """How many records one call may change in a short time, by the speed of the last call.

    Args:
        clock: Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._size = _FIRST_CALL

    def each(self, items: Sequence[Item], change: Callable[[Sequence[Item]], None]) -> None:
        """Call `change` with one part of `items` after the other."""
        done = 0
        while done < len(items):
            some = items[done : done + self._size]
            began = self._clock()
            change(some)
            self._adapt(len(some), self._clock() - began)
            done += len(some)

    def _adapt(self, changed: int, seconds: float) -> None:
        """At most double the size, because one call may be fast by chance."""
        if changed < self._size and seconds < _CALL_SECONDS:
            return  # the last, small part is not representative
        fitting = int(changed * _CALL_SECONDS / max(seconds, 1e-6))
        self._size = max(_SMALLEST_CALL, min(fitting, 2 * self._size, _LARGEST_CALL))


def perturb(name: str, vector: Vectors) -> Vectors:
    """The vector that is stored for a passage: shifted slightly in a direction of its own.

    Equal vectors break Chroma's graph: each one becomes a neighbour of all others. This takes 36 ms
    per passage instead of 0.7, and most are not found afterwards. With the shift, passages with the
    same text have a distance of 1.6e-5, and a cosine of 384 dimensions changes by 0.0002 on
    average.
    """
    vector = np.asarray(vector, np.float32)
    return vector + _SPREAD * float(np.linalg.norm(vector)) * _direction(name, vector.size)


def unperturb(name: str, stored: Vectors) -> Vectors:
    """The inverse of `perturb`, with an error of about 1e-5 of the length."""
    stored = np.asarray(stored, np.float32)
    direction = _direction(name, stored.size)
    length = float(np.linalg.norm(stored))
    length -= _SPREAD * float(stored @ direction)  # to the first order, the length of the shift
    return stored - _SPREAD * length * direction


def _direction(name: str, size: int) -> Vectors:
    """A vector of length 1 that depends on the name alone."""
    bits = np.frombuffer(shake_128(name.encode()).digest(size // 8 + 1), np.uint8)
    signs: Vectors = np.unpackbits(bits)[:size].astype(np.float32) * 2 - 1
    return signs / np.float32(size**0.5)


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


def load_writer() -> None:
    """Load the library that writes passages before its first use."""
    import llama_index.vector_stores.chroma  # noqa: F401


def _write(collection: Any, *, nodes: Sequence[Any]) -> None:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    ChromaVectorStore(chroma_collection=collection).add(list(nodes))


def _conditions(sources: Sequence[str] | None) -> Iterator[Any]:
    """The filters by source for Chroma. Long lists are split, because it fails on them."""
    if sources is None:
        yield None
        return
    for start in range(0, len(sources), _PAGE):
        yield {"source": {"$in": list(sources[start : start + _PAGE])}}


def best_first(pair: tuple[str, float]) -> tuple[float, str]:
    """The order of (passage id, cosine): the nearest first, ties by id."""
    return -pair[1], pair[0]
