"""How many pages of a file have been read: loaders report it, and whoever reads a file listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PageListener = Callable[[int, int], None]
"""Called with the number of pages that have been read, and the number of all."""

_listener: ContextVar[PageListener | None] = ContextVar("page_listener", default=None)


def report_pages(done: int, total: int) -> None:
    """Report in a loader that `done` of `total` pages have been read."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total)


@contextmanager
def listening(listener: PageListener | None) -> Iterator[None]:
    """Send what loaders report within the context to a listener."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)
