"""Background threads of the server, and streams of their results."""

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
    """The threads of a server. `ending` is set when they have to end."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._guard = threading.Lock()

    def start(self, work: Callable[[], None], name: str) -> None:
        """Run `work` in a new thread. After `end`, nothing is started."""

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
        """A listener that aborts the work when the server ends."""

        def listen(progress: Progress) -> None:
            if self.ending.is_set():
                raise AskdocsError("The server is stopping. The next indexing continues from here.")
            listener(progress)

        return listen

    def end(self) -> None:
        """Ask all threads to end, and wait for them at most SECONDS_TO_END."""
        with self._guard:
            self.ending.set()
            threads = list(self._threads)
        until = time.monotonic() + SECONDS_TO_END
        for thread in threads:
            thread.join(max(until - time.monotonic(), 0))


async def streamed(
    background: Background, work: Callable[[], Generator[Piece]], name: str
) -> AsyncIterator[Piece]:
    """The items of `work` as they arrive. If it is closed, `work` ends at its next item."""

    def send_all(send: Callable[[Piece], None]) -> None:
        with closing(work()) as source:
            for piece in source:
                send(piece)

    async for piece in stream_messages(background, send_all, name):
        yield piece


class ReceiverLeftError(AskdocsError):
    """The receiver of messages has disconnected."""


async def stream_messages(
    background: Background, work: Callable[[Callable[[Piece], None]], None], name: str
) -> AsyncIterator[Piece]:
    """The messages that `work` sends with its argument, as they arrive.

    If it is closed, it ends at once, and `work` is aborted at its next message.
    """
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[Piece | Exception | None] = asyncio.Queue()
    left = threading.Event()

    def hand_over(piece: Piece | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

    def send(piece: Piece) -> None:
        if left.is_set() or background.ending.is_set():
            raise ReceiverLeftError("The receiver has disconnected.")
        hand_over(piece)

    def run() -> None:
        try:
            work(send)
            hand_over(None)
        except ReceiverLeftError:
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
