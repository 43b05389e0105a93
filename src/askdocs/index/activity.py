"""The progress of a sync: files that wait, files that are being read, and the completed share."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from askdocs.types import Activity, PagesRead

_READING = 0.15  # share of the work, estimated; the rest is embedding


class Tracker:
    """Tracks the progress of a sync. The completed share never decreases during one sync.

    It is measured in bytes of files that were read and files that were embedded. Usable from any
    thread.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._waiting: dict[str, None] = {}
        self._reading: dict[str, PagesRead | None] = {}
        self._embedded = 0.0
        self._share = 0.0
        self._running = False

    def begin(self, files: Iterable[tuple[str, int]]) -> None:
        """Start a sync that reads these files, each with its size."""
        with self._guard:
            self._sizes = dict(files)
            self._waiting = dict.fromkeys(self._sizes)
            self._reading = {}
            self._embedded = self._share = 0.0
            self._running = True

    def reading(self, path: str) -> None:
        with self._guard:
            self._waiting.pop(path, None)
            self._reading[path] = None

    def pages(self, path: str, done: int, total: int) -> None:
        """Record how many pages of a file that is being read have been read."""
        with self._guard:
            if path in self._reading:
                self._reading[path] = PagesRead(path, done, total)

    def pages_of(self, path: str) -> PagesRead | None:
        """How many pages of a file have been read; None if that is not known."""
        with self._guard:
            return self._reading.get(path)

    def read(self, path: str) -> None:
        """Record that a file was read or could not be read."""
        with self._guard:
            self._reading.pop(path, None)

    def postponed(self, path: str) -> None:
        with self._guard:
            self._reading.pop(path, None)
            self._waiting[path] = None

    def embedded(self, done: int, total: int) -> None:
        """Record how many of the known passages are embedded."""
        with self._guard:
            self._embedded = done / total if total else 0.0

    def end(self) -> None:
        with self._guard:
            self._running = False
            self._waiting, self._reading = {}, {}

    def activity(self) -> Activity | None:
        """The current activity; None if no sync is running."""
        with self._guard:
            if not self._running:
                return None
            total = sum(self._sizes.values())
            pages = tuple(each for each in self._reading.values() if each)
            left: float = sum(self._sizes[path] for path in (*self._waiting, *self._reading))
            left -= sum(self._sizes[each.source] * each.done / each.total for each in pages)
            read = (total - left) / total if total else 1.0
            share = read * (_READING + (1 - _READING) * self._embedded)
            self._share = max(self._share, min(share, 1.0))
            return Activity(self._share, tuple(self._reading), tuple(self._waiting), pages)
