"""Adding files to the folder of documents and removing them."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from textwrap import shorten

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from askdocs.config import Config
from askdocs.documents.loaders import suffixes
from askdocs.documents.scan import scan
from askdocs.errors import AskdocsError
from askdocs.index.folder import make_private_folder
from askdocs.system.files import composed

FILES_AN_HOUR = 2000  # from one address
MEGABYTES_AN_HOUR = 20_000  # from one address
LEAST_FREE = 500_000_000  # bytes of the disk that have to stay free
ABANDONED_SECONDS = 3600  # since the last write to an unfinished upload
LONGEST_NAME = 200  # bytes of one part of a name; file systems allow about 255
REMOVED = "removed"  # the folder in the index folder for removed files
_FORBIDDEN = frozenset('<>:"|?*\\')  # in names of files, on one system or another
# Device names of Windows, also with a suffix and with spaces before it.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE
)
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")


class RefusedError(AskdocsError):
    """A file cannot be added or removed. The message is the reason."""


class AlreadyThereError(RefusedError):
    """A file with this name exists, and the request does not allow to replace it."""


class Intake:
    """Adds files to the corpus folder and removes them. It does not index them.

    `emptied` is true after the last file was removed here. Only then the index may be emptied too:
    a folder can also be empty for an unknown reason.
    """

    def __init__(self, config: Config) -> None:
        self._corpus, self._index = config.corpus, config.index
        self._removed = config.index / REMOVED
        self._most_bytes = config.max_file_megabytes * 1_000_000
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._files = RateLimitItemPerHour(FILES_AN_HOUR, namespace="files")
        self._megabytes = RateLimitItemPerHour(MEGABYTES_AN_HOUR, namespace="megabytes")
        self.emptied = False

    async def put(
        self,
        name: str,
        size: int,
        pieces: AsyncIterable[bytes],
        *,
        replace: bool,
        client: str = "",
    ) -> str:
        """Write a complete file or nothing. A replaced file is moved into the folder REMOVED.

        Args:
            name: The path in the corpus, with forward slashes.
            size: The size in bytes that the client declares; 0 if it declares none.
            pieces: The content.
            replace: Whether an existing file may be replaced.
            client: The key of the hourly limits (`security.rate_limit_key`).

        Returns:
            The path in the corpus.

        Raises:
            AlreadyThereError: The file exists and `replace` is false.
            RefusedError: The name, the format, the size or the number of files is not allowed.
        """
        source = checked_name(name)
        self._refuse_size(size)
        target = self._inside(source)
        self._refuse_to_replace(source, target, replace=replace)
        self._refuse_to_fill(size)
        self._count(client)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            await self._write(source, target, pieces, replace=replace, client=client)
            self.emptied = False
        except OSError as error:
            raise RefusedError(f"it cannot be written: {error.strerror or error}") from error
        return source

    def clean_twice(self, ended: threading.Event) -> None:
        """`clean` now, and again after the uploads of a killed server have become old enough."""
        self.clean()
        if not ended.wait(ABANDONED_SECONDS):
            self.clean()

    def clean(self) -> None:
        """Delete the files of unfinished uploads."""
        for folder, _, names in os.walk(self._corpus):
            for name in filter(_UNFINISHED.fullmatch, names):
                file = Path(folder, name)
                with suppress(OSError):
                    if time.time() - file.stat().st_mtime > ABANDONED_SECONDS:
                        file.unlink()

    def remove(self, source: str) -> None:
        """Move a file from the corpus into the folder REMOVED of the index.

        Raises:
            RefusedError: `source` is not a file of the corpus.
        """
        hidden = any(part.startswith(".") or not part for part in source.split("/"))
        try:
            file = self._inside(source)
            there = not hidden and file.is_file()
        except (OSError, ValueError):  # an impossible name: too long, or with a NUL
            there = False
        if not there:
            shown = shorten(source, LONGEST_NAME, placeholder="…")
            raise RefusedError(f"There is no file {shown}: it may be part of another, or gone.")
        try:
            self._keep(file, source)
        except OSError as error:
            raise RefusedError(f"It cannot be removed: {error.strerror or error}.") from error
        self.emptied = not scan(self._corpus, exclude=self._index)

    def _keep(self, file: Path, source: str) -> None:
        """Move a file into the folder REMOVED, under a unique name."""
        kept = self._removed / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}" / source
        make_private_folder(self._removed)
        kept.parent.mkdir(parents=True)
        shutil.move(file, kept)

    async def _write(
        self,
        source: str,
        target: Path,
        pieces: AsyncIterable[bytes],
        *,
        replace: bool,
        client: str,
    ) -> None:
        unfinished = target.parent / f".{secrets.token_hex(8)}.part"  # a hidden file is not indexed
        written = 0
        try:
            with unfinished.open("xb") as file:
                async for piece in pieces:
                    counted, written = megabytes(written), written + len(piece)
                    self._refuse_size(written)
                    if megabytes(written) > counted:
                        self._count_megabytes(client, megabytes(written) - counted)
                        self._refuse_to_fill(len(piece))
                    file.write(piece)
            if target.exists():
                self._refuse_to_replace(source, target, replace=replace)  # it may exist by now
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
        """The path of a source. Raises RefusedError if it is outside the corpus."""
        path = self._corpus / source
        folder, corpus = path.parent.resolve(), self._corpus.resolve()
        index = self._index.resolve()
        own = index.is_relative_to(corpus) and folder.is_relative_to(index)
        if own or not folder.is_relative_to(corpus):
            raise RefusedError("its folder is outside the documents")
        return path

    def _count(self, client: str) -> None:
        """Count a file of a client. Raises RefusedError if it exceeds the limit."""
        self._count_megabytes(client, 0)
        if not self._limiter.hit(self._files, client):
            raise RefusedError(f"more than {FILES_AN_HOUR} files in an hour; try again later")

    def _count_megabytes(self, client: str, more: int) -> None:
        """Count megabytes of a client as they arrive, since many files can arrive at once."""
        if not self._limiter.test(self._megabytes, client, cost=max(more, 1)):
            raise RefusedError(f"more than {MEGABYTES_AN_HOUR:,} MB in an hour; try again later")
        if more:
            self._limiter.hit(self._megabytes, client, cost=more)

    def _refuse_to_fill(self, size: int) -> None:
        with suppress(OSError):  # if the corpus is missing, writing raises the error
            if shutil.disk_usage(self._corpus).free - size < LEAST_FREE:
                raise RefusedError("the disk is nearly full")


def megabytes(size: int) -> int:
    """A size in megabytes, rounded up."""
    return -(-size // 1_000_000)


def checked_name(name: str) -> str:
    """A path within the corpus, with forward slashes, that is safe to write on any system.

    Raises:
        RefusedError: The path is outside, hidden, or of a format that cannot be read.
    """
    source = composed(name)
    parts = source.split("/")
    if any(_is_odd(part) for part in parts):
        raise RefusedError("its name is not allowed: use a simpler one")
    suffix = PurePosixPath(source).suffix.lower()
    if suffix not in suffixes():
        kind = f"{suffix} files" if suffix else "files without a suffix"
        raise RefusedError(f"{kind} cannot be read")
    return source


def _is_odd(part: str) -> bool:
    return (
        not part.strip()
        or part.startswith((".", "~$"))
        or part != part.strip()
        or part.endswith(".")
        or not part.isprintable()
        or not _FORBIDDEN.isdisjoint(part)
        or bool(_DEVICE.fullmatch(part))
        or len(os.fsencode(part)) > LONGEST_NAME
    )
