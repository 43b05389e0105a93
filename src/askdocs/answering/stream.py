"""An answer as it is being given, by an Assistant or by a server that has one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from askdocs.errors import AskdocsError
from askdocs.types import Answer


class Draft(str):
    """An empty piece of an answer's text. `draft` is what is written behind the text meanwhile.

    It is Markdown that may still change. It is shown by what can take it back.
    """

    draft: str

    def __new__(cls, draft: str) -> Draft:
        """Make an empty piece with a draft."""
        piece = super().__new__(cls, "")
        piece.draft = draft
        return piece


class Stream:
    """An answer as it is being given: iterate for its text, then read `answer`.

    To stop it, stop iterating and call `close`.
    """

    def __init__(self, told: Callable[[], Generator[str, None, Answer]]) -> None:
        self._told = told
        self._telling: Generator[str, None, Answer] | None = None
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The whole Answer. Raises AskdocsError before the text has ended."""
        if self._answer is None:
            raise AskdocsError("The answer is there when its text has been read to the end.")
        return self._answer

    def __iter__(self) -> Iterator[str]:
        self._telling = self._told()
        self._answer = yield from self._telling

    def close(self) -> None:
        """Stop, and end the request to a language model if there is one."""
        if self._telling is not None:
            self._telling.close()
