"""Waiting for what happens in its own time: a machine that tests may be ten times as slow."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

import httpx

T = TypeVar("T")
PATIENCE = 180.0  # seconds until something counts as never happening

get = partial(httpx.get, timeout=PATIENCE)
post = partial(httpx.post, timeout=PATIENCE)
put = partial(httpx.put, timeout=PATIENCE)
delete = partial(httpx.delete, timeout=PATIENCE)
stream = partial(httpx.stream, timeout=PATIENCE)


def free_port() -> int:
    """A port at which nobody listens. It lies below those that systems give to connections."""
    while True:
        with socket.socket() as own, suppress(OSError):
            own.bind(("127.0.0.1", 20_000 + secrets.randbelow(12_000)))
            return int(own.getsockname()[1])


def wait_for(
    look: Callable[[], T], wanted: T, *, pause: Callable[[float], object] = time.sleep
) -> None:
    """Look until what is wanted is found, and assert that it is.

    Args:
        look: What is looked at.
        wanted: What it gives in the end.
        pause: What waits for so many seconds between two looks.
    """
    end = time.monotonic() + PATIENCE
    while (found := look()) != wanted and time.monotonic() < end:
        pause(0.05)
    assert found == wanted
