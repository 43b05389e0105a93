"""Replies of servers that may do anything: limited in bytes, never unpacked, without our key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx

UNCOMPRESSED = {"Accept-Encoding": "identity"}  # a few kilobytes can unpack to gigabytes
_RECOGNISED = 8  # consecutive characters of a secret that count as a part of it
_SHORTEST_SECRET = 4  # characters; a shorter one occurs in too many words


class ReplyRefusedError(httpx.HTTPError):
    """A reply that is too long or compressed."""


def limit_reply(
    response: httpx.Response, most_bytes: int, *, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Limit what can be read of a response whose body has not been read. Its text is UTF-8.

    Args:
        response: the response; it was asked for with UNCOMPRESSED headers.
        most_bytes: how many bytes its body may have.
        stopped: asked before each part of the body; when it says yes, reading ends.

    Raises:
        ReplyRefusedError: if the response is compressed all the same. Reading it raises this
            once it turns out to be too long, or when it was stopped.
    """
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ReplyRefusedError("it compresses its reply, which it was asked not to do")
    # Not the one that it names: Python knows encodings that unpack, and some that raise anything.
    response.encoding = "utf-8-sig"
    response.stream = _LimitedStream(response.stream, most_bytes, stopped)


def without_secret(text: str, secret: str) -> str:
    """The text with every word left out that holds a part of a secret."""
    if len(secret) < _SHORTEST_SECRET:
        return text
    size = min(len(secret), _RECOGNISED)
    parts = {secret[start : start + size] for start in range(len(secret) - size + 1)}
    words = re.split(r"(\s+)", text.replace(secret, "[key]"))
    return "".join("[key]" if any(part in word for part in parts) else word for word in words)


class _LimitedStream(httpx.SyncByteStream):
    """The body of a response; it raises ReplyRefusedError where `limit_reply` says so."""

    def __init__(self, stream: object, most_bytes: int, stopped: Callable[[], bool]) -> None:
        assert isinstance(stream, httpx.SyncByteStream)
        self._stream = stream
        self._most_bytes = most_bytes
        self._stopped = stopped

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for part in self._stream:
            read += len(part)
            if read > self._most_bytes:
                raise ReplyRefusedError(f"its reply is longer than {self._most_bytes:,} bytes")
            if self._stopped():
                raise ReplyRefusedError("its reply was stopped")
            yield part

    def close(self) -> None:
        self._stream.close()
