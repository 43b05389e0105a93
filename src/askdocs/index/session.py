"""An index that is open for writing."""

from __future__ import annotations

from dataclasses import dataclass, field

from askdocs.config import Config
from askdocs.index.activity import Tracker
from askdocs.index.catalog import Catalog
from askdocs.index.vectors.store import VectorStore, open_vectors
from askdocs.models.embedders import Embedder
from askdocs.system.closing import Closing
from askdocs.types import ProgressListener


@dataclass(frozen=True, slots=True)
class OpenIndex(Closing):
    """The catalog, vectors and embedder of an index. Used as a context manager, it closes them.

    Attributes:
        config: The settings; `config.index` is its folder, `config.corpus` that of the documents.
        catalog: Files, documents, passages, words and cached vectors.
        vectors: The vector store, for the semantic search.
        embedder: The model of the vectors.
        on_progress: Called with the progress of changes to the index.
        tracker: Tracks which files a sync reads, and how much of it is done.
    """

    config: Config
    catalog: Catalog
    vectors: VectorStore
    embedder: Embedder
    on_progress: ProgressListener
    tracker: Tracker = field(default_factory=Tracker)

    def close(self) -> None:
        """Close vectors and catalog."""
        try:
            self.vectors.close()
        finally:
            self.catalog.close()


def open_catalog(config: Config) -> Catalog:
    """Open the catalog of an index; see `Catalog` for what it raises."""
    return Catalog(config.index / "catalog.sqlite")


def open_index(
    config: Config, embedder: Embedder, on_progress: ProgressListener, *, take_over: bool = False
) -> OpenIndex:
    """Open an index whose lock this process holds.

    Args:
        config: The settings.
        embedder: The embedding model.
        on_progress: Called with the progress.
        take_over: Whether a collection on a server is taken over from another index.

    Raises:
        IndexMismatchError: The catalog or the store is damaged, or belongs to another index.
        VectorsUnavailableError: The Chroma server does not answer.
    """
    catalog = open_catalog(config)
    try:
        vectors = open_vectors(config, catalog.identity(), take_over=take_over)
    except BaseException:
        catalog.close()
        raise
    return OpenIndex(config, catalog, vectors, embedder, on_progress)
