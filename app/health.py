"""The health check. It answers at once, even if the server is busy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_TIMEOUT = 0.5  # seconds for a new count


class Health:
    """Counts the documents in a separate thread, and waits only a moment for the result.

    If the other threads wait for a disk, a transaction or a model, the last known number is
    returned. A monitor therefore does not take a busy server for a dead one.
    """

    def __init__(self, count: Callable[[], int]) -> None:
        """`count` returns the number of documents. It may be slow, and it may raise."""
        self._count = count
        self._thread = ThreadPoolExecutor(1, "askdocs-health")
        self._counting: asyncio.Future[int] | None = None
        self._last = 0

    async def documents(self) -> int:
        """The number of documents, or the last known one. Raises the error of the count."""
        if self._counting is None:
            loop = asyncio.get_running_loop()
            self._counting = loop.run_in_executor(self._thread, self._count)
        counting = self._counting
        done, _ = await asyncio.wait({counting}, timeout=_TIMEOUT)
        if done:
            if self._counting is counting:
                self._counting = None
            self._last = counting.result()
        return self._last
