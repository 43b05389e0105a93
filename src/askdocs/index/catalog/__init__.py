"""The catalog of an index in SQLite: state, files, documents, passages, words, cached vectors."""

from askdocs.index.catalog.catalog import FORMAT, Catalog
from askdocs.index.catalog.records import (
    CancelledError,
    FileRecord,
    IndexedDocument,
    IndexedFile,
    PendingPassage,
)
from askdocs.index.catalog.state import IndexState, readable_state
from askdocs.index.catalog.vector_cache import readable_vectors

__all__ = [
    "FORMAT",
    "CancelledError",
    "Catalog",
    "FileRecord",
    "IndexState",
    "IndexedDocument",
    "IndexedFile",
    "PendingPassage",
    "readable_state",
    "readable_vectors",
]
