"""The state of an index and the progress of work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["scan", "load", "embed", "write", "repair", "ask"]


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """The record of a document in the index. Its size is in bytes, its length in characters.

    `stale` is the reason why the current file could not be read; it is empty if it could.
    `left_out` is that of the Document, `modified` the time of the last change of the file, and
    `pending` the number of passages that the semantic search does not find yet.
    """

    source: str
    title: str
    size: int
    characters: int
    passages: int
    pages: int
    indexed_at: str
    stale: str = ""
    left_out: tuple[str, ...] = ()
    modified: str = ""
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why. Its last good version, if any, stays searchable."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class PagesRead:
    """How many of the pages of a long file have been read so far."""

    source: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Activity:
    """The activity of a running sync. `share`, 0 to 1, never decreases.

    `pages` is known of long files among those in `reading`.
    """

    share: float
    reading: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    pages: tuple[PagesRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The state of an index.

    `unread` counts files that a running or interrupted sync has not read yet. `pending` counts
    passages that the keyword search finds, but not yet the semantic search. `models` describes the
    built-in models of the index, and why they were chosen. `activity` is what a sync in the process
    that answers is doing; None if none is running there.
    """

    corpus: str
    index: str
    embedder: str
    documents: tuple[DocumentRecord, ...]
    failed: tuple[Failure, ...]
    passages: int
    bytes: int
    vectors: str = "embedded"
    unread: int = 0
    pending: int = 0
    models: str = ""
    activity: Activity | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a sync. `passages` counts the index after it, `embedded` the new texts."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    passages: int = 0
    embedded: int = 0
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of long work, and its current source. `total` is 0 while it is unknown.

    `pages` is how far a long source has been read.
    """

    stage: Stage
    done: int
    total: int
    source: str = ""
    pages: PagesRead | None = None

    def __str__(self) -> str:
        of_total = f"/{self.total}" if self.total else ""
        pages = f" ({self.pages.done:,} of {self.pages.total:,} pages)" if self.pages else ""
        return f"{self.stage} {self.done}{of_total} {self.source}{pages}".rstrip()


ProgressListener = Callable[[Progress], None]
