"""A folder to the files in it that count as documents."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from askdocs.errors import CorpusError

IGNORE_FILE = ".askdocsignore"


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as the folder shows it: size in bytes, time of change in nanoseconds."""

    path: str
    size: int
    modified_ns: int


def scan(corpus: Path) -> Mapping[str, SeenFile]:
    """The files below a folder by their path in it, with forward slashes, in order.

    Hidden files and folders, links that lead out of the folder, and what `.askdocsignore` names
    (a glob a line, for a path, a name or a folder) are left out. Raises CorpusError where the
    folder is missing or cannot be read.
    """
    if not corpus.is_dir():
        raise CorpusError(
            f"There is no folder {corpus}. Create it and put documents into it, or name another"
            " with --corpus."
        )
    ignored = _ignore_globs(corpus)
    try:
        found = {seen.path: seen for seen in _walk(corpus, ignored)}
    except PermissionError as error:
        raise CorpusError(
            f"The folder {error.filename} cannot be read. Allow it, or move it out."
        ) from error
    return dict(sorted(found.items()))


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal; memory does not grow with the file."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _walk(corpus: Path, ignored: Sequence[str]) -> Iterator[SeenFile]:
    root = corpus.resolve()

    def refuse(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(corpus, onerror=refuse):
        inside = Path(folder).relative_to(corpus)
        folders[:] = sorted(
            name for name in folders if not _is_ignored((inside / name).as_posix(), ignored)
        )
        for name in names:
            source = (inside / name).as_posix()
            path = Path(folder) / name
            if _is_ignored(source, ignored) or not _is_inside(path, root):
                continue
            state = path.stat()
            yield SeenFile(source, state.st_size, state.st_mtime_ns)


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a path is a file, and if it is a link, one that stays within `root`."""
    if not path.is_file():
        return False
    return not path.is_symlink() or path.resolve().is_relative_to(root)


def _is_ignored(source: str, globs: Sequence[str]) -> bool:
    name = source.rsplit("/", 1)[-1]
    if name.startswith((".", "~$")):
        return True
    return any(fnmatchcase(source, glob) or fnmatchcase(name, glob) for glob in globs)


def _ignore_globs(corpus: Path) -> list[str]:
    try:
        lines = (corpus / IGNORE_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")]
