"""Makes the index equal to the folder; the only writer of the catalog and the vectors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from askdocs.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.config import Config
from askdocs.embed import Embedder, Vectors
from askdocs.errors import CorpusError
from askdocs.fingerprint import fingerprint
from askdocs.loaders import LoadError, PassingError, StrainError
from askdocs.loaders.worker import load_guarded
from askdocs.mend import (
    delete_strays,
    insert_lost_again,
    mend_vectors,
    note_unsaved,
    save_vectors,
)
from askdocs.passage_vectors import embed_texts, embedded_text, vector_key
from askdocs.plan import Plan, plan_sync, reading
from askdocs.split import split, with_id
from askdocs.types import Changes, Document, Failure, Passage, Progress, ProgressListener
from askdocs.vectors import VectorStore

CHANGED = "changed_ns"  # when documents became other than before, in the catalog
_GROUP = 512  # passages that change hands together
_LOOKED_FOR = 20  # passages for each deleted one: where that is all of them, lost ones are sought
_LOAD_MEGABYTES = 2000  # of memory that reading one file may take


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A file that is ready to be written, and the texts of its vectors by their keys."""

    indexed: IndexedFile
    texts: Mapping[bytes, str]


def sync(
    config: Config,
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> Changes:
    """Bring the index to what the folder holds now. Killed at any point, the next one finishes.

    A file changes hands as a whole: until its new passages are stored, embedded and written, the
    old ones answer. Only texts that the index has never seen are embedded.
    """
    began, started_ns = time.monotonic(), time.time_ns()
    catalog.set_meta(fingerprint(config, embedder))
    mend_vectors(catalog, vectors, embedder, on_progress=on_progress)
    plan = plan_sync(config, catalog, on_progress=on_progress)
    catalog.note_files(plan.touched)
    deleted = _remove(plan.in_the_way, catalog, vectors)
    failed = list(plan.failed)
    work = _load_all(config, catalog, embedder, plan, failed, on_progress)
    embedded, replaced = _write_all(work, catalog, vectors, embedder, on_progress)
    deleted += replaced + _remove(plan.removed, catalog, vectors)
    if deleted * _LOOKED_FOR >= max(catalog.count(), 1):
        insert_lost_again(catalog, vectors, embedder, on_progress=on_progress)
    save_vectors(catalog, vectors)
    catalog.prune_vectors()
    catalog.set_meta({"sync_started_ns": str(started_ns), "reading": reading(config)})
    if plan.changes_documents:
        catalog.set_meta({CHANGED: str(started_ns)})
    broken = {failure.source for failure in failed}
    return Changes(
        added=tuple(file.path for file in plan.added if file.path not in broken),
        changed=tuple(file.path for file in plan.changed if file.path not in broken),
        renamed=tuple((old.path, new.path) for old, new in plan.renamed),
        removed=plan.all_removed,
        unchanged=plan.unchanged,
        failed=tuple(sorted(failed, key=lambda failure: failure.source)),
        passages=catalog.count(),
        embedded=embedded,
        seconds=time.monotonic() - began,
    )


def add_documents(
    documents: Iterable[Document],
    config: Config,
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    *,
    on_progress: ProgressListener,
) -> Changes:
    """Index Documents that are given, not loaded from the folder, beside what the index holds.

    One whose source is known takes the place of the old one. A later `sync` with a folder forgets
    those that no file of it holds. Raises CorpusError for one that has the name of a part of a
    file, or whose text is no Unicode.
    """
    began = time.monotonic()
    catalog.set_meta(fingerprint(config, embedder))
    mend_vectors(catalog, vectors, embedder, on_progress=on_progress)
    known = catalog.files()
    last = {each.source: each for each in documents}  # of each source
    for document in last.values():
        _refuse_odd(document, catalog)
    fresh = [
        (each, file) for each in last.values() if known.get((file := _file_of(each)).path) != file
    ]
    work = (_prepare(config, embedder, file, [document]) for document, file in fresh)
    embedded, _ = _write_all(work, catalog, vectors, embedder, on_progress)
    save_vectors(catalog, vectors)
    catalog.prune_vectors()
    if fresh:
        catalog.set_meta({CHANGED: str(time.time_ns())})
    return Changes(
        added=tuple(file.path for _, file in fresh if file.path not in known),
        changed=tuple(file.path for _, file in fresh if file.path in known),
        unchanged=len(known.keys() - {file.path for _, file in fresh}),
        passages=catalog.count(),
        embedded=embedded,
        seconds=time.monotonic() - began,
    )


def _remove(paths: Sequence[str], catalog: Catalog, vectors: VectorStore) -> int:
    """Forget files; how many passages they had."""
    catalog.remove_files(paths)
    return delete_strays(catalog, vectors)


def _refuse_odd(document: Document, catalog: Catalog) -> None:
    source = document.source
    if not source.strip("/ "):
        raise CorpusError("A document needs a name, its source: by it citations know it.")
    try:
        "".join((source, document.title, document.text)).encode()
    except UnicodeEncodeError as error:
        raise CorpusError(f"The text of {source!r} is no Unicode: {error}.") from error
    file = catalog.file_of(source)
    if file and file != source:
        raise CorpusError(f"{source!r} is a part of {file!r} already. Give it another name.")


def _file_of(document: Document) -> FileRecord:
    """The record of a Document that no file holds; its time is 0."""
    content = "\0".join((document.title, document.text, repr(document.anchors)))
    content_bytes = content.encode("utf-8", "surrogatepass")
    return FileRecord(document.source, len(content_bytes), 0, sha256(content_bytes).hexdigest())


def _load_all(
    config: Config,
    catalog: Catalog,
    embedder: Embedder,
    plan: Plan,
    failed: list[Failure],
    on_progress: ProgressListener,
) -> Iterator[_Loaded]:
    """Every file to be written, loaded and split one at a time; failures go into `failed`."""
    files = [*plan.added, *plan.changed]
    total = len(files) + len(plan.renamed)
    for number, file in enumerate(files, 1):
        on_progress(Progress("load", number, total, file.path))
        try:
            documents = _load(config, file)
        except LoadError as error:
            failed.append(Failure(file.path, str(error)))
            catalog.note_files([_failing(file, error, catalog)])
            continue
        yield _prepare(config, embedder, file, documents)
    for number, (old, new) in enumerate(plan.renamed, len(files) + 1):
        on_progress(Progress("load", number, total, new.path))
        yield _prepare_renamed(catalog, embedder, old, new)


def _failing(file: FileRecord, error: LoadError, catalog: Catalog) -> FileRecord:
    """The record of a file that cannot be read; without a hash, the next sync tries again."""
    reason = str(error)
    again = isinstance(error, PassingError)
    if isinstance(error, StrainError):
        before = catalog.files().get(file.path)
        again = before is None or before.failure != reason
    return replace(file, failure=reason, hash="" if again else file.hash)


def _load(config: Config, file: FileRecord) -> Sequence[Document]:
    return load_guarded(
        config.corpus / file.path,
        file.path,
        seconds=config.load_seconds,
        megabytes=_LOAD_MEGABYTES,
    )


def _prepare(
    config: Config, embedder: Embedder, file: FileRecord, documents: Sequence[Document]
) -> _Loaded:
    split_documents = [(each, split(each, tokens=config.passage_tokens)) for each in documents]
    return _with_keys(embedder, file, split_documents)


def _prepare_renamed(
    catalog: Catalog, embedder: Embedder, old: FileRecord, new: FileRecord
) -> _Loaded:
    """The documents of a file under its new name, from what the catalog holds."""
    moved = []
    for source in catalog.documents_of(old.path):
        document = catalog.document(source)
        assert document is not None
        name = new.path + source.removeprefix(old.path)
        passages = [
            with_id(replace(passage, source=name)) for passage in catalog.passages_of(source)
        ]
        moved.append((replace(document, source=name), passages))
    return _with_keys(embedder, new, moved, replaces=old.path)


def _with_keys(
    embedder: Embedder,
    file: FileRecord,
    documents: Sequence[tuple[Document, Sequence[Passage]]],
    *,
    replaces: str = "",
) -> _Loaded:
    texts: dict[bytes, str] = {}
    indexed = []
    for document, passages in documents:
        keys = [vector_key(embedder, passage) for passage in passages]
        texts.update(zip(keys, map(embedded_text, passages), strict=True))
        indexed.append(IndexedDocument(document, passages, keys))
    return _Loaded(IndexedFile(file, tuple(indexed), replaces), texts)


def _grouped(work: Iterator[_Loaded]) -> Iterator[list[_Loaded]]:
    """Files in groups of about _GROUP passages, so that small files share their overhead."""
    group: list[_Loaded] = []
    size = 0
    for loaded in work:
        group.append(loaded)
        size += len(loaded.texts)
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _write_all(
    work: Iterator[_Loaded],
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> tuple[int, int]:
    """Write all files that are ready: how many texts were embedded, and old passages deleted.

    While one group is written, the next one is read and embedded.
    """
    embedded = deleted = 0
    writer = ThreadPoolExecutor(1, "write")
    written: Future[int] | None = None
    try:
        for group in _grouped(work):
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
    group: Sequence[_Loaded],
    catalog: Catalog,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> tuple[Mapping[bytes, Vectors], int]:
    """The vectors of all texts of a group by their keys, and how many had to be embedded."""
    texts = {key: text for loaded in group for key, text in loaded.texts.items()}
    known = catalog.cached_vectors(texts)
    missing = {key: text for key, text in texts.items() if key not in known}
    known.update(embed_texts(missing, catalog, embedder, group[-1].indexed.file.path, on_progress))
    return known, len(missing)


def _write_group(
    group: Sequence[_Loaded],
    known: Mapping[bytes, Vectors],
    catalog: Catalog,
    vectors: VectorStore,
) -> int:
    """Write the vectors, commit the catalog, delete old vectors; how many were deleted.

    New ids are noted as strays before they are written: were the process to die before the
    commit, the next sync would find and delete them.
    """
    indexed = [each for loaded in group for each in loaded.indexed.documents]
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
    gone = catalog.replace_files([loaded.indexed for loaded in group])
    vectors.delete(gone)
    catalog.drop_strays(gone)
    note_unsaved(catalog, len(new))
    return len(gone)
