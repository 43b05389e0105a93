"""What a language model is to askdocs: it streams, can be stopped at any time, and has limits."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, Protocol

from askdocs.documents.passages import estimate_tokens
from askdocs.errors import ModelUnavailableError

_BEAT_SECONDS = 0.25  # while a model is silent, an empty piece is handed on so often
_LONGEST_WHOLE = 10  # times the silence that is allowed: the longest that a reply may take
_TOKEN_MARGIN = 1.2  # an estimate is raised so much


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """What writes prose. `name` is shown to people, `context` is how many tokens it can hold."""

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
        cannot be reached, fails, or is silent for too long.
        """
        ...


def paced(pieces: Callable[[], Generator[str]], name: str, seconds: float) -> Generator[str]:
    """What `pieces` yields, as it comes, and "" while it is silent, so that one can stop waiting.

    Raises ModelUnavailableError after `seconds` of silence, or ten times as long altogether.
    """
    waiting: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def run() -> None:
        try:
            with closing(pieces()) as source:
                for piece in source:
                    waiting.put(piece)
                    if stopped.is_set():
                        return
            waiting.put(None)
        except Exception as error:  # handed over to the consumer, which raises it
            waiting.put(error)

    began = heard = time.monotonic()
    threading.Thread(target=run, name="askdocs-llm", daemon=True).start()
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
            if now - heard > seconds or now - began > seconds * _LONGEST_WHOLE:
                raise ModelUnavailableError(f"{name} took longer than the time allowed.")
            yield piece
    finally:
        stopped.set()


def estimated(text: str) -> int:
    """About how many tokens a text takes, rather more than fewer: tokenizers differ."""
    return math.ceil(estimate_tokens(text) * _TOKEN_MARGIN)
