"""Opens the vector store that the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from askdocs.config import Config
from askdocs.index.vectors.chroma import ChromaFolder, ChromaServer
from askdocs.index.vectors.collection import Collection
from askdocs.models.embedders import Vectors
from askdocs.types import Passage


class VectorStore(Protocol):
    """The vectors of an index, in a folder or on a server. `Collection` documents the methods."""

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
    def needs_check(self, vectors: Mapping[str, Vectors]) -> bool: ...
    def store_model(self, fingerprint: str) -> None: ...
    @property
    def model(self) -> str: ...


def open_vectors(config: Config, owner: str, *, take_over: bool = False) -> VectorStore:
    """Open the vector store: Chroma in the index folder, or a collection on a Chroma server.

    Args:
        config: The settings; `vectors` and `index` say where the store is.
        owner: The identity of the index, see `Catalog.identity`.
        take_over: Whether a collection on a server is taken over from another index.

    Raises:
        IndexMismatchError: The store is damaged, or belongs to another index.
        VectorsUnavailableError: The server does not answer, or refuses the access token.
    """
    if not config.vectors_on_server:
        return Collection(ChromaFolder(config.index / "chroma"))
    token = "" if "vectors" in config.without_key else None
    return Collection(ChromaServer(config.vectors, owner, take_over=take_over, token=token))
