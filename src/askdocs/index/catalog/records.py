"""The records of the catalog: files, documents with their passages, pending passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from askdocs.types import Document, Passage


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as the last sync saw it.

    `hash` is the SHA-256 of its bytes. `failure` is the reason why it could not be read, "" if it
    could. The other fields are those of `SeenFile`.
    """

    path: str
    size: int
    modified_ns: int
    hash: str
    failure: str = ""
    inode: int = 0
    changed_ns: int = 0


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with its passages and, for each, the key of its cached vector."""

    document: Document
    passages: Sequence[Passage]
    vector_keys: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file with all of its documents. `replaces` is its earlier path if it was renamed."""

    file: FileRecord
    documents: Sequence[IndexedDocument]
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class PendingPassage:
    """A passage whose vector is not stored yet, its number and the key of its vector."""

    number: int
    vector_key: bytes
    passage: Passage


class CancelledError(Exception):
    """A change was cancelled on request and rolled back."""
