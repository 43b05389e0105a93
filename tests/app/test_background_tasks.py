"""Work in threads that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from askdocs.app.background_tasks import Background, streamed


def run(work: Coroutine[None, None, None]) -> None:
    """Run in a thread of its own: this one may have an event loop, of a browser's tests."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


def test_pieces_come_in_order_and_an_error_after_them() -> None:
    def work() -> Generator[int]:
        yield from range(5)
        raise ValueError("that is all")

    async def consume() -> None:
        async for piece in streamed(Background(), work, "test"):
            came.append(piece)

    came: list[int] = []
    with pytest.raises(ValueError, match="that is all"):
        run(consume())
    assert came == list(range(5))


def test_who_stops_waits_for_nothing_and_the_work_ends_at_its_next_piece() -> None:
    goes_on, closed = threading.Event(), threading.Event()
    background = Background()

    def work() -> Generator[int]:
        try:
            yield 1
            goes_on.wait()
            yield 2
            yield 3
        finally:
            closed.set()

    async def consume() -> None:
        stream = cast(AsyncGenerator[int], streamed(background, work, "test"))
        assert await anext(stream) == 1
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await stream.aclose()
        assert not closed.is_set()

    run(consume())
    goes_on.set()
    background.end()
    assert closed.is_set()


def test_at_the_end_every_thread_is_asked_to_end_and_none_begins() -> None:
    background = Background()
    ended: list[int] = []

    def work() -> None:
        background.ending.wait()
        ended.append(1)

    for _ in range(3):
        background.start(work, "test")
    background.end()
    background.start(work, "test")
    assert ended == [1, 1, 1]
