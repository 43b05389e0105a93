"""What Windows and macOS do otherwise with names and files than Linux does."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

WINDOWS = os.name == "nt"
_TRIES, _PAUSE = 50, 0.1  # seconds; scanners and other readers are seldom longer in the way
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
_HIDDEN = 0x2 | 0x4  # FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM


def composed(name: str) -> str:
    """A name as people type it: macOS may keep "é" as two characters (NFC from NFD)."""
    return unicodedata.normalize("NFC", name)


def as_pattern(glob: str) -> str:
    """A glob to be compared with composed sources, which have forward slashes everywhere."""
    return composed(glob.replace("\\", "/") if WINDOWS else glob)


def spelling(path: Path) -> Path:
    """What is the same for each way to spell a path, where the disk of macOS ignores case."""
    return Path(composed(str(path)).casefold()) if sys.platform == "darwin" else path


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths, links followed, are spelt alike."""
    return spelling(one.resolve()) == spelling(other.resolve())


def plain_path(path: Path) -> str:
    """The path as a library of C++ can open it: on Windows only letters of its old code page."""
    told = str(path)
    if WINDOWS and not told.isascii():
        with suppress(ValueError):  # it is on another drive
            near = os.path.relpath(path)
            return near if near.isascii() else told
    return told


def is_system_file(state: os.stat_result) -> bool:
    """Whether Windows hides a file or folder from people."""
    return bool(getattr(state, "st_file_attributes", 0) & _HIDDEN)


def is_junction(state: os.stat_result) -> bool:
    """Whether what `lstat` tells is of a folder of Windows that stands for another one."""
    return getattr(state, "st_reparse_tag", 0) == _JUNCTION


def patiently(change: Callable[[], object]) -> None:
    """Make a change of a file that Windows refuses as long as somebody has it open."""
    for _ in range(_TRIES if WINDOWS else 0):
        try:
            change()
            return
        except PermissionError:
            time.sleep(_PAUSE)
    change()
