"""Differences of Windows and macOS from Linux in file names and files."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WINDOWS = os.name == "nt"
_TRIES, _PAUSE = 50, 0.1  # seconds; virus scanners rarely keep a file open for longer
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_HIDDEN = 0x2 | 0x4  # FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM


def composed(name: str) -> str:
    """The NFC form of a name. macOS may store "é" as two characters (NFD)."""
    return unicodedata.normalize("NFC", name)


def as_pattern(glob: str) -> str:
    """A glob that can be compared with sources: in NFC, with forward slashes."""
    return composed(glob.replace("\\", "/") if WINDOWS else glob)


def spelling(path: Path) -> Path:
    """A key that is equal for all spellings of a path. The disk of macOS ignores case."""
    return Path(composed(str(path)).casefold()) if sys.platform == "darwin" else path


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same place, links followed."""
    return spelling(one.resolve()) == spelling(other.resolve())


def ascii_path(path: Path) -> str:
    """A path that a C++ library can open: on Windows, a relative path if that is ASCII."""
    absolute = str(path)
    if WINDOWS and not absolute.isascii():
        with suppress(ValueError):  # it is on another drive
            near = os.path.relpath(path)
            return near if near.isascii() else absolute
    return absolute


def is_system_file(state: os.stat_result) -> bool:
    """Whether Windows hides a file or folder from users."""
    return bool(getattr(state, "st_file_attributes", 0) & _HIDDEN)


def is_junction(state: os.stat_result) -> bool:
    """Whether a result of `lstat` is that of a junction, a link to a folder on Windows."""
    return getattr(state, "st_reparse_tag", 0) == _JUNCTION


def retry_while_locked(change: Callable[[], object]) -> None:
    """Change a file. On Windows, retry while another program has it open."""
    for _ in range(_TRIES if WINDOWS else 0):
        try:
            change()
            return
        except PermissionError:
            time.sleep(_PAUSE)
    change()
