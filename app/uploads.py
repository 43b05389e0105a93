"""Files put into the folder of documents and taken out of it: what is allowed, and how."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections import deque
from collections.abc import AsyncIterable
from datetime import datetime
from pathlib import Path, PurePosixPath

from askdocs.config import Config
from askdocs.documents.loaders import suffixes
from askdocs.documents.scan import scan
from askdocs.errors import AskdocsError
from askdocs.system.files import composed

FILES_AN_HOUR = 2000
LONGEST_NAME = 200  # bytes of one part of a name; file systems allow about 255
REMOVED = "removed"  # the folder, beside the index, that removed files are moved to
_FORBIDDEN = frozenset('<>:"|?*\\')  # in names of files, on one system or another
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[1-9¹²³])(?:\..*)?", re.IGNORECASE)


class RefusedError(AskdocsError):
    """A file is not taken, or not removed; the message says why."""


class AlreadyThereError(RefusedError):
    """A file of that name is there, and nobody agreed to replace it."""


class Intake:
    """Puts files into the corpus folder and takes them out. It does not index them.

    `emptied` is true once the last file was removed here: the index may then be emptied as well,
    which it is not when a folder is empty for reasons unknown.
    """

    def __init__(self, config: Config) -> None:
        self._corpus, self._index = config.corpus, config.index
        self._removed = config.index / REMOVED
        self._most_bytes = config.max_file_megabytes * 1_000_000
        self._taken: deque[float] = deque(maxlen=FILES_AN_HOUR)
        self.emptied = False

    async def put(
        self, name: str, size: int, pieces: AsyncIterable[bytes], *, replace: bool
    ) -> str:
        """Write a file whole or not at all; its path in the corpus. What it replaces is kept.

        `size` is what the sender claims, in bytes. Raises RefusedError for a name, kind, size or
        number of files that is not taken, AlreadyThereError unless `replace`.
        """
        source = checked_name(name)
        self._refuse_size(size)
        target = self._inside(source)
        self._refuse_to_replace(source, target, replace=replace)
        self._count()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            await self._write(source, target, pieces, replace=replace)
            self.emptied = False
        except OSError as error:
            raise RefusedError(f"it cannot be written: {error.strerror or error}") from error
        return source

    def remove(self, source: str) -> None:
        """Move a file of the corpus out of it, into the folder REMOVED of the index.

        Raises RefusedError where `source` is no file of the folder.
        """
        hidden = any(part.startswith(".") or not part for part in source.split("/"))
        file = self._inside(source)
        if hidden or not file.is_file():
            raise RefusedError(f"There is no file {source}: it may be part of another, or gone.")
        try:
            self._keep(file, source)
        except OSError as error:
            raise RefusedError(f"It cannot be removed: {error.strerror or error}.") from error
        self.emptied = not scan(self._corpus, leave_out=self._index)

    def _keep(self, file: Path, source: str) -> None:
        """Move a file into the folder REMOVED, under a name of its own."""
        kept = self._removed / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}" / source
        kept.parent.mkdir(parents=True)
        shutil.move(file, kept)

    async def _write(
        self, source: str, target: Path, pieces: AsyncIterable[bytes], *, replace: bool
    ) -> None:
        unfinished = target.parent / f".{secrets.token_hex(8)}.part"  # hidden: it is not indexed
        written = 0
        try:
            with unfinished.open("xb") as file:
                async for piece in pieces:
                    written += len(piece)
                    self._refuse_size(written)
                    file.write(piece)
            if target.exists():
                self._refuse_to_replace(source, target, replace=replace)  # it may be there by now
                self._keep(target, source)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def _refuse_to_replace(self, source: str, target: Path, *, replace: bool) -> None:
        if target.exists() and not (replace and target.is_file()):
            raise AlreadyThereError(f"There is a file {source} already. Replace it?")

    def _refuse_size(self, size: int) -> None:
        if size > self._most_bytes:
            raise RefusedError(f"it is larger than {self._most_bytes // 1_000_000} MB")

    def _inside(self, source: str) -> Path:
        """The path of a source. Raises RefusedError where it leads out of the corpus."""
        path = self._corpus / source
        folder, corpus = path.parent.resolve(), self._corpus.resolve()
        index = self._index.resolve()
        own = index.is_relative_to(corpus) and folder.is_relative_to(index)
        if own or not folder.is_relative_to(corpus):
            raise RefusedError("its folder lies outside of the documents")
        return path

    def _count(self) -> None:
        now = time.monotonic()
        if len(self._taken) == FILES_AN_HOUR and now - self._taken[0] < 3600:
            raise RefusedError(f"more than {FILES_AN_HOUR} files in an hour; go on later")
        self._taken.append(now)


def checked_name(name: str) -> str:
    """A path within the corpus, with forward slashes, that is safe to write on any system.

    Raises RefusedError for one that leads elsewhere, is hidden, or whose kind nobody reads.
    """
    source = composed(name)
    parts = source.split("/")
    if any(_is_odd(part) for part in parts):
        raise RefusedError("its name is not allowed: give it a plain one")
    suffix = PurePosixPath(source).suffix.lower()
    if suffix not in suffixes():
        kind = f"{suffix} files" if suffix else "files without a suffix"
        raise RefusedError(f"{kind} cannot be read")
    return source


def _is_odd(part: str) -> bool:
    return (
        not part.strip()
        or part.startswith((".", "~$"))
        or part.endswith((".", " "))
        or not part.isprintable()
        or not _FORBIDDEN.isdisjoint(part)
        or bool(_DEVICE.fullmatch(part))
        or len(os.fsencode(part)) > LONGEST_NAME
    )
