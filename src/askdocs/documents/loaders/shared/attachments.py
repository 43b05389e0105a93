"""Files inside another file, as a PDF or a mail holds them, as documents of their own."""

from __future__ import annotations

import re
import tempfile
from contextvars import ContextVar
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.registry import load
from askdocs.types import Document

_DEEPEST = 4  # files in files: a deeper one is not opened
_NAME_LENGTH = 120  # characters of an attachment's name that are kept
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_MOST = 1000  # attachments of one file that are opened

_depth: ContextVar[int] = ContextVar("_depth", default=0)


class Attachments:
    """The documents in the files that one file holds.

    Attributes:
        documents: Those that were read. Their source is "<the file>/<name of the attachment>".
        failed: (name, reason) of the attachments that cannot be read.
    """

    def __init__(self, source: str) -> None:
        self.documents: list[Document] = []
        self.failed: list[tuple[str, str]] = []
        self._source = source
        self._taken: set[str] = set()

    def add(self, name: str, content: bytes) -> tuple[str, str]:
        """Read one attachment.

        Returns:
            The name that it has now, and the reason why it cannot be read, "" if it is.
        """
        free = _free_name(name, self._taken)
        reason = ""
        try:
            if len(self._taken) > _MOST:
                raise LoadError("too many attachments")
            self.documents += _load(content, f"{self._source}/{free}")
        except LoadError as error:
            reason = str(error)
            self.failed.append((free, reason))
        return free, reason

    def remarks(self) -> list[str]:
        """What cannot be read, as DocumentBuilder.leave_out takes it."""
        return [f"attachment {name} ({reason})" for name, reason in self.failed]


def _load(content: bytes, source: str) -> list[Document]:
    """The documents in a file that is given as bytes. Raises LoadError with the reason."""
    if _depth.get() >= _DEEPEST:
        raise LoadError("files in files are nested too deeply")
    before = _depth.set(_depth.get() + 1)
    try:
        with tempfile.TemporaryDirectory(prefix="askdocs-") as folder:
            path = Path(folder) / f"attachment{PurePosixPath(source).suffix}"
            path.write_bytes(content)
            return list(load(path, source))
    finally:
        _depth.reset(before)


def _free_name(name: str, taken: set[str]) -> str:
    """A name for an attachment that is no path, and that no other one has; it is taken then."""
    safe = _UNSAFE.sub("_", name).strip(" .")[-_NAME_LENGTH:] or "attachment"
    stem, suffix = PurePosixPath(safe).stem, PurePosixPath(safe).suffix
    free, count = safe, 1
    while free in taken:
        count += 1
        free = f"{stem} ({count}){suffix}"
    taken.add(free)
    return free
