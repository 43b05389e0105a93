"""Files to what is written of them: loaded, split, and with the keys of their vectors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from askdocs.config import Config
from askdocs.documents.loaders import LoadError, PassingError, StrainError
from askdocs.documents.loaders.sandbox.client import load_guarded, stop_reading
from askdocs.documents.passages import split, with_id
from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.index.sync.plan import Plan
from askdocs.index.vectors.cache_keys import embedded_text, vector_key
from askdocs.models.embedders import Embedder
from askdocs.types import Document, Failure, Passage, Progress, ProgressListener

T = TypeVar("T")
_GROUP = 512  # passages that change hands together
_LOAD_MEGABYTES = 2000  # of memory that reading one file may take
# How long a sync that breaks off waits for a file that is being split.
_LOOKS, _SECONDS_BETWEEN_LOOKS = 25, 0.2


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that is ready to be written, and the texts of its vectors by their keys."""

    indexed: IndexedFile
    texts: Mapping[bytes, str]


@contextmanager
def prepared_ahead(
    files: Iterable[Prepared], stopped: threading.Event
) -> Iterator[Iterator[list[Prepared]]]:
    """The files in groups. While one is embedded and written, a thread prepares the next one.

    At the end `stopped` is set, after which no further file is to be begun.
    """
    groups = grouped(files)
    coming = _begun(lambda: next(groups, None))

    def ahead() -> Iterator[list[Prepared]]:
        nonlocal coming
        while (group := _awaited(coming)) is not None:
            coming = _begun(lambda: next(groups, None))
            yield group

    try:
        yield ahead()
    finally:
        stopped.set()
        _break_off(coming)


def _awaited(reading: Future[T]) -> T:
    """Its result; Ctrl-C breaks off the wait, on Windows between two looks."""
    while not reading.done():
        wait([reading], _SECONDS_BETWEEN_LOOKS)
    return reading.result()


def _break_off(reading: Future[T]) -> None:
    """Wait until it has ended; what is read in another process just now ends with that one."""
    with suppress(KeyboardInterrupt):
        for _ in range(_LOOKS):
            if reading.done():
                return
            stop_reading()
            wait([reading], _SECONDS_BETWEEN_LOOKS)


def grouped(files: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    """Files in groups of about _GROUP passages, so that small files share their overhead."""
    group: list[Prepared] = []
    size = 0
    for file in files:
        group.append(file)
        size += len(file.texts)
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def prepare(
    config: Config, embedder: Embedder, file: FileRecord, documents: Sequence[Document]
) -> Prepared:
    """A file with its documents, split."""
    split_documents = [(each, split(each, tokens=config.passage_tokens)) for each in documents]
    return _with_keys(embedder, file, split_documents)


def _begun(work: Callable[[], T]) -> Future[T]:
    """The result of work that goes on in a thread; the process may end without it."""
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # handed over to whoever asks for the result
            result.set_exception(error)

    threading.Thread(target=run, name="askdocs-prepare", daemon=True).start()
    return result


def load_all(
    config: Config,
    catalog: Catalog,
    embedder: Embedder,
    plan: Plan,
    failed: list[Failure],
    on_progress: ProgressListener,
    stopped: threading.Event,
) -> Iterator[Prepared]:
    """Every file that a plan wants written, loaded and split one at a time, until it is `stopped`.

    Failures go into `failed`.
    """
    files = [*plan.added, *plan.changed]
    total = len(files) + len(plan.renamed)
    for number, file in enumerate(files, 1):
        if stopped.is_set():
            return
        on_progress(Progress("load", number, total, file.path))
        try:
            documents = _load(config, file)
        except LoadError as error:
            if stopped.is_set():  # it was broken off
                return
            failed.append(Failure(file.path, str(error)))
            catalog.note_files([_failing(file, error, catalog)])
            continue
        yield prepare(config, embedder, file, documents)
    for number, (old, new) in enumerate(plan.renamed, len(files) + 1):
        if stopped.is_set():
            return
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


def _prepare_renamed(
    catalog: Catalog, embedder: Embedder, old: FileRecord, new: FileRecord
) -> Prepared:
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
) -> Prepared:
    texts: dict[bytes, str] = {}
    indexed = []
    for document, passages in documents:
        keys = [vector_key(embedder, passage) for passage in passages]
        texts.update(zip(keys, map(embedded_text, passages), strict=True))
        indexed.append(IndexedDocument(document, passages, keys))
    return Prepared(IndexedFile(file, tuple(indexed), replaces), texts)
