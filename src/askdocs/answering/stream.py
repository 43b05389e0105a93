"""An answer that is being generated, in this process or by a server."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from askdocs.errors import AskdocsError
from askdocs.types import Answer


class Draft(str):
    """An empty piece of an answer's text, with a draft of the text that comes next.

    The draft is Markdown and may still change. Only clients that can replace text show it.
    """

    draft: str

    def __new__(cls, draft: str) -> Draft:
        """Make an empty piece with a draft."""
        piece = super().__new__(cls, "")
        piece.draft = draft
        return piece


class Stream:
    """An answer that is being generated. Iterate for its text, then read `answer`.

    To cancel it, stop iterating and call `close`.
    """

    def __init__(self, generate: Callable[[], Generator[str, None, Answer]]) -> None:
        self._generate = generate
        self._generator: Generator[str, None, Answer] | None = None
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The whole Answer.

        Raises:
            AskdocsError: The text has not been read to its end.
        """
        if self._answer is None:
            raise AskdocsError("The answer is there when its text has been read to the end.")
        return self._answer

    def __iter__(self) -> Iterator[str]:
        self._generator = self._generate()
        self._answer = yield from self._generator

    def close(self) -> None:
        """Cancel the answer, and the request to a language model if there is one."""
        if self._generator is not None:
            self._generator.close()
