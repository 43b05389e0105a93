"""The vectors of an index: in one collection of Chroma, or divided over several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from hashlib import sha256
from itertools import chain
from typing import Protocol, TypeVar

from askdocs.config import Config
from askdocs.index.vectors.chroma import ChromaFolder, ChromaServer
from askdocs.index.vectors.collection import Collection, best_first
from askdocs.models.embedders import Vectors
from askdocs.types import Passage

Found = TypeVar("Found")


class VectorStore(Protocol):
    """The vectors of an index, wherever they are. `Collection` says what each method does."""

    def close(self) -> None: ...
    def prepare(self) -> None: ...
    def remove(self) -> None: ...
    def clear(self) -> None: ...
    def count(self) -> int: ...
    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None: ...
    def save(self) -> None: ...
    def delete(self, ids: Sequence[str]) -> None: ...
    def search(
        self, vector: Vectors, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]: ...
    def ids(self) -> Iterator[str]: ...
    def records(self) -> Iterator[tuple[Passage, Vectors]]: ...
    def unreachable(self, vectors: Mapping[str, Vectors]) -> list[str]: ...
    def at_risk(self, vectors: Mapping[str, Vectors]) -> bool: ...
    def note_model(self, fingerprint: str) -> None: ...
    @property
    def model(self) -> str: ...


class Shards:
    """Vectors divided over several collections by the top folder of their sources.

    All of a folder is in one, so a search within a folder asks only that; any other asks all at
    once and merges what they find. Raises what a collection raises: one that does not answer
    is an error, for the rest would look like the whole.
    """

    def __init__(self, shards: Sequence[VectorStore]) -> None:
        self._shards = shards
        self._threads = ThreadPoolExecutor(len(shards))

    def close(self) -> None:
        for shard in self._shards:
            shard.close()
        self._threads.shutdown()

    def prepare(self) -> None:
        self._all(lambda shard: shard.prepare())

    def remove(self) -> None:
        self._all(lambda shard: shard.remove())

    def clear(self) -> None:
        self._all(lambda shard: shard.clear())

    def count(self) -> int:
        return sum(self._all(lambda shard: shard.count()))

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        parts = self._divided([passage.source for passage in passages])

        def add(shard: VectorStore) -> None:
            rows = parts[shard]
            shard.add([passages[row] for row in rows], vectors[rows])

        self._at_once(add, list(parts))

    def save(self) -> None:
        self._all(lambda shard: shard.save())

    def delete(self, ids: Sequence[str]) -> None:
        self._all(lambda shard: shard.delete(ids))

    def search(
        self, vector: Vectors, *, limit: int, sources: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        if sources is None:
            found = self._all(lambda shard: shard.search(vector, limit=limit))
        else:
            parts = self._divided(sources)

            def search(shard: VectorStore) -> list[tuple[str, float]]:
                within = [sources[row] for row in parts[shard]]
                return shard.search(vector, limit=limit, sources=within)

            found = self._at_once(search, list(parts))
        return sorted(chain.from_iterable(found), key=best_first)[:limit]

    def ids(self) -> Iterator[str]:
        return chain.from_iterable(shard.ids() for shard in self._shards)

    def records(self) -> Iterator[tuple[Passage, Vectors]]:
        return chain.from_iterable(shard.records() for shard in self._shards)

    def unreachable(self, vectors: Mapping[str, Vectors]) -> list[str]:
        missed = dict(vectors)
        for shard in self._shards:
            missed = {name: vectors[name] for name in shard.unreachable(missed)}
        return list(missed)

    def at_risk(self, vectors: Mapping[str, Vectors]) -> bool:
        """Always, for a vector does not tell which shard has to find it."""
        return bool(vectors)

    def note_model(self, fingerprint: str) -> None:
        self._all(lambda shard: shard.note_model(fingerprint))

    @property
    def model(self) -> str:
        noted = set(self._all(lambda shard: shard.model))
        return noted.pop() if len(noted) == 1 else ""

    def _divided(self, sources: Sequence[str]) -> dict[VectorStore, list[int]]:
        """For each shard that has any of the sources, their places in the list."""
        parts: dict[VectorStore, list[int]] = {}
        for place, source in enumerate(sources):
            parts.setdefault(self._shards[shard_of(source, len(self._shards))], []).append(place)
        return parts

    def _all(self, act: Callable[[VectorStore], Found]) -> list[Found]:
        return self._at_once(act, self._shards)

    def _at_once(
        self, act: Callable[[VectorStore], Found], shards: Sequence[VectorStore]
    ) -> list[Found]:
        """What `act` makes of each; it has ended for all when one of them raises."""
        tasks = [self._threads.submit(act, shard) for shard in shards]
        wait(tasks)
        return [task.result() for task in tasks]


def shard_of(source: str, shards: int) -> int:
    """Which of so many shards has a source, by the hash of its top folder (or of its own name)."""
    top = source.partition("/")[0].encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(top).digest()[:8], "big") % shards


def open_vectors(config: Config, owner: str, *, take_over: bool = False) -> VectorStore:
    """The store that the settings name; `owner` is the identity of the index.

    With `take_over` collections at a server become its own, whoever they belonged to.
    """
    if not config.served:
        return Collection(ChromaFolder(config.index / "chroma"))
    shards: list[VectorStore] = []
    try:
        for place in config.places:
            shards.append(Collection(ChromaServer(place, owner, take_over=take_over)))
    except BaseException:
        for shard in shards:
            shard.close()
        raise
    return shards[0] if len(shards) == 1 else Shards(shards)
