"""The questions of one visitor and their answers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from askdocs.answering.questions.turn import turn_of
from askdocs.types import Answer, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and the state of its answer.

    While the answer is written, `answer` is None and `said` contains the text so far. `answer`
    stays None if the visitor stopped it (`stopped`) or if it failed (`problem` is the message).
    `judgement` is the visitor's feedback: "good", "wrong", "source", or "" for none.
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
        """An identifier within the conversation. It is the same in every window."""
        return self.asked_at + self.question

    @property
    def running(self) -> bool:
        return self.answer is None and not self.stopped and not self.problem


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in the order of their questions. Each change returns a new conversation.

    `id` is set with the first question, `name` if the visitor gave one. Only `visitor` can see the
    conversation. `visitor` is not stored in the file; the name of the folder identifies it.
    """

    exchanges: tuple[Exchange, ...] = ()
    id: str = ""
    name: str = ""
    visitor: str = field(default="", compare=False)

    @property
    def title(self) -> str:
        """The name; without a name, the first question."""
        return self.name or (self.exchanges[0].question if self.exchanges else "")

    def asked(
        self, question: str, sources: Sequence[str] = (), *, at: int | None = None
    ) -> Conversation:
        """Add a question at the end, or at index `at`, which removes the exchanges from there on.

        An answer that is still being written becomes stopped.
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
        """Stop the last answer. The same conversation if no answer is being written."""
        running = bool(self.exchanges) and self.exchanges[-1].running
        return self._with(-1, stopped=True) if running else self

    def judged(self, number: int, judgement: str) -> Conversation:
        """Set the feedback on answer `number`. The same conversation if there is no such answer."""
        there = 0 <= number < len(self.exchanges) and self.exchanges[number].answer is not None
        return self._with(number, judgement=judgement) if there else self

    def with_remarks_of(self, kept: Conversation) -> Conversation:
        """Take the name of the stored state, and its feedback where this one has none."""
        judged = {each.key: each.judgement for each in kept.exchanges}
        exchanges = tuple(
            replace(each, judgement=each.judgement or judged.get(each.key, ""))
            for each in self.exchanges
        )
        return replace(self, exchanges=exchanges, name=kept.name)

    def is_behind(self, kept: Conversation) -> bool:
        """Whether the stored state has a question or an answer from another window."""
        mine = {each.key: each.answer for each in self.exchanges}
        return any(
            each.key not in mine or (each.answer is not None and mine[each.key] is None)
            for each in kept.exchanges
        )

    def with_exchange(self, exchange: Exchange) -> Conversation:
        """Replace an exchange by its later state, if the conversation has it."""
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
