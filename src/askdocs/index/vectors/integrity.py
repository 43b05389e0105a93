"""Detects that a vector store was damaged, or was not closed, since its last use.

Chroma reads its graph without verifying it: a few wrong bytes can end the process with a
segmentation fault. So can a wrong character in the schema at the beginning of its database.
Therefore the file `closed` in the folder of the store contains checksums of the graph's files and
of that beginning. It is removed when the store is opened and written when the store is closed.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Literal

from askdocs.index.folder import WRITING, open_private

Condition = Literal["sound", "left open", "changed", "damaged"]
_RECORD = "closed"
_CHUNK = 1 << 20  # bytes read at a time
_DATABASE = "chroma.sqlite3"
_HEADER, _HEADER_BYTES = "header.bin", 100  # of the graph; all graphs have as many
_RECORDS = "index_metadata.pickle"  # written when the graph is
_BEGINNING = _CHUNK  # of the database, which is large; its schema is in the first 250 kB
_State = tuple[int, int, int, int]  # size, time of change in ns, inode, CRC-32


class IntegrityRecord:
    """The record of an open store. Only the process that has locked the index uses it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, _State] = {}

    def open(self) -> None:
        """Remove the record: from now on the store is in use."""
        self._known = _read(self._folder) or {}
        (self._folder / _RECORD).unlink(missing_ok=True)

    def close(self) -> None:
        """Write the record. If that fails, the store is checked before its next use."""
        with suppress(OSError):
            states = {
                name: known
                if (known := self._known.get(name)) and known[:3] == _look(path)
                else (*_look(path), _checksum(path))
                for name, path in _checked_files(self._folder).items()
            }
            new = self._folder / f"{_RECORD}.new"
            with open(new, "w", encoding="utf-8", opener=open_private) as file:
                json.dump(states, file)
            new.replace(self._folder / _RECORD)


def condition(folder: Path) -> Condition:
    """Compare the files of a closed vector store with its record.

    Returns:
        "sound": It is unchanged since it was closed, or does not exist. A store that was being
            written is deleted when it is opened.
        "left open": It has no record, because the last process was killed or crashed.
        "changed": Another program has written to the files, perhaps intentionally.
        "damaged": The content of a file has changed, but not its size and time. Or the header of
            the graph was cut: Chroma reads it without an error, and then finds other passages.
    """
    files = _checked_files(folder)
    if not files or (folder / WRITING).exists():
        return "sound"
    headers = (path for path in files.values() if path.name == _HEADER and _is_loaded(path))
    if any(path.stat().st_size < _HEADER_BYTES for path in headers):
        return "damaged"
    record = _read(folder)
    if record is None:
        return "left open"
    changed = record.keys() != files.keys()
    for name, path in files.items():
        state = record.get(name)
        if state and _checksum(path) != state[3]:
            if _look(path)[:2] == state[:2]:
                return "damaged"
            changed = True
    return "changed" if changed else "sound"


def remove_record(folder: Path) -> None:
    """Remove the record of a damaged store, so that it is checked before its next use."""
    (folder / _RECORD).unlink(missing_ok=True)


def _checked_files(folder: Path) -> dict[str, Path]:
    """The database and the files of the graph by their names in the folder of a vector store."""
    files = sorted(path for path in folder.glob("*/*") if path.is_file())
    files += [folder / _DATABASE] if (folder / _DATABASE).is_file() else []
    return {path.relative_to(folder).as_posix(): path for path in files}


def _is_loaded(header: Path) -> bool:
    """Whether Chroma loads a graph. One without its list of records was never written whole.

    Chroma makes that one again from its database, so a process that was killed while it wrote it,
    which leaves files without content, has damaged nothing.
    """
    return header.with_name(_RECORDS).exists()


def _read(folder: Path) -> dict[str, _State] | None:
    """The record; None if it does not exist, and empty if it cannot be read."""
    try:
        found = json.loads((folder / _RECORD).read_bytes())
        return {name: (size, time, inode, crc) for name, (size, time, inode, crc) in found.items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _look(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns, state.st_ino


def _checksum(path: Path) -> int:
    found, left = 0, _BEGINNING if path.name == _DATABASE else path.stat().st_size
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            found = zlib.crc32(chunk, found)
            left -= len(chunk)
    return found
