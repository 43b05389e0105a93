"""Files inside another file, as a PDF or a mail holds them, as documents of their own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders import LoadError, load
from askdocs.types import Document

_DEEPEST = 4  # files in files: a deeper one is not opened
_HOLDER = re.compile(r"\.(?:pdf|eml|msg)/", re.I)  # in the name of what lies in such a file
_NAME_LENGTH = 120  # characters of an attachment's name that are kept
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_MOST = 200  # attachments of one file that are opened


def load_attachments(
    files: Iterable[tuple[str, bytes]], source: str
) -> tuple[list[Document], list[tuple[str, str]]]:
    """Load the files that a file holds.

    Args:
        files: Name and content of each.
        source: The name of the file that holds them. That of an attachment is
            "<source>/<its name>".

    Returns:
        The documents in them, and (name, reason) of those that cannot be read.
    """
    documents: list[Document] = []
    failed: list[tuple[str, str]] = []
    taken: set[str] = set()
    for number, (name, content) in enumerate(files):
        free = free_name(name, taken)
        if number >= _MOST:
            failed.append((free, "too many attachments"))
            continue
        try:
            documents += load_attachment(content, f"{source}/{free}")
        except LoadError as error:
            failed.append((free, str(error)))
    return documents, failed


def load_attachment(content: bytes, source: str) -> list[Document]:
    """The documents in a file that is given as bytes. Raises LoadError with the reason."""
    if len(_HOLDER.findall(source)) > _DEEPEST:
        raise LoadError("files in files are nested too deeply")
    with tempfile.TemporaryDirectory(prefix="askdocs-") as folder:
        path = Path(folder) / f"attachment{PurePosixPath(source).suffix}"
        path.write_bytes(content)
        return list(load(path, source))


def free_name(name: str, taken: set[str]) -> str:
    """A name for an attachment that is no path, and that no other one has; it is taken then."""
    safe = _UNSAFE.sub("_", name).strip(" .")[-_NAME_LENGTH:] or "attachment"
    stem, suffix = PurePosixPath(safe).stem, PurePosixPath(safe).suffix
    free, count = safe, 1
    while free in taken:
        count += 1
        free = f"{stem} ({count}){suffix}"
    taken.add(free)
    return free
