"""Makes the index equal to the folder; the only writer of the catalog and the vectors."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath

import numpy as np

from askdocs.catalog import Catalog, FileRecord, IndexedDocument
from askdocs.config import Config
from askdocs.embed import Embedder, Vectors
from askdocs.errors import CorpusError, IndexMismatchError
from askdocs.loaders import LoadError
from askdocs.loaders.worker import load_guarded
from askdocs.scan import SeenFile, hash_file, scan
from askdocs.split import passage_id, split
from askdocs.types import Changes, Document, Failure, Passage, Progress, ProgressListener
from askdocs.vectors import VectorStore

FORMAT = "1"  # raised whenever an index made by an earlier version would be wrong
_GROUP = 512  # passages that change hands together
_EMBED_AT_ONCE = 128  # texts embedded before they are saved and reported
_SETTLING_NS = 2_000_000_000  # a file changed so shortly before a sync may change unseen


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync will do, before it does it."""

    added: tuple[FileRecord, ...]
    changed: tuple[FileRecord, ...]
    renamed: tuple[tuple[FileRecord, FileRecord], ...]
    removed: tuple[str, ...]
    touched: tuple[FileRecord, ...]
    unchanged: int
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A file that is ready to be written, and the file whose place it takes, if another."""

    file: FileRecord
    documents: tuple[IndexedDocument, ...]
    texts: Mapping[bytes, str]
    replaces: str = ""


def fingerprint(config: Config, embedder: Embedder) -> dict[str, str]:
    """What an index depends on; an index made with other values has to be rebuilt."""
    return {
        "format": FORMAT,
        "embedder": embedder.fingerprint,
        "passage_tokens": str(config.passage_tokens),
    }


def check_fingerprint(catalog: Catalog, wanted: Mapping[str, str]) -> None:
    """Raises IndexMismatchError, naming both values, where the index was made otherwise."""
    found = catalog.meta()
    for name, value in wanted.items():
        if name in found and found[name] != value:
            raise IndexMismatchError(
                f"The index was made with {name} = {found[name]}, but now it is {value}."
                " Set it back, or build the index anew with `askdocs index --rebuild`."
            )


def plan_sync(corpus: Path, catalog: Catalog, *, on_progress: ProgressListener) -> Plan:
    """Compare the folder with the index: time and size first, then content.

    Raises CorpusError for a folder that is missing, and for one without any file while the index
    holds some: a folder that was not mounted must not empty an index.
    """
    seen, known = scan(corpus), catalog.files()
    if not seen and known:
        raise CorpusError(
            f"The folder {corpus} is empty, but the index holds {len(known)} files from it. If it"
            " should be empty, run `askdocs index --rebuild`; else bring the files back."
        )
    started_before = int(catalog.meta().get("sync_started_ns", "0"))
    added, changed, touched, failed = [], [], [], []
    unchanged = 0
    for number, file in enumerate(seen.values(), 1):
        on_progress(Progress("scan", number, len(seen), file.path))
        before = known.get(file.path)
        if before and _looks_same(file, before, started_before):
            if before.failure:
                failed.append(Failure(file.path, before.failure))
            else:
                unchanged += 1
            continue
        now = _hashed(corpus, file)
        if now.failure:
            failed.append(Failure(file.path, now.failure))
            touched.append(now)
        elif before is None or (before.failure and not catalog.documents_of(file.path)):
            added.append(now)
        elif now.hash == before.hash and not before.failure:
            unchanged += 1
            touched.append(now)
        else:
            changed.append(now)
    removed = [path for path in known if path not in seen]
    renamed = _pair_renamed(added, [known[path] for path in removed])
    moved_from = {old.path for old, _ in renamed}
    moved_to = {new.path for _, new in renamed}
    return Plan(
        added=tuple(file for file in added if file.path not in moved_to),
        changed=tuple(changed),
        renamed=tuple(renamed),
        removed=tuple(path for path in removed if path not in moved_from),
        touched=tuple(touched),
        unchanged=unchanged,
        failed=tuple(failed),
    )


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
    _finish_what_was_begun(catalog, vectors)
    plan = plan_sync(config.corpus, catalog, on_progress=on_progress)
    for file in plan.touched:
        catalog.note_file(file)
    failed = list(plan.failed)
    embedded = 0
    work = _load_all(config, catalog, embedder, plan, failed, on_progress)
    for group in _grouped(work):
        embedded += _write_group(group, catalog, vectors, embedder, on_progress)
    for path in plan.removed:
        catalog.remove_file(path)
    _finish_what_was_begun(catalog, vectors)
    catalog.prune_vectors()
    catalog.set_meta({"sync_started_ns": str(started_ns)})
    broken = {failure.source for failure in failed}
    return Changes(
        added=tuple(file.path for file in plan.added if file.path not in broken),
        changed=tuple(file.path for file in plan.changed if file.path not in broken),
        renamed=tuple((old.path, new.path) for old, new in plan.renamed),
        removed=plan.removed,
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
    those that no file of it holds.
    """
    began = time.monotonic()
    catalog.set_meta(fingerprint(config, embedder))
    _finish_what_was_begun(catalog, vectors)
    known = catalog.files()
    fresh = [(each, file) for each in documents if known.get((file := _file_of(each)).path) != file]
    embedded = 0
    work = (_prepare(config, embedder, file, [document]) for document, file in fresh)
    for group in _grouped(work):
        embedded += _write_group(group, catalog, vectors, embedder, on_progress)
    _finish_what_was_begun(catalog, vectors)
    catalog.prune_vectors()
    return Changes(
        added=tuple(file.path for _, file in fresh if file.path not in known),
        changed=tuple(file.path for _, file in fresh if file.path in known),
        unchanged=len(known.keys() - {file.path for _, file in fresh}),
        passages=catalog.count(),
        embedded=embedded,
        seconds=time.monotonic() - began,
    )


def planned_changes(plan: Plan, catalog: Catalog) -> Changes:
    """What a plan would come to, as far as is known before any file is read."""
    return Changes(
        added=tuple(file.path for file in plan.added),
        changed=tuple(file.path for file in plan.changed),
        renamed=tuple((old.path, new.path) for old, new in plan.renamed),
        removed=plan.removed,
        unchanged=plan.unchanged,
        failed=plan.failed,
        passages=catalog.count(),
    )


def delete_index(index: Path) -> None:
    """Delete what a sync has written into an index folder, whatever its state."""
    for file in index.glob("catalog.sqlite*"):
        file.unlink()
    shutil.rmtree(index / "chroma", ignore_errors=True)


def repair_vectors(catalog: Catalog, vectors: VectorStore, *, on_progress: ProgressListener) -> int:
    """Fill the vector store anew from the catalog, embedding nothing; the number of passages.

    Raises IndexMismatchError where the catalog lacks a vector.
    """
    vectors.clear()
    every = list(catalog.all_ids())
    for start in range(0, len(every), _GROUP):
        ids = [name for name, _ in every[start : start + _GROUP]]
        passages, found = catalog.passages(ids), catalog.vectors_of(ids)
        if len(found) < len(ids):
            raise IndexMismatchError(
                "The catalog lacks vectors. Build the index anew with `askdocs index --rebuild`."
            )
        vectors.add([passages[name] for name in ids], np.stack([found[name] for name in ids]))
        on_progress(Progress("repair", start + len(ids), len(every)))
    catalog.drop_strays(catalog.strays())
    return len(every)


def embedded_text(passage: Passage) -> str:
    """What the vector of a passage is made from: its words below its title and heading."""
    context = " › ".join(part for part in (passage.title, passage.heading) if part)
    return f"{context}\n{passage.text}" if context else passage.text


def _looks_same(file: SeenFile, before: FileRecord, started_before: int) -> bool:
    """Whether size and time say that a file is as it was, and can be believed.

    A file changed just before the last sync could have changed again within the same tick of the
    clock, and one whose content could not be read (no hash) may be readable by now.
    """
    same = (file.size, file.modified_ns) == (before.size, before.modified_ns)
    return same and bool(before.hash) and file.modified_ns < started_before - _SETTLING_NS


def _file_of(document: Document) -> FileRecord:
    """The record of a Document that no file holds; its time is 0."""
    content = "\0".join((document.title, document.text, repr(document.anchors)))
    content_bytes = content.encode("utf-8", "surrogatepass")
    return FileRecord(document.source, len(content_bytes), 0, sha256(content_bytes).hexdigest())


def _hashed(corpus: Path, file: SeenFile) -> FileRecord:
    try:
        return FileRecord(file.path, file.size, file.modified_ns, hash_file(corpus / file.path))
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        return FileRecord(file.path, file.size, file.modified_ns, "", reason)


def _pair_renamed(
    added: Sequence[FileRecord], removed: Sequence[FileRecord]
) -> list[tuple[FileRecord, FileRecord]]:
    """(old, new) for files that are gone here and there again, in the same kind, elsewhere."""
    gone: dict[tuple[str, str], list[FileRecord]] = {}
    for file in removed:
        if not file.failure:
            gone.setdefault((file.hash, PurePosixPath(file.path).suffix), []).append(file)
    pairs = []
    for file in added:
        candidates = gone.get((file.hash, PurePosixPath(file.path).suffix))
        if candidates:
            pairs.append((candidates.pop(0), file))
    return pairs


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
            catalog.note_file(replace(file, failure=str(error)))
            continue
        yield _prepare(config, embedder, file, documents)
    for number, (old, new) in enumerate(plan.renamed, len(files) + 1):
        on_progress(Progress("load", number, total, new.path))
        yield _prepare_renamed(catalog, embedder, old, new)


def _load(config: Config, file: FileRecord) -> Sequence[Document]:
    if file.size > config.max_file_megabytes * 1_000_000:
        raise LoadError(
            f"the file is larger than {config.max_file_megabytes} MB (max_file_megabytes)"
        )
    return load_guarded(config.corpus / file.path, file.path, seconds=config.load_seconds)


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
        passages = [_renamed(passage, name) for passage in catalog.passages_of(source)]
        moved.append((replace(document, source=name), passages))
    return replace(_with_keys(embedder, new, moved), replaces=old.path)


def _renamed(passage: Passage, source: str) -> Passage:
    new_id = passage_id(source, passage.start, passage.title, passage.heading, passage.text)
    return replace(passage, id=new_id, source=source)


def _with_keys(
    embedder: Embedder, file: FileRecord, documents: Sequence[tuple[Document, Sequence[Passage]]]
) -> _Loaded:
    texts: dict[bytes, str] = {}
    indexed = []
    for document, passages in documents:
        keys = []
        for passage in passages:
            text = embedded_text(passage)
            key = sha256(f"{embedder.fingerprint}\0{text}".encode("utf-8", "replace")).digest()
            texts[key] = text
            keys.append(key)
        indexed.append(IndexedDocument(document, passages, keys))
    return _Loaded(file, tuple(indexed), texts)


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


def _write_group(
    group: Sequence[_Loaded],
    catalog: Catalog,
    vectors: VectorStore,
    embedder: Embedder,
    on_progress: ProgressListener,
) -> int:
    """Embed, write the vectors, commit the catalog, delete old vectors; the texts embedded.

    New ids are noted as strays before they are written: were the process to die before the
    commit, the next sync would find and delete them.
    """
    texts = {key: text for loaded in group for key, text in loaded.texts.items()}
    known = catalog.cached_vectors(texts)
    missing = {key: text for key, text in texts.items() if key not in known}
    known.update(_embed(missing, catalog, embedder, group[-1].file.path, on_progress))
    indexed = [each for loaded in group for each in loaded.documents]
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
    for loaded in group:
        gone = catalog.replace_file(loaded.file, loaded.documents, replaces=loaded.replaces)
        vectors.delete(gone)
        catalog.drop_strays(gone)
    return len(missing)


def _embed(
    texts: Mapping[bytes, str],
    catalog: Catalog,
    embedder: Embedder,
    source: str,
    on_progress: ProgressListener,
) -> dict[bytes, Vectors]:
    """Vectors of texts; each batch is kept at once, so that nothing is embedded twice."""
    found: dict[bytes, Vectors] = {}
    keys = list(texts)
    for start in range(0, len(keys), _EMBED_AT_ONCE):
        on_progress(Progress("embed", start, len(keys), source))
        batch = keys[start : start + _EMBED_AT_ONCE]
        rows = dict(zip(batch, embedder.embed([texts[key] for key in batch]), strict=True))
        catalog.cache_vectors(rows)
        found.update(rows)
    if keys:
        on_progress(Progress("embed", len(keys), len(keys), source))
    return found


def _finish_what_was_begun(catalog: Catalog, vectors: VectorStore) -> None:
    """Delete from the vector store what no passage has any more."""
    strays = catalog.strays()
    if strays:
        existing = catalog.passages(strays)
        vectors.delete([name for name in strays if name not in existing])
        catalog.drop_strays(strays)
