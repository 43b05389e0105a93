"""Work that goes on in threads, which nobody has to wait for and which end in order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import closing, suppress
from typing import TypeVar

from askdocs.errors import AskdocsError
from askdocs.types import Progress, ProgressListener

SECONDS_TO_END = 10.0

Piece = TypeVar("Piece")


class Background:
    """The threads of a server. `ending` is set when they are to end."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._guard = threading.Lock()

    def start(self, work: Callable[[], None], name: str) -> None:
        """Do `work` in a thread of its own; nothing is begun any more after `end`."""

        def run() -> None:
            try:
                work()
            finally:
                with self._guard:
                    self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name=name, daemon=True)
        with self._guard:
            if self.ending.is_set():
                return
            self._threads.add(thread)
        thread.start()

    def unless_ending(self, listener: ProgressListener) -> ProgressListener:
        """The listener; it breaks off what it listens to when the server ends."""

        def listen(progress: Progress) -> None:
            if self.ending.is_set():
                raise AskdocsError("The server ends. The next indexing goes on from here.")
            listener(progress)

        return listen

    def end(self) -> None:
        """Tell every thread to end, and wait for them; not for ever."""
        with self._guard:
            self.ending.set()
            threads = list(self._threads)
        until = time.monotonic() + SECONDS_TO_END
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))


async def streamed(
    background: Background, work: Callable[[], Generator[Piece]], name: str
) -> AsyncIterator[Piece]:
    """What `work` yields, as it comes. Closed, this ends at once, and `work` at its next piece."""

    def tell_all(tell: Callable[[Piece], None]) -> None:
        with closing(work()) as source:
            for piece in source:
                tell(piece)

    async for piece in told(background, tell_all, name):
        yield piece


class LeftError(AskdocsError):
    """Nobody waits for what is told."""


async def told(
    background: Background, work: Callable[[Callable[[Piece], None]], None], name: str
) -> AsyncIterator[Piece]:
    """What `work` tells, as it comes, by the function that it is given.

    Closed, this ends at once. The next time that `work` tells something, it is broken off.
    """
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[Piece | Exception | None] = asyncio.Queue()
    left = threading.Event()

    def hand_over(piece: Piece | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, nobody waits
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

    def tell(piece: Piece) -> None:
        if left.is_set() or background.ending.is_set():
            raise LeftError("Nobody waits for this any more.")
        hand_over(piece)

    def run() -> None:
        try:
            work(tell)
            hand_over(None)
        except LeftError:
            return
        except Exception as error:
            if left.is_set():
                raise
            hand_over(error)

    background.start(run, name)
    try:
        while (piece := await pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        left.set()
