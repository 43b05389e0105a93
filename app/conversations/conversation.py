"""What one visitor has asked and been told."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from askdocs.answering.questions.turn import turn_of
from askdocs.types import Answer, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and how far its answer has come.

    While the answer is being written `answer` is None and `said` grows. It stays None when the
    visitor stopped it (`stopped`) or when something went wrong (`problem`, in words). `judgement`
    is what the visitor says of the answer: "good", "wrong", "source", or "" for nothing.
    """

    question: str
    sources: tuple[str, ...] = ()
    said: str = ""
    answer: Answer | None = None
    stopped: bool = False
    problem: str = ""
    asked_at: str = ""
    judgement: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other exchanges of its conversation, in every window."""
        return self.asked_at + self.question

    @property
    def running(self) -> bool:
        return self.answer is None and not self.stopped and not self.problem


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in the order they were asked. Each change makes a new conversation.

    It has an `id` from the first question on, and a `name` where the visitor gave one. `visitor` is
    whose it is; nobody else is shown it. It is not kept in files: their folder says it.
    """

    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    name: str = ""
    visitor: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """The name, or else the first question."""
        return self.name or (self.exchanges[0].question if self.exchanges else "")

    def asked(
        self, question: str, sources: Sequence[str] = (), *, at: int | None = None
    ) -> Conversation:
        """With a new question at the end; or at place `at`, without what was there and after.

        What was still being answered counts as stopped.
        """
        before = self.stopped().exchanges
        kept = before if at is None else before[: max(at, 0)]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        exchange = Exchange(question, tuple(sources), asked_at=now)
        name = self.id or secrets.token_hex(8)
        return replace(self, exchanges=(*kept, exchange), id=name)

    def said(self, text: str) -> Conversation:
        return self._with(-1, said=text)

    def answered(self, answer: Answer) -> Conversation:
        return self._with(-1, answer=answer)

    def failed(self, problem: str) -> Conversation:
        return self._with(-1, problem=problem)

    def stopped(self) -> Conversation:
        """The same if nothing was running."""
        running = bool(self.exchanges) and self.exchanges[-1].running
        return self._with(-1, stopped=True) if running else self

    def judged(self, number: int, judgement: str) -> Conversation:
        """With what the visitor says of answer `number`; the same where there is none."""
        there = 0 <= number < len(self.exchanges) and self.exchanges[number].answer is not None
        return self._with(number, judgement=judgement) if there else self

    def remarked_as(self, kept: Conversation) -> Conversation:
        """With the name of a kept state of it, and its judgements where this one has none."""
        judged = {each.key: each.judgement for each in kept.exchanges}
        exchanges = tuple(
            replace(each, judgement=each.judgement or judged.get(each.key, ""))
            for each in self.exchanges
        )
        return replace(self, exchanges=exchanges, name=kept.name)

    def is_behind(self, kept: Conversation) -> bool:
        """Whether a kept state of it has a question or an answer that came by another window."""
        mine = {each.key: each.answer for each in self.exchanges}
        return any(
            each.key not in mine or (each.answer is not None and mine[each.key] is None)
            for each in kept.exchanges
        )

    def with_exchange(self, exchange: Exchange) -> Conversation:
        """With a later state of one of its exchanges; the same where it has none such."""
        exchanges = tuple(exchange if each.key == exchange.key else each for each in self.exchanges)
        return replace(self, exchanges=exchanges)

    def history(self, before: int | None = None) -> tuple[Turn, ...]:
        """The exchanges that were answered or stopped, or those before one, as turns."""
        exchanges = self.exchanges if before is None else self.exchanges[: max(before, 0)]
        turns: list[Turn] = []
        for each in exchanges:
            if each.answer is not None:
                turns.append(Turn(each.question, each.answer))
            elif each.stopped:
                turns.append(turn_of(each.question, turns))
        return tuple(turns)

    def _with(self, number: int, **changes: object) -> Conversation:
        changed = list(self.exchanges)
        changed[number] = replace(changed[number], **changes)  # type: ignore[arg-type]
        return replace(self, exchanges=tuple(changed))
