"""The interface of language models: they stream, can be stopped at any time, and have limits."""

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

_BEAT_SECONDS = 0.25  # while a model is silent, an empty piece is handed on so often
_LONGEST_WHOLE = 3  # times the silence that is allowed: the longest that a reply may take
_TOKEN_MARGIN = 1.2  # an estimate is raised so much

Stopped = Callable[[], bool]  # whether nobody listens to a reply any more
_Waiting = queue.SimpleQueue[str | Exception | None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """A language model. `name` is shown to people, `context` is how many tokens it can hold."""

    @property
    def name(self) -> str: ...

    @property
    def context(self) -> int: ...

    def count(self, text: str) -> int:
        """About how many tokens a text takes."""
        ...

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        """The reply piece by piece, an empty piece at least every half second.

        Closing the generator ends the request. Raises ModelUnavailableError where the model
        cannot be reached, fails, or is silent for too long, and ReplyCutOffError where what came
        is not the whole reply: its last sentence may be torn.
        """
        ...


def paced(pieces: Callable[[Stopped], Generator[str]], name: str, seconds: float) -> Generator[str]:
    """Read a reply in a thread, so that the caller can stop waiting at any time.

    Args:
        pieces: makes the reply. It is given a function that says whether nobody listens any
            more; it has to ask that while nothing comes.
        name: of the model, for messages.
        seconds: how long the model may be silent, and a third of how long it may take altogether.

    Returns:
        What `pieces` yields, as it comes, and "" every quarter of a second while it is silent.

    Raises:
        ModelUnavailableError: if the model is silent for too long.
        ReplyCutOffError: if it speaks, but takes too long altogether.
    """
    waiting: _Waiting = queue.SimpleQueue()
    stopped = threading.Event()
    reading = threading.Thread(
        target=_read, args=(pieces, waiting, stopped), name="askdocs-llm", daemon=True
    )
    began = heard = time.monotonic()
    reading.start()
    try:
        while True:
            try:
                piece = waiting.get(timeout=_BEAT_SECONDS)
                heard = time.monotonic() if piece else heard
            except queue.Empty:
                piece = ""
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            now = time.monotonic()
            if now - heard > seconds:
                raise ModelUnavailableError(f"{name} took longer than the time allowed.")
            if now - began > seconds * _LONGEST_WHOLE:
                raise ReplyCutOffError("it took longer than the time allowed")
            yield piece
            busy = time.monotonic() - now  # the time that the caller took is not the model's
            heard, began = heard + busy, began + busy
    finally:
        stopped.set()


def _read(
    pieces: Callable[[Stopped], Generator[str]], waiting: _Waiting, stopped: threading.Event
) -> None:
    """Put the pieces of a reply where they are waited for, and at its end None or an error."""
    try:
        with closing(pieces(stopped.is_set)) as source:
            for piece in source:
                waiting.put(piece)
                if stopped.is_set():
                    return
        waiting.put(None)
    except Exception as error:  # handed over to the consumer, which raises it
        waiting.put(error)


def estimated(text: str) -> int:
    """About how many tokens a text takes, rather more than fewer: tokenizers differ."""
    return math.ceil(estimate_tokens(text) * _TOKEN_MARGIN)
