"""Keeps the vector store consistent with the catalog: missing, lost and orphaned vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from askdocs.config import Config
from askdocs.errors import ConfigError, IndexMismatchError
from askdocs.index.catalog import Catalog
from askdocs.index.folder import delete_vectors
from askdocs.index.session import OpenIndex
from askdocs.index.vectors.embedding_cache import embed_texts, embedded_text, vector_key
from askdocs.index.vectors.store import open_vectors
from askdocs.models.embedders import Embedder, Vectors
from askdocs.types import Passage, Progress, ProgressListener

_PAGE = 512  # passages that are stored or searched together
_SAMPLE = 12  # passages that are searched before each sync
_TRIES = 3  # to insert lost passages
_MANY_UNSAVED = 250  # opening the store inserts them again, 0.4 ms or more each


@dataclass(frozen=True, slots=True)
class RecoverySnapshot:
    """The state of the vectors, by the catalog, when a sync begins and no file was read yet.

    Attributes:
        passages: How many passages exist.
        pending: How many of them may not be stored.
        orphans: Ids that an interrupted sync has recorded.
        gone: The orphans that are in no document.
        sample: The vectors of some stored passages, by id.
        unfinished: Whether a sync was interrupted.
    """

    passages: int
    pending: int
    orphans: list[str]
    gone: list[str]
    sample: Mapping[str, Vectors]
    unfinished: bool


def take_snapshot(catalog: Catalog) -> RecoverySnapshot:
    """The snapshot for `recover_vectors`. Call this before the catalog is changed."""
    orphans = catalog.orphans()
    existing = catalog.passages(orphans)
    return RecoverySnapshot(
        passages=catalog.count_passages(),
        pending=catalog.count_pending(),
        orphans=orphans,
        gone=[name for name in orphans if name not in existing],
        sample=catalog.sample_vectors(_SAMPLE),
        # A complete sync leaves no orphans and few unsaved passages.
        unfinished=bool(orphans) or _many_unsaved(catalog),
    )


def recover_vectors(index: OpenIndex, before: RecoverySnapshot) -> None:
    """Finish the work of a killed process; pending passages stay pending.

    The store is filled again if the counts differ, or if most of a sample is not found by its own
    vectors. Otherwise, passages that the graph may have lost are searched and inserted again. Files
    may be read concurrently and change the catalog, hence the snapshot.
    """
    catalog, vectors = index.catalog, index.vectors
    vectors.prepare()
    vectors.delete(before.gone)
    catalog.drop_orphans(before.orphans)
    lost = len(vectors.unreachable(before.sample)) > len(before.sample) // 2
    if lost or not before.passages - before.pending <= vectors.count() <= before.passages:
        if not before.passages:  # a new catalog; the store is older
            import_stored_vectors(index)
        refill_vectors(index)
    elif before.unfinished:
        reinsert_lost(index)
    vectors.store_model(index.embedder.fingerprint)


def reinsert_lost(index: OpenIndex) -> None:
    """Search passages by their own vectors, and insert again those that are not found.

    Chroma's graph can lose passages when new ones replace deleted ones (1 or 2 of 600 nearly equal
    ones after 5 rounds in which a fifth was replaced, in a graph of fewer neighbours). A sample of
    each group that was indexed together is searched, and all if one of these is at risk. If some
    remain lost, the store is filled again.
    """
    catalog, vectors = index.catalog, index.vectors
    for _ in range(_TRIES):
        lost = _not_found(index)
        if not lost:
            return
        catalog.mark_pending(lost)  # if the process ends here, the next sync stores them
        vectors.delete(lost)
        added = _add(index, catalog.passages(lost), catalog.vectors_of(lost))
        catalog.unmark_pending(added)
    if _not_found(index):
        refill_vectors(index)


def refill_vectors(index: OpenIndex) -> int:
    """Fill the vector store again from the catalog. Pending passages stay pending.

    If the process is killed, the count of the store is wrong and the next sync starts this again.

    Returns:
        How many texts had to be embedded: 0 unless the catalog has lost vectors.
    """
    catalog, vectors, embedder = index.catalog, index.vectors, index.embedder
    vectors.prepare()
    vectors.clear()
    # A passage that is deleted from now on may still be stored below, so it stays an orphan.
    catalog.drop_orphans(catalog.orphans())
    catalog.set_state(unsaved_passages=catalog.count_passages())
    found = [
        name for name, _ in catalog.all_ids()
    ]  # before the pending ones, because more may be added
    pending = catalog.pending_ids()
    every = [name for name in found if name not in pending]
    embedded = 0
    for start in range(0, len(every), _PAGE):
        ids = every[start : start + _PAGE]
        passages, known = catalog.passages(ids), catalog.vectors_of(ids)
        lost = [passage for name, passage in passages.items() if name not in known]
        texts = {vector_key(embedder, passage): embedded_text(passage) for passage in lost}
        new = embed_texts(texts, catalog, embedder, "", index.on_progress)
        known.update({passage.id: new[vector_key(embedder, passage)] for passage in lost})
        embedded += len(texts)
        _add(index, passages, known)
        index.on_progress(Progress("repair", start + len(ids), len(every)))
    flush_vectors(index)
    return embedded


def _add(
    index: OpenIndex, passages: Mapping[str, Passage], known: Mapping[str, Vectors]
) -> list[str]:
    """Store the passages whose vectors are known. A sync may have deleted the others.

    Returns:
        The ids of those that are stored.
    """
    names = [name for name in passages if name in known]
    if names:
        index.vectors.add(
            [passages[name] for name in names], np.stack([known[name] for name in names])
        )
    return names


def record_unflushed(catalog: Catalog, added: int) -> None:
    """Add to the number of unsaved passages, for `flush_vectors`."""
    if added:
        catalog.set_state(unsaved_passages=catalog.state().unsaved_passages + added)


def flush_vectors(index: OpenIndex) -> None:
    """Write the graph to disk if it lacks many passages there."""
    catalog, vectors = index.catalog, index.vectors
    if _many_unsaved(catalog):
        vectors.save()
        catalog.set_state(unsaved_passages=0)


def _many_unsaved(catalog: Catalog) -> bool:
    return catalog.state().unsaved_passages >= _MANY_UNSAVED


def move_vectors(
    source: Config,
    target: Config,
    catalog: Catalog,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> int:
    """Copy the vectors to the store of `target`, then delete them from that of `source`.

    If the process is killed, the index still uses the old store.

    Returns:
        The number of passages that were moved.

    Raises:
        ConfigError: Both are the same collection.
        IndexMismatchError: Not all passages were moved.
    """
    if source.collection == target.collection:
        raise ConfigError(
            f"The vectors are at {source.vectors} already. Move them to a collection of another"
            " name, as in http://localhost:8000/NAME."
        )
    if not target.vectors_on_server:  # an interrupted move may have left a damaged store
        delete_vectors(target.index)
    store = open_vectors(target, catalog.identity())
    try:
        refill_vectors(OpenIndex(target, catalog, store, embedder, on_progress))
        store.store_model(embedder.fingerprint)
        moved = store.count()
        if moved != catalog.count_passages() - catalog.count_pending():
            raise IndexMismatchError(
                f"Only {moved} of {catalog.count_passages()} passages have arrived at"
                f" {target.vectors}. The index stays where it was; try again."
            )
    finally:
        store.close()
    catalog.set_state(vectors=target.vectors)
    old = open_vectors(source, catalog.identity())
    try:
        old.remove()
    finally:
        old.close()
    return moved


def import_stored_vectors(index: OpenIndex) -> None:
    """Copy the vectors of the store into the cache if they are from this model."""
    catalog, vectors, embedder = index.catalog, index.vectors, index.embedder
    if vectors.model != embedder.fingerprint:
        return
    found: dict[bytes, Vectors] = {}
    for passage, vector in vectors.records():
        found[vector_key(embedder, passage)] = vector
        if len(found) == _PAGE:
            catalog.cache_vectors(found)
            found = {}
    catalog.cache_vectors(found)


def delete_orphans(index: OpenIndex) -> int:
    """Delete the vectors of deleted passages. Returns how many there were."""
    catalog, vectors = index.catalog, index.vectors
    orphans = catalog.orphans()
    if orphans:
        existing = catalog.passages(orphans)
        vectors.delete([name for name in orphans if name not in existing])
        catalog.drop_orphans(orphans)
    return len(orphans)


def _not_found(index: OpenIndex) -> list[str]:
    """The ids of passages that a search with their own vector does not find.

    Pending passages need not be stored. They are read last, because more may be added.
    """
    catalog, vectors = index.catalog, index.vectors
    found = [name for name, _ in catalog.all_ids()]
    pending = catalog.pending_ids()
    every = [name for name in found if name not in pending]
    lost: list[str] = []
    for start in range(0, len(every), _PAGE):
        known = catalog.vectors_of(every[start : start + _PAGE])
        if vectors.needs_check(known):
            lost += vectors.unreachable(known)
        index.on_progress(Progress("write", min(start + _PAGE, len(every)), len(every)))
    return lost
