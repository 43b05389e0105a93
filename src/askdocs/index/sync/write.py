"""Embeds pending passages and stores their vectors, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from askdocs.index.catalog import Catalog, PendingPassage
from askdocs.index.recovery import delete_orphans, record_unflushed
from askdocs.index.session import OpenIndex
from askdocs.index.vectors.embedding_cache import embed_texts, embedded_text
from askdocs.models.embedders import Embedder, Vectors
from askdocs.types import Progress, ProgressListener

_BATCH = 512  # passages that are embedded and stored together
_SECONDS_BETWEEN_LOOKS = 0.2


class Source(Protocol):
    """Adds pending passages concurrently."""

    @property
    def running(self) -> bool:
        """Whether more passages may be added. Raises the error of the source."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait until passages were added, at most for so many seconds."""
        ...


class NoSource:
    """No passages are added concurrently."""

    running = False

    def wait(self, seconds: float) -> None: ...


@dataclass(slots=True)
class WriteCounts:
    """Counts of embedded texts and of passages that were deleted from the store."""

    embedded: int = 0
    deleted: int = 0


def store_pending(index: OpenIndex, source: Source) -> WriteCounts:
    """Embed and store pending passages until there are none and `source` has ended.

    While one batch is stored, the next one is embedded. A batch is pending until it is stored. If
    the process is killed, the next call repeats it, and the store ignores known ids.
    """
    done, catalog = WriteCounts(), index.catalog
    writer = ThreadPoolExecutor(1, "write")
    writing: Future[int] | None = None
    after = finished = 0
    try:
        while True:
            running = source.running  # read before the catalog, so that no passage is missed
            batch = catalog.pending(limit=_BATCH, after=after)
            if batch:
                total = finished + catalog.count_pending()
                listener = _from(finished, total, index)
                known, missing = _embed_batch(batch, catalog, index.embedder, listener)
                done.embedded += missing
                finished += len(batch)
                index.tracker.embedded(finished, total)
            if writing:
                done.deleted += _result(writing)
                writing = None
            if batch:
                writing = writer.submit(_store_batch, batch, known, index)
                after = batch[-1].number
            elif after:
                after = 0  # numbers of deleted passages are reused
            elif not running:
                break
            else:
                source.wait(_SECONDS_BETWEEN_LOOKS)
    finally:
        wait_uninterrupted(writing)
        writer.shutdown()
    done.deleted += delete_orphans(index)
    return done


def wait_uninterrupted(task: Future[int] | None) -> None:
    """Wait for a task, even if interrupted, because its files are closed next."""
    while task and not task.done():
        with suppress(KeyboardInterrupt):
            wait([task])


def _from(finished: int, total: int, index: OpenIndex) -> ProgressListener:
    """A progress listener for one batch that reports the progress of the whole sync."""

    def listen(progress: Progress) -> None:
        index.tracker.embedded(min(finished + progress.done, total), total)
        index.on_progress(replace(progress, done=min(finished + progress.done, total), total=total))

    return listen


def _result(task: Future[int]) -> int:
    """The result of a task. Ctrl-C interrupts the wait, on Windows between two polls."""
    while not task.done():
        wait([task], _SECONDS_BETWEEN_LOOKS)
    return task.result()


def _embed_batch(
    batch: Sequence[PendingPassage],
    catalog: Catalog,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> tuple[Mapping[bytes, Vectors], int]:
    """The vectors of a batch by key, and how many texts were embedded."""
    texts = {pending.vector_key: embedded_text(pending.passage) for pending in batch}
    known = catalog.cached_vectors(texts)
    missing = {key: text for key, text in texts.items() if key not in known}
    known.update(embed_texts(missing, catalog, embedder, batch[-1].passage.source, on_progress))
    return known, len(missing)


def _store_batch(
    batch: Sequence[PendingPassage],
    known: Mapping[bytes, Vectors],
    index: OpenIndex,
) -> int:
    """Delete the orphans of the store and add a batch. Returns how many were deleted.

    Passages of the batch may have been deleted from the catalog. Those deleted before this call are
    not added, because they are no longer orphans. One that is deleted during this call is an
    orphan, which is deleted with the next batch or at the end.
    """
    deleted = delete_orphans(index)
    existing = index.catalog.passages([pending.passage.id for pending in batch])
    added = [pending for pending in batch if pending.passage.id in existing]
    if added:
        index.vectors.add(
            [pending.passage for pending in added],
            np.stack([known[pending.vector_key] for pending in added]),
        )
    index.catalog.drop_pending(batch)
    record_unflushed(index.catalog, len(added))
    return deleted
