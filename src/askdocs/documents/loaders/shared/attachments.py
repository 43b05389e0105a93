"""Attachments: files inside a PDF or a mail, read as separate documents."""

from __future__ import annotations

import re
import tempfile
from contextvars import ContextVar
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.registry import load
from askdocs.types import Document

_DEEPEST = 4  # levels of nesting; a deeper attachment is not opened
_NAME_LENGTH = 120  # characters of an attachment's name that are kept
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_MOST = 1000  # attachments that are opened per file

_depth: ContextVar[int] = ContextVar("_depth", default=0)


class Attachments:
    """The documents in the attachments of one file.

    Attributes:
        documents: The documents that were read. Their source is "<file>/<name of the attachment>".
        failed: (name, reason) of each attachment that cannot be read.
    """

    def __init__(self, source: str) -> None:
        self.documents: list[Document] = []
        self.failed: list[tuple[str, str]] = []
        self._source = source
        self._taken: dict[str, int] = {}  # names, and how many wanted each

    def add(self, name: str, content: bytes) -> tuple[str, str]:
        """Read one attachment.

        Returns:
            Its unique name, and the reason why it cannot be read ("" if it was read).
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
        """A phrase for each failed attachment, for DocumentBuilder.report_skipped."""
        return [f"attachment {name} ({reason})" for name, reason in self.failed]


def _load(content: bytes, source: str) -> list[Document]:
    """The documents in a file that is given as bytes. Raises LoadError if it cannot be read."""
    if _depth.get() >= _DEEPEST:
        raise LoadError("attachments are nested too deeply")
    before = _depth.set(_depth.get() + 1)
    try:
        with tempfile.TemporaryDirectory(prefix="askdocs-") as folder:
            path = Path(folder) / f"attachment{PurePosixPath(source).suffix}"
            path.write_bytes(content)
            return list(load(path, source))
    finally:
        _depth.reset(before)


def _free_name(name: str, taken: dict[str, int]) -> str:
    """A unique file name for an attachment, without a path. The name is added to `taken`."""
    safe = _UNSAFE.sub("_", name).strip(" .")[-_NAME_LENGTH:] or "attachment"
    stem, suffix = PurePosixPath(safe).stem, PurePosixPath(safe).suffix
    free, count = safe, taken.get(safe, 1)
    while free in taken:
        count += 1
        free = f"{stem} ({count}){suffix}"
    taken[safe] = count
    taken.setdefault(free, 1)
    return free
