"""The interface of language models. Replies are streamed, can be cancelled and have limits."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, Protocol

from askdocs.errors import ModelUnavailableError, ReplyCutOffError
from askdocs.text.tokens import estimate_tokens

_HEARTBEAT = 0.25  # seconds between empty pieces while a model is silent
_TOTAL_TIMEOUTS = 3  # timeouts that a whole reply may take
_TOKEN_MARGIN = 1.2  # factor of an estimate

IsCancelled = Callable[[], bool]  # whether the caller no longer needs the reply
_Pieces = queue.SimpleQueue[str | Exception | None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """A language model.

    Attributes:
        name: The name that users see.
        context: The size of its context window in tokens.
    """

    @property
    def name(self) -> str: ...

    @property
    def context(self) -> int: ...

    def count(self, text: str) -> int:
        """An estimate of the number of tokens of a text."""
        ...

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        """Generate a reply piece by piece. Closing the generator ends the request.

        Yields:
            Pieces of text, at least an empty one every half second.

        Raises:
            ModelUnavailableError: The model cannot be reached, fails, or is silent for too long.
            ReplyCutOffError: The reply is not complete. Its last sentence may be cut off.
        """
        ...


def stream_with_timeout(
    pieces: Callable[[IsCancelled], Generator[str]], name: str, seconds: float
) -> Generator[str]:
    """Read a reply in a thread, so that the caller can stop waiting at any time.

    Args:
        pieces: Generates the reply. Its argument is a function that tells whether the reply was
            cancelled. It has to call it while it waits.
        name: The name of the model, for messages.
        seconds: How long the model may be silent. A whole reply may take three times as long.

    Yields:
        What `pieces` yields, and "" every quarter of a second while it is silent.

    Raises:
        ModelUnavailableError: The model is silent for too long.
        ReplyCutOffError: The model replies, but the whole reply takes too long.
    """
    arrived: _Pieces = queue.SimpleQueue()
    cancelled = threading.Event()
    reading = threading.Thread(
        target=_read, args=(pieces, arrived, cancelled), name="askdocs-llm", daemon=True
    )
    began = last_piece = time.monotonic()
    reading.start()
    try:
        while True:
            try:
                piece = arrived.get(timeout=_HEARTBEAT)
                last_piece = time.monotonic() if piece else last_piece
            except queue.Empty:
                piece = ""
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            now = time.monotonic()
            if now - last_piece > seconds:
                raise ModelUnavailableError(f"{name} took longer than the time allowed.")
            if now - began > seconds * _TOTAL_TIMEOUTS:
                raise ReplyCutOffError("it took longer than the time allowed")
            yield piece
            busy = time.monotonic() - now  # the caller's own time does not count
            last_piece, began = last_piece + busy, began + busy
    finally:
        cancelled.set()


def _read(
    pieces: Callable[[IsCancelled], Generator[str]], arrived: _Pieces, cancelled: threading.Event
) -> None:
    """Put the pieces of a reply into a queue, and None or an error at its end."""
    try:
        with closing(pieces(cancelled.is_set)) as source:
            for piece in source:
                arrived.put(piece)
                if cancelled.is_set():
                    return
        arrived.put(None)
    except Exception as error:  # the consumer raises it
        arrived.put(error)


def estimated_tokens(text: str) -> int:
    """An upper estimate of the number of tokens of a text, because tokenizers differ."""
    return math.ceil(estimate_tokens(text) * _TOKEN_MARGIN)
