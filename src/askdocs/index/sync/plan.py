"""Compares the folder with the index and plans a sync."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import askdocs
from askdocs.config import Config
from askdocs.documents.loaders import OCR_LIBRARY, suffixes
from askdocs.documents.scan import SeenFile, hash_file, is_mounted, mounted_folders, scan
from askdocs.errors import CorpusError
from askdocs.index.catalog import Catalog, FileRecord
from askdocs.types import Changes, Failure, Progress, ProgressListener

_UNMOUNTED = "it is not mounted: its documents are kept; `askdocs index --rebuild` forgets them"
_SETTLING_NS = 2_000_000_000  # a file that changed so recently may change again with the same time


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a sync.

    New files have no hash yet if nothing depends on it. `touched` are files of which only the
    record changes. `in_the_way` are removed files whose path is now a folder, or whose folder is
    now a file; they are removed before the new file is added. `mounts` are the folders that are
    mounted file systems, also if they are not mounted now.
    """

    added: tuple[FileRecord, ...] = ()
    changed: tuple[FileRecord, ...] = ()
    renamed: tuple[tuple[FileRecord, FileRecord], ...] = ()
    removed: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()
    touched: tuple[FileRecord, ...] = ()
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    mounts: tuple[str, ...] = ()

    @property
    def changes_documents(self) -> bool:
        """Whether any document will change."""
        return any((self.added, self.changed, self.renamed, self.removed, self.in_the_way))

    @property
    def all_removed(self) -> tuple[str, ...]:
        """The removed files in order, without folders that could not be read (see SeenFile)."""
        return tuple(sorted(path for path in (*self.removed, *self.in_the_way) if path[-1] != "/"))


def plan_sync(config: Config, catalog: Catalog, *, on_progress: ProgressListener) -> Plan:
    """Compare the folder with the index: time and size first, then content.

    If the folder, or a folder inside it, is not mounted now, its documents stay in the index.

    Raises:
        CorpusError: The folder is missing, or it is empty while the index contains files.
    """
    found, known = scan(config.corpus, exclude=config.index), catalog.files()
    _refuse_sudden_emptiness(config.corpus, found, known)
    state = catalog.state()
    unmounted = _unmounted(config.corpus, state.mounted_folders, found)
    seen = {**found, **{path: SeenFile(path, 0, 0, _UNMOUNTED) for path in unmounted}}
    retry = state.reading_settings != reading_settings(config)
    partly_read = catalog.files_partly_read() if retry else frozenset()
    indexed = catalog.indexed_files()
    added: list[FileRecord] = []
    changed: list[FileRecord] = []
    touched: list[FileRecord] = []
    failed: list[Failure] = []
    unchanged = 0
    may_be_renamed = bool(_removed(seen, known))
    for number, file in enumerate(seen.values(), 1):
        on_progress(Progress("scan", number, len(seen), file.path))
        before = known.get(file.path)
        if before and _looks_same(file, before, state.sync_started_ns):
            if file.path in partly_read:
                changed.append(before)
            elif not before.failure:
                unchanged += 1
            elif retry:
                (changed if file.path in indexed else added).append(replace(before, failure=""))
            else:
                failed.append(Failure(file.path, before.failure))
            continue
        now = _record(config, file)
        if before is not None or may_be_renamed:
            now = _still_failing(with_hash(config, now), before, retry=retry)
        if now.failure:
            failed.append(Failure(file.path, now.failure))
            touched.append(now)
        elif before is None or (before.failure and file.path not in indexed):
            added.append(now)
        elif _unchanged(now, before) and file.path not in partly_read:
            unchanged += 1
            touched.append(now)
        else:
            changed.append(now)
    removed = _removed(seen, known)
    in_the_way = _in_the_way(removed, [file.path for file in added])
    gone = [known[path] for path in removed if path not in in_the_way]
    renamed = _pair_renamed(added, gone)
    moved_from = {old.path for old, _ in renamed}
    moved_to = {new.path for _, new in renamed}
    return Plan(
        added=tuple(file for file in added if file.path not in moved_to),
        changed=tuple(changed),
        renamed=tuple(renamed),
        removed=tuple(file.path for file in gone if file.path not in moved_from),
        in_the_way=tuple(sorted(in_the_way)),
        touched=tuple(touched),
        unchanged=unchanged,
        failed=tuple(failed),
        mounts=tuple(
            sorted(mounted_folders(config.corpus, found).union(path[:-1] for path in unmounted))
        ),
    )


def planned_changes(plan: Plan, catalog: Catalog) -> Changes:
    """The changes of a plan that are known before files are read."""
    return Changes(
        added=tuple(file.path for file in plan.added),
        changed=tuple(file.path for file in plan.changed),
        renamed=tuple((old.path, new.path) for old, new in plan.renamed),
        removed=plan.all_removed,
        unchanged=plan.unchanged,
        failed=plan.failed,
        passages=catalog.count_passages(),
    )


def reading_settings(config: Config) -> str:
    """The settings that determine whether a file can be read.

    If they change, files that failed or were only partly read are read again.
    """
    limits = f"{config.max_file_megabytes} MB, {config.load_seconds} s"
    pictures = "with" if find_spec(OCR_LIBRARY) else "without"
    kinds = " ".join(sorted(suffixes()))
    return f"{askdocs.__version__}, {limits}, {pictures} text recognition, {kinds}"


def _refuse_sudden_emptiness(
    corpus: Path, seen: Mapping[str, SeenFile], known: Mapping[str, FileRecord]
) -> None:
    if known and all(file.is_unfollowed_link for file in seen.values()):
        raise CorpusError(
            f"The folder {corpus} is empty, but the index holds {len(known)} files from it. If it"
            " should be empty, run `askdocs index --rebuild`; else bring the files back."
        )


def _unmounted(corpus: Path, mounts: Sequence[str], seen: Mapping[str, SeenFile]) -> list[str]:
    """The folders, each with a final slash, that were mounted before and are not now.

    A folder that contains files now is a normal folder.
    """
    folders = [f"{folder}/" for folder in mounts if not is_mounted(corpus / folder)]
    return [folder for folder in folders if not any(path.startswith(folder) for path in seen)]


def _looks_same(file: SeenFile, before: FileRecord, started_before: int) -> bool:
    """Whether size, inode and times are those of the last sync, so that no hash is needed.

    A file that changed just before the last sync may have changed again within the resolution of
    the clock. A file without a hash could not be read, but may be readable now.
    """
    same = (file.size, file.modified_ns, file.inode, file.changed_ns) == (
        before.size, before.modified_ns, before.inode, before.changed_ns,
    )  # fmt: skip
    settled = max(file.modified_ns, file.changed_ns) < started_before - _SETTLING_NS
    return same and bool(before.hash) and settled


def _still_failing(now: FileRecord, before: FileRecord | None, *, retry: bool) -> FileRecord:
    """The record with its earlier failure if the content is unchanged and need not be retried.

    A file that failed and has no hash may be readable now.
    """
    if before and not retry and before.failure and now.hash == before.hash != "":
        return replace(now, failure=before.failure)
    return now


def _unchanged(now: FileRecord, before: FileRecord) -> bool:
    """Whether a file has the content that was read before."""
    return now.hash == before.hash and not before.failure


def _record(config: Config, file: SeenFile) -> FileRecord:
    """The record of a file without its hash. It has a failure if the file must not be opened."""
    problem = file.problem
    if file.size > config.max_file_megabytes * 1_000_000:
        problem = f"the file is larger than {config.max_file_megabytes} MB (max_file_megabytes)"
    times = (file.inode, file.changed_ns)
    return FileRecord(file.path, file.size, file.modified_ns, "", problem, *times)


def with_hash(config: Config, file: FileRecord) -> FileRecord:
    """The record with the hash of the file, or with a failure if it cannot be read."""
    if file.hash or file.failure:
        return file
    try:
        return replace(file, hash=hash_file(config.corpus / file.path))
    except OSError as error:
        return replace(file, failure=f"it cannot be read: {error.strerror or error}")


def _removed(seen: Collection[str], known: Iterable[str]) -> list[str]:
    """The known files that no longer exist, without those in unreadable folders."""
    closed = tuple(path for path in seen if path.endswith("/"))
    return [path for path in known if path not in seen and not path.startswith(closed)]


def _in_the_way(removed: Iterable[str], new: Sequence[str]) -> set[str]:
    """The removed paths that are a parent or a child of a new path."""
    taken, above = set(new), {parent for path in new for parent in _parents(path)}
    return {path for path in removed if path in above or taken.intersection(_parents(path))}


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _pair_renamed(
    added: Sequence[FileRecord], removed: Sequence[FileRecord]
) -> list[tuple[FileRecord, FileRecord]]:
    """(old, new) for removed files that were added elsewhere with the same content and suffix.

    Files that keep their name in another folder are paired first.
    """
    pairs: list[tuple[FileRecord, FileRecord]] = []
    for key in (_content_and_name, _content_and_suffix):
        moved = {file.path for pair in pairs for file in pair}
        gone: dict[tuple[str, str], list[FileRecord]] = {}
        for file in reversed(removed):
            if not file.failure and file.path not in moved:
                gone.setdefault(key(file), []).append(file)
        for file in added:
            if file.path not in moved and gone.get(key(file)):
                pairs.append((gone[key(file)].pop(), file))
    return sorted(pairs, key=lambda pair: pair[1].path)


def _content_and_name(file: FileRecord) -> tuple[str, str]:
    return file.hash, PurePosixPath(file.path).name


def _content_and_suffix(file: FileRecord) -> tuple[str, str]:
    return file.hash, PurePosixPath(file.path).suffix
