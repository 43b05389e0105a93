"""Keeps the vector store equal to the catalog: what is missing, lost or left over in it."""

from __future__ import annotations

import numpy as np

from askdocs.config import Config
from askdocs.errors import ConfigError, IndexMismatchError
from askdocs.index.catalog import Catalog
from askdocs.index.vectors.cache_keys import embed_texts, embedded_text, vector_key
from askdocs.index.vectors.store import VectorStore, open_vectors
from askdocs.models.embedders import Embedder, Vectors
from askdocs.types import Progress, ProgressListener

_PAGE = 512  # passages stored, or looked for, at a time
_SAMPLE = 12  # passages that are looked for before each sync
_TRIES = 3  # to insert what the graph has lost
_UNSAVED = "unsaved"  # passages added since the graph was last saved, in the catalog
_MANY_UNSAVED = 250  # who opens the store inserts them again, some 0.4 ms and more each


def mend_vectors(
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> None:
    """Finish what a killed process had begun; pending passages stay pending.

    Where vectors are missing, the store is filled anew: where the counts differ, or most of a
    sample is not found by its own vectors. Else, what the graph may have lost is looked for.
    """
    vectors.prepare()
    # A sync that comes to its end leaves no strays, and few passages that are not saved.
    unfinished = delete_strays(catalog, vectors) > 0 or _many_unsaved(catalog)
    sample = catalog.some_vectors(_SAMPLE)
    lost = len(vectors.unreachable(sample)) > len(sample) // 2
    passages, pending = catalog.count(), catalog.count_pending()
    if lost or not passages - pending <= vectors.count() <= passages:
        repair_vectors(catalog, vectors, embedder, on_progress=on_progress)
    elif unfinished:
        insert_lost_again(catalog, vectors, embedder, on_progress=on_progress)
    vectors.note_model(embedder.fingerprint)


def insert_lost_again(
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> None:
    """Look for passages by their own vectors, and insert again those that are not found.

    Chroma's graph can lose passages for good when new ones take the places of deleted ones (1 or
    2 of 600 nearly equal ones after 5 rounds in which a fifth was replaced, in a graph of fewer
    neighbours). Some of each group that was indexed together are looked for, and all where one of
    these is at risk. If some stay lost, the store is filled anew.
    """
    for _ in range(_TRIES):
        lost = _not_found(catalog, vectors, on_progress)
        if not lost:
            return
        vectors.delete(lost)  # were the process to die here, the counts would differ
        passages, known = catalog.passages(lost), catalog.vectors_of(lost)
        vectors.add(list(passages.values()), np.stack([known[name] for name in passages]))
    if _not_found(catalog, vectors, on_progress):
        repair_vectors(catalog, vectors, embedder, on_progress=on_progress)


def repair_vectors(
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> int:
    """Fill the vector store anew from the catalog; pending passages stay pending.

    A process killed meanwhile leaves a store whose count is wrong, so the next sync begins this
    again.

    Returns:
        How many texts had to be embedded: 0 unless the catalog has lost vectors.
    """
    vectors.prepare()
    if not catalog.count():  # a new catalog beside a store that outlived the last one
        save_stored_vectors(catalog, vectors, embedder)
    vectors.clear()
    catalog.set_meta({_UNSAVED: str(catalog.count())})
    pending = catalog.pending_ids()
    every = [name for name, _ in catalog.all_ids() if name not in pending]
    embedded = 0
    for start in range(0, len(every), _PAGE):
        ids = every[start : start + _PAGE]
        passages, known = catalog.passages(ids), catalog.vectors_of(ids)
        lost = [passage for name, passage in passages.items() if name not in known]
        texts = {vector_key(embedder, passage): embedded_text(passage) for passage in lost}
        found = embed_texts(texts, catalog, embedder, "", on_progress)
        known.update({passage.id: found[vector_key(embedder, passage)] for passage in lost})
        embedded += len(texts)
        vectors.add(list(passages.values()), np.stack([known[name] for name in passages]))
        on_progress(Progress("repair", start + len(ids), len(every)))
    catalog.drop_strays(catalog.strays())
    save_vectors(catalog, vectors)
    return embedded


def note_unsaved(catalog: Catalog, added: int) -> None:
    """Count so many passages more, for `save_vectors`."""
    if added:
        catalog.set_meta({_UNSAVED: str(int(catalog.meta().get(_UNSAVED, 0)) + added)})


def save_vectors(catalog: Catalog, vectors: VectorStore) -> None:
    """Have the graph written to disk, if many passages are not yet in what is there."""
    if _many_unsaved(catalog):
        vectors.save()
        catalog.set_meta({_UNSAVED: "0"})


def _many_unsaved(catalog: Catalog) -> bool:
    return int(catalog.meta().get(_UNSAVED, 0)) >= _MANY_UNSAVED


def move_vectors(
    source: Config,
    target: Config,
    catalog: Catalog,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> int:
    """Copy the vectors to where `target` keeps them, then forget them where `source` did.

    The number of passages moved. Killed meanwhile, the index is still where it was. Raises
    ConfigError where both are the same collection.
    """
    if source.collection == target.collection:
        raise ConfigError(
            f"The vectors are at {source.vectors} already. Move them to a collection of another"
            " name, as in http://localhost:8000/NAME."
        )
    store = open_vectors(target, catalog.identity())
    try:
        repair_vectors(catalog, store, embedder, on_progress=on_progress)
        store.note_model(embedder.fingerprint)
        moved = store.count()
        if moved != catalog.count() - catalog.count_pending():
            raise IndexMismatchError(
                f"Only {moved} of {catalog.count()} passages have arrived at {target.vectors}."
                " The index stays where it was; try again."
            )
    finally:
        store.close()
    catalog.set_meta({"vectors": target.vectors})
    old = open_vectors(source, catalog.identity())
    try:
        old.remove()
    finally:
        old.close()
    return moved


def save_stored_vectors(catalog: Catalog, vectors: VectorStore, embedder: Embedder) -> None:
    """Take the vectors of the store into the cache, if it is this model that they are from."""
    if vectors.model != embedder.fingerprint:
        return
    found: dict[bytes, Vectors] = {}
    for passage, vector in vectors.records():
        found[vector_key(embedder, passage)] = vector
        if len(found) == _PAGE:
            catalog.cache_vectors(found)
            found = {}
    catalog.cache_vectors(found)


def delete_strays(catalog: Catalog, vectors: VectorStore) -> int:
    """Delete from the vector store what no passage has any more; how many there were."""
    strays = catalog.strays()
    if strays:
        existing = catalog.passages(strays)
        vectors.delete([name for name in strays if name not in existing])
        catalog.drop_strays(strays)
    return len(strays)


def _not_found(catalog: Catalog, vectors: VectorStore, on_progress: ProgressListener) -> list[str]:
    """The ids of passages that a search with their own vector does not find."""
    every = [name for name, _ in catalog.all_ids()]
    lost: list[str] = []
    for start in range(0, len(every), _PAGE):
        known = catalog.vectors_of(every[start : start + _PAGE])
        if vectors.at_risk(known):
            lost += vectors.unreachable(known)
        on_progress(Progress("write", min(start + _PAGE, len(every)), len(every)))
    return lost
