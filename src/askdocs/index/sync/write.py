"""Files that are prepared into the catalog and the vectors, one group after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress

import numpy as np

from askdocs.index.catalog import Catalog
from askdocs.index.sync.load import Prepared
from askdocs.index.vectors.cache_keys import embed_texts
from askdocs.index.vectors.repair import note_unsaved
from askdocs.index.vectors.store import VectorStore
from askdocs.models.embedders import Embedder, Vectors
from askdocs.types import ProgressListener


def write_all(
    groups: Iterable[list[Prepared]],
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> tuple[int, int]:
    """Embed and write groups of files: how many texts were embedded, and old passages deleted.

    While one group is written, the next one is embedded.
    """
    embedded = deleted = 0
    writer = ThreadPoolExecutor(1, "write")
    written: Future[int] | None = None
    try:
        for group in groups:
            known, missing = _embed_group(group, catalog, embedder, on_progress)
            embedded += missing
            deleted += written.result() if written else 0
            written = writer.submit(_write_group, group, known, catalog, vectors)
        deleted += written.result() if written else 0
    finally:
        _outlast(written)
        writer.shutdown()
    return embedded, deleted


def _outlast(task: Future[int] | None) -> None:
    """Wait until a task has ended, however often one interrupts: its files are closed next."""
    while task and not task.done():
        with suppress(KeyboardInterrupt):
            wait([task])


def _embed_group(
    group: Sequence[Prepared],
    catalog: Catalog,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> tuple[Mapping[bytes, Vectors], int]:
    """The vectors of all texts of a group by their keys, and how many had to be embedded."""
    texts = {key: text for file in group for key, text in file.texts.items()}
    known = catalog.cached_vectors(texts)
    missing = {key: text for key, text in texts.items() if key not in known}
    known.update(embed_texts(missing, catalog, embedder, group[-1].indexed.file.path, on_progress))
    return known, len(missing)


def _write_group(
    group: Sequence[Prepared],
    known: Mapping[bytes, Vectors],
    catalog: Catalog,
    vectors: VectorStore,
) -> int:
    """Write the vectors, commit the catalog, delete old vectors; how many were deleted.

    New ids are noted as strays before they are written: were the process to die before the
    commit, the next sync would find and delete them.
    """
    indexed = [each for file in group for each in file.indexed.documents]
    passages = {passage.id: passage for each in indexed for passage in each.passages}
    keys = {
        passage.id: key
        for each in indexed
        for passage, key in zip(each.passages, each.vector_keys, strict=True)
    }
    present = catalog.passages(list(passages))
    new = [passage for name, passage in passages.items() if name not in present]
    if new:
        catalog.add_strays(passage.id for passage in new)
        vectors.add(new, np.stack([known[keys[passage.id]] for passage in new]))
    gone = catalog.replace_files([file.indexed for file in group])
    vectors.delete(gone)
    catalog.drop_strays(gone)
    note_unsaved(catalog, len(new))
    return len(gone)
