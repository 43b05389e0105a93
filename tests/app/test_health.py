"""The server says that it is well, also while what it counts cannot be counted."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from askdocs.app import health as health_module
from askdocs.app.health import Health

PATIENCE = 300  # seconds


def test_a_count_that_waits_for_something_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health_module, "_TIMEOUT", 0.01)
    free = threading.Event()
    counts = [3, 4]

    def count() -> int:
        assert free.wait(PATIENCE)
        return counts.pop(0)

    async def ask() -> list[int]:
        health, told = Health(count), []
        told.append(await health.documents())  # nothing is known yet
        told += await asyncio.gather(health.documents(), health.documents())
        free.set()
        while 4 not in told:
            told.append(await health.documents())
        return told

    with ThreadPoolExecutor(1) as threads:
        told = threads.submit(asyncio.run, ask()).result(PATIENCE)
    assert told[:3] == [0, 0, 0]
    assert told == sorted(told)


def test_an_error_of_counting_is_reported_and_counting_is_retried() -> None:
    results: list[int | ValueError] = [ValueError("no"), 2]

    def count() -> int:
        result = results.pop(0)
        if isinstance(result, ValueError):
            raise result
        return result

    async def ask() -> int:
        health = Health(count)
        with pytest.raises(ValueError, match="no"):
            await health.documents()
        return await health.documents()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asyncio.run, ask()).result(PATIENCE) == 2
