"""What one visitor has asked and been told. It lives in the visitor's session and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from askdocs.types import Answer, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and how far its answer has come.

    While the answer is being written `answer` is None and `said` grows. It stays None when the
    visitor stopped it (`stopped`) or when something went wrong (`problem`, in words).
    """

    question: str
    sources: tuple[str, ...] = ()
    said: str = ""
    answer: Answer | None = None
    stopped: bool = False
    problem: str = ""

    @property
    def running(self) -> bool:
        return self.answer is None and not self.stopped and not self.problem


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in the order they were asked. Each change makes a new conversation."""

    exchanges: tuple[Exchange, ...] = ()

    def asked(
        self, question: str, sources: Sequence[str] = (), *, at: int | None = None
    ) -> Conversation:
        """With a new question at the end; or at place `at`, without what was there and after."""
        kept = self.exchanges if at is None else self.exchanges[: max(at, 0)]
        return Conversation((*kept, Exchange(question, tuple(sources))))

    def said(self, text: str) -> Conversation:
        return self._with_last(said=text)

    def answered(self, answer: Answer) -> Conversation:
        return self._with_last(answer=answer)

    def failed(self, problem: str) -> Conversation:
        return self._with_last(problem=problem)

    def stopped(self) -> Conversation:
        """The same if nothing was running."""
        running = bool(self.exchanges) and self.exchanges[-1].running
        return self._with_last(stopped=True) if running else self

    def history(self) -> tuple[Turn, ...]:
        """The answered exchanges, for the next question to refer to."""
        return tuple(
            Turn(exchange.question, exchange.answer)
            for exchange in self.exchanges
            if exchange.answer is not None
        )

    def _with_last(self, **changes: object) -> Conversation:
        last = replace(self.exchanges[-1], **changes)  # type: ignore[arg-type]
        return Conversation((*self.exchanges[:-1], last))
