"""Lists the files of a folder that count as documents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.file_type import REASONS
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.errors import CorpusError
from askdocs.system.files import (
    WINDOWS,
    as_pattern,
    composed,
    is_junction,
    is_system_file,
    spelling,
)

IGNORE_FILE = ".askdocsignore"
_SYSTEM_FILES = frozenset({"desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r"})
_PACKAGES = frozenset({".pages", ".numbers", ".key"})
_PARTS_OF_PACKAGES = (
    "Index.zip",
    "Index",
    "index.xml",
    "index.xml.gz",
    "index.apxl",
    "index.apxl.gz",
)
LINKED_FOLDER = "a link to a folder is not followed: put the folder itself here"
LINK_OUT = "a link that leads out of the folder is not followed"
_TOO_LONG = "its path is too long for Windows"
_LONGEST_PATH = 247  # characters; beyond it, Windows may not open a file or folder


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file that a scan found.

    A folder that cannot be read is a file whose path ends in a slash. A link to a folder, or out of
    the corpus, is a file too. It is not followed.

    Attributes:
        path: Relative to the corpus, with forward slashes.
        size: In bytes.
        modified_ns: The time of the last change of the content. Any program can set it.
        problem: Why the file cannot be read, if that is known; "" otherwise.
        inode: Its number in the file system; 0 if there is none.
        changed_ns: The time of the last change of content or properties, where the system has one.
    """

    path: str
    size: int
    modified_ns: int
    problem: str = ""
    inode: int = 0
    changed_ns: int = 0

    @property
    def is_unfollowed_link(self) -> bool:
        return self.problem in (LINKED_FOLDER, LINK_OUT)


def scan(corpus: Path, *, exclude: Path | None = None) -> Mapping[str, SeenFile]:
    """List the files below a folder.

    Hidden files, files of the operating system, files that disappear during the scan and the
    indexes of other folders are excluded. So are the globs in `.askdocsignore`: one a line, for a
    path, a name or a folder.

    Args:
        corpus: The folder.
        exclude: A folder below it that is excluded.

    Returns:
        The files by their path relative to the folder, with forward slashes, sorted.

    Raises:
        CorpusError: The folder is missing or cannot be read.
    """
    if not corpus.is_dir():
        raise CorpusError(
            f"There is no folder {corpus}. Create it and put documents into it, or name another"
            " with --corpus."
        )
    root = corpus.resolve()
    outside = exclude.resolve() if exclude else None
    try:
        with os.scandir(corpus):
            pass
        found = {seen.path: seen for seen in _walk(corpus, root, outside, _ignore_globs(corpus))}
    except OSError as error:
        raise CorpusError(
            f"The folder {corpus} cannot be read ({error.strerror or error}). Allow it, or name"
            " another with --corpus."
        ) from error
    return dict(sorted(found.items()))


def mounted_folders(corpus: Path, sources: Iterable[str]) -> set[str]:
    """The parent folders of some files of a corpus that are mount points.

    Args:
        corpus: The folder that the sources are relative to.
        sources: Paths of files, with forward slashes.
    """
    parents = (parent for source in sources for parent in PurePosixPath(source).parents)
    folders = {parent.as_posix() for parent in parents} - {"."}
    return {folder for folder in folders if is_mounted(corpus / folder)}


def is_mounted(folder: Path) -> bool:
    """Whether a folder exists and is a mount point."""
    return os.path.ismount(folder)


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. The file is read in blocks."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _walk(
    corpus: Path, root: Path, outside: Path | None, ignored: Sequence[str]
) -> Iterator[SeenFile]:
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(corpus, onerror=unreadable.append):
        inside = Path(folder).relative_to(corpus)
        folders[:] = sorted(
            name
            for name in folders
            if not _is_ignored((inside / name).as_posix(), ignored)
            and (outside is None or spelling(root / inside / name) != spelling(outside))
            and not _is_index(Path(folder) / name)
            and not (WINDOWS and _is_system_folder(Path(folder) / name))
        )
        for name in folders:
            if (Path(folder) / name).is_symlink():
                yield SeenFile(_storable_path((inside / name).as_posix()), 0, 0, LINKED_FOLDER)
        for name in [name for name in folders if _is_package(Path(folder) / name)]:
            folders.remove(name)
            reason = REASONS[PurePosixPath(name).suffix.lower()]
            yield SeenFile(_storable_path((inside / name).as_posix()), 0, 0, reason)
        for name in names:
            source = (inside / name).as_posix()
            if not _is_ignored(source, ignored):
                yield from _seen_file(Path(folder) / name, source, root)
    for error in unreadable:
        path = Path(str(error.filename))
        too_long = _is_too_long(path)
        if too_long or not isinstance(error, FileNotFoundError | NotADirectoryError):
            inside = path.relative_to(corpus)
            cause = _TOO_LONG if too_long else error.strerror or error
            reason = f"the folder cannot be read: {cause}"
            yield SeenFile(f"{_storable_path(inside.as_posix())}/", 0, 0, reason)


def _seen_file(path: Path, source: str, root: Path) -> Iterator[SeenFile]:
    """The file at `path`; nothing if it is not a file or has disappeared."""
    try:
        if _is_too_long(path) and not path.is_file():
            raise OSError(0, _TOO_LONG)
        if not path.is_file():
            return
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            yield SeenFile(_storable_path(source), 0, 0, LINK_OUT)
            return
        state = path.stat()
        if is_system_file(state):
            return
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or error}"
        yield SeenFile(_storable_path(source), 0, 0, reason)
        return
    named = _storable_path(source)
    problem = "" if named == source else "its name is not in UTF-8: rename it"
    yield SeenFile(
        named,
        state.st_size,
        state.st_mtime_ns,
        problem,
        _signed_64_bits(state.st_ino),
        state.st_ctime_ns,
    )


def _signed_64_bits(number: int) -> int:
    """The low 64 bits of a number as a signed one, for SQLite. Windows uses up to 128 bits."""
    low = number & 0xFFFFFFFFFFFFFFFF
    return low - (1 << 64) if low >> 63 else low


def _storable_path(source: str) -> str:
    """A path without lone surrogates, which come from bytes that are not UTF-8."""
    try:
        name = source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = source.encode("utf-8", "surrogatepass")
    return name.decode("utf-8", "backslashreplace")


def _is_system_folder(folder: Path) -> bool:
    try:
        state = folder.lstat()
    except OSError:
        return False  # the error is reported when the folder is read
    return is_system_file(state) or is_junction(state)


def _is_index(folder: Path) -> bool:
    """Whether a folder is the index of a corpus. Its files are not documents."""
    try:
        return (folder / "catalog.sqlite").is_file() and (folder / ".lock").is_file()
    except OSError:
        return False  # the error is reported when the folder is read


def _is_package(folder: Path) -> bool:
    """Whether a folder is a package: a document that Apple's programs show as one file."""
    if folder.suffix.lower() not in _PACKAGES:
        return False
    try:
        return any((folder / part).exists() for part in _PARTS_OF_PACKAGES)
    except OSError:
        return False  # the error is reported when the folder is read


def _is_too_long(path: Path) -> bool:
    return WINDOWS and len(str(path.absolute())) > _LONGEST_PATH


def _is_ignored(source: str, globs: Sequence[str]) -> bool:
    source = composed(source)
    name = source.rsplit("/", 1)[-1]
    if name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES:
        return True
    return any(fnmatchcase(source, glob) or fnmatchcase(name, glob) for glob in globs)


def _ignore_globs(corpus: Path) -> list[str]:
    file = corpus / IGNORE_FILE
    if not file.is_file():
        return []
    try:
        lines = map(as_pattern, read_text(file).splitlines())
    except FileNotFoundError:
        return []
    except (OSError, LoadError) as error:  # otherwise, excluded files would be indexed
        raise CorpusError(
            f"{file} cannot be read ({getattr(error, 'strerror', '') or error}), so it is not known"
            " what to leave out. Allow it, or remove the file."
        ) from error
    return [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")]
