"""Untrusted responses of servers: limited in size, never decompressed, without the API key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx

UNCOMPRESSED = {"Accept-Encoding": "identity"}  # a few kilobytes can decompress to gigabytes
_RECOGNISED = 8  # consecutive characters of a secret that count as a part of it
_SHORTEST_SECRET = 4  # characters; a shorter one occurs in too many words


class ReplyRefusedError(httpx.HTTPError):
    """A reply that is too long or compressed."""


def limit_reply(
    response: httpx.Response, most_bytes: int, *, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Limit the size of a response whose body has not been read. Its text is UTF-8.

    Args:
        response: The response to a request with UNCOMPRESSED headers.
        most_bytes: The maximum size of its body.
        stopped: Called before each part of the body. If it returns True, reading ends.

    Raises:
        ReplyRefusedError: The response is compressed nevertheless. Reading it also raises this if
            it is too long or was stopped.
    """
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ReplyRefusedError("it compresses its reply, which it was asked not to do")
    # Not the declared one: some of Python's encodings decompress, and some raise any error.
    response.encoding = "utf-8-sig"
    response.stream = _LimitedStream(response.stream, most_bytes, stopped)


def without_secret(text: str, secret: str) -> str:
    """The text without words that contain a part of a secret."""
    if len(secret) < _SHORTEST_SECRET:
        return text
    size = min(len(secret), _RECOGNISED)
    parts = {secret[start : start + size] for start in range(len(secret) - size + 1)}
    words = re.split(r"(\s+)", text.replace(secret, "[key]"))
    return "".join("[key]" if any(part in word for part in parts) else word for word in words)


class _LimitedStream(httpx.SyncByteStream):
    """The body of a response. It raises ReplyRefusedError as `limit_reply` describes."""

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
