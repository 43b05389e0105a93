"""The lock of an index. One process holds it at a time and records its identity."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from askdocs.errors import IndexBusyError
from askdocs.index.database import not_writable
from askdocs.system.files import retry_while_locked


class IndexLock:
    """The lock of an index folder. The operating system releases it when the process ends.

    A note in the folder describes the owner, for users and for `read_owner`.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        # The lock and the note are two files: on Windows a locked file cannot be read.
        self._lock = FileLock(index / ".lock", mode=0o600, thread_local=False)

    def acquire(self, *, wait: float, doing: str = "") -> None:
        """Acquire the lock within `wait` seconds.

        Raises:
            IndexBusyError: Another process holds it. The message names it.
            CorpusError: The folder is not writable.
        """
        try:
            self._lock.acquire(timeout=wait, poll_interval=0.05)
        except Timeout as error:
            raise IndexBusyError(self._busy_message()) from error
        except OSError as error:
            raise not_writable(self._index, error.strerror or str(error)) from error
        self.describe(doing)

    def describe(self, doing: str, **more: str) -> None:
        """Record what the owner is doing, such as the address that it serves at.

        Only this user can read the note, because it may contain a token.
        """
        note = {"pid": os.getpid(), "doing": doing, **more}
        new = self._index / ".lock-note"
        with suppress(OSError):
            new.unlink(missing_ok=True)
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(note, file)
            retry_while_locked(lambda: new.replace(self._index / "lock"))

    def release(self) -> None:
        """Release the lock. A second call does nothing."""
        if self._lock.is_locked:
            with suppress(OSError):
                (self._index / "lock").unlink(missing_ok=True)
            self._lock.release()

    def _busy_message(self) -> str:
        owner = read_owner(self._index)
        who = f"process {owner['pid']}" if "pid" in owner else "another process"
        doing = f" ({owner['doing']})" if owner.get("doing") else ""
        return (
            f"The index {self._index} is in use by {who}{doing}. Wait until it has finished,"
            " stop it, or use another index with --index."
        )


def read_owner(index: Path) -> dict[str, str]:
    """The note of the owner of an index folder; empty if there is none."""
    try:
        note = json.loads((index / "lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in note.items()} if isinstance(note, dict) else {}
