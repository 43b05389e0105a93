"""The folder of an index: its permissions, its size, and its deletion."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

from askdocs.system.files import retry_while_locked

# A file in the folder of a vector store, which exists while the store is written or deleted. If a
# process is killed then, the next one deletes the rest.
WRITING = "writing"


def make_private_folder(folder: Path) -> None:
    """Create a folder that only this user can read. An existing one keeps its permissions."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def open_private(path: str | Path, flags: int) -> int:
    """An `opener` for `open`: only this user can read a file that it creates."""
    return os.open(path, flags, 0o600)


def delete_index(index: Path) -> None:
    """Delete what a sync has written into an index folder, even if it is damaged."""
    delete_catalog(index)
    delete_vectors(index)


def index_bytes(index: Path) -> int:
    """The size of what a sync has written into an index folder. It may change concurrently."""
    found = 0
    inside = (
        Path(folder) / name for folder, _, names in os.walk(index / "chroma") for name in names
    )
    for file in chain(index.glob("catalog.sqlite*"), inside):
        with suppress(OSError):
            found += file.stat().st_size
    return found


def has_vectors(index: Path) -> bool:
    """Whether an index folder contains a vector store, even an empty one."""
    return (index / "chroma").is_dir()


def delete_catalog(index: Path) -> None:
    """Delete the catalog, its file before the log of SQLite.

    SQLite discards a log without a catalog. A catalog without its log would be an older one.
    """
    for file in sorted(index.glob("catalog.sqlite*")):
        retry_while_locked(file.unlink)


def delete_vectors(index: Path) -> None:
    """Delete the vector store, which can be filled again from the catalog."""
    folder = index / "chroma"
    if folder.is_dir():
        retry_while_locked(partial(delete_store, folder))
    else:
        folder.unlink(missing_ok=True)


def delete_store(folder: Path) -> None:
    """Delete the folder of a vector store. Its mark is deleted last: see `WRITING`."""
    mark = folder / WRITING
    mark.touch()
    for path in folder.iterdir():
        if path == mark:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    shutil.rmtree(folder)
