"""Whether the server is well: told at once, whatever else the server is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_PATIENCE = 0.5  # seconds for a new count


class Health:
    """Counts the documents in a thread of its own, and waits only a moment for the count.

    The other threads may all wait for a disk, for a transaction or for a model; then the count is
    the last that is known. So a monitor sees a busy server as a busy one, not as one that is dead.
    """

    def __init__(self, count: Callable[[], int]) -> None:
        """`count` returns the number of documents; it may take long, or raise."""
        self._count = count
        self._thread = ThreadPoolExecutor(1, "askdocs-health")
        self._counting: asyncio.Future[int] | None = None
        self._last = 0

    async def documents(self) -> int:
        """The number of documents, or the last one known. Raises what counting raised."""
        if self._counting is None:
            loop = asyncio.get_running_loop()
            self._counting = loop.run_in_executor(self._thread, self._count)
        counting = self._counting
        done, _ = await asyncio.wait({counting}, timeout=_PATIENCE)
        if done:
            if self._counting is counting:
                self._counting = None
            self._last = counting.result()
        return self._last
