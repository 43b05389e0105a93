"""Synchronises the index with the folder. It is the only writer of catalog and vectors."""

from __future__ import annotations

import time
from collections.abc import Iterable
from hashlib import sha256

from askdocs.documents.passages import SplitDocument, split
from askdocs.errors import CorpusError
from askdocs.index.catalog import Catalog, FileRecord
from askdocs.index.fingerprint import fingerprint
from askdocs.index.recovery import (
    delete_orphans,
    flush_vectors,
    recover_vectors,
    reinsert_lost,
    take_snapshot,
)
from askdocs.index.session import OpenIndex
from askdocs.index.sync.load import Loading, with_keys
from askdocs.index.sync.plan import plan_sync, reading_settings
from askdocs.index.sync.write import NoSource, store_pending
from askdocs.types import Changes, Document

# Lost passages are searched if at least one passage in this many was deleted.
_CHECK_SHARE = 20


def sync(index: OpenIndex) -> Changes:
    """Synchronise the index with the folder. If it is killed, the next sync finishes the work.

    A file is replaced as a whole: its old passages are searched until all new ones are written. The
    keyword search finds the new ones immediately, the semantic search after their vectors are
    stored. Only texts that are new to the index are embedded.
    """
    began, started_ns = time.monotonic(), time.time_ns()
    config, catalog, embedder = index.config, index.catalog, index.embedder
    catalog.set_meta(fingerprint(config, embedder))
    plan = plan_sync(config, catalog, on_progress=index.on_progress)
    before = take_snapshot(catalog)
    if plan.changes_documents:  # even if this is interrupted
        catalog.set_state(changed_ns=started_ns)
    catalog.record_files(plan.touched)
    catalog.remove_files((*plan.in_the_way, *plan.removed))
    try:
        with Loading(index, plan) as loading:
            recover_vectors(index, before)
            deleted = delete_orphans(index)
            stored = store_pending(index, loading)
    finally:
        index.tracker.end()
    failed = [*plan.failed, *loading.failed]
    deleted += stored.deleted
    if deleted * _CHECK_SHARE >= max(catalog.count_passages(), 1):
        reinsert_lost(index)
    flush_vectors(index)
    catalog.prune_vectors()
    catalog.set_state(
        sync_started_ns=started_ns,
        reading_settings=reading_settings(config),
        files_pending=0,
        corpus=str(config.corpus.resolve()),
        mounted_folders=plan.mounts,
    )
    if plan.changes_documents:  # once more, because others have read while files were replaced
        catalog.set_state(changed_ns=max(time.time_ns(), started_ns + 1))
    broken = {failure.source for failure in failed}
    return Changes(
        added=tuple(file.path for file in plan.added if file.path not in broken),
        changed=tuple(file.path for file in plan.changed if file.path not in broken),
        renamed=tuple((old.path, new.path) for old, new in plan.renamed),
        removed=plan.all_removed,
        unchanged=plan.unchanged,
        failed=tuple(sorted(failed, key=lambda failure: failure.source)),
        passages=catalog.count_passages(),
        embedded=stored.embedded,
        seconds=time.monotonic() - began,
    )


def add_documents(documents: Iterable[Document], index: OpenIndex) -> Changes:
    """Index Documents from a program, in addition to those in the index.

    A document with a known source replaces the old one. A later `sync` with a folder deletes those
    that are not in its files.

    Raises:
        CorpusError: A document has no name, the name of a part of a file, or invalid Unicode text.
    """
    began = time.monotonic()
    config, catalog, embedder = index.config, index.catalog, index.embedder
    catalog.set_meta(fingerprint(config, embedder))
    recover_vectors(index, take_snapshot(catalog))
    known = catalog.files()
    last = {each.source: each for each in documents}  # of each source
    for document in last.values():
        _refuse_odd(document, catalog)
    fresh = [
        (each, file) for each in last.values() if known.get((file := _file_of(each)).path) != file
    ]
    if fresh:
        catalog.set_state(changed_ns=time.time_ns())
    for document, file in fresh:
        passages = split(document, tokens=config.passage_tokens)
        catalog.replace_files([with_keys(embedder, file, [SplitDocument(document, passages)])])
    stored = store_pending(index, NoSource())
    flush_vectors(index)
    catalog.prune_vectors()
    if fresh:
        catalog.set_state(changed_ns=time.time_ns())
    return Changes(
        added=tuple(file.path for _, file in fresh if file.path not in known),
        changed=tuple(file.path for _, file in fresh if file.path in known),
        unchanged=len(known.keys() - {file.path for _, file in fresh}),
        passages=catalog.count_passages(),
        embedded=stored.embedded,
        seconds=time.monotonic() - began,
    )


def _refuse_odd(document: Document, catalog: Catalog) -> None:
    source = document.source
    if not source.strip("/ "):
        raise CorpusError("A document needs a name, its source, for citations.")
    try:
        "".join((source, document.title, document.text)).encode()
    except UnicodeEncodeError as error:
        raise CorpusError(f"The text of {source!r} is not valid Unicode: {error}.") from error
    file = catalog.file_of(source)
    if file and file != source:
        raise CorpusError(f"{source!r} is a part of {file!r} already. Give it another name.")


def _file_of(document: Document) -> FileRecord:
    """The record of a Document without a file. Its time is 0."""
    parts = (document.title, document.text, repr(document.anchors), *document.left_out)
    content = "\0".join(parts)
    content_bytes = content.encode("utf-8", "surrogatepass")
    return FileRecord(document.source, len(content_bytes), 0, sha256(content_bytes).hexdigest())
