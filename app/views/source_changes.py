"""The documents that have changed or were removed since they were quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError, CorpusError

from ..conversations.conversation import Conversation
from .words import listed

if TYPE_CHECKING:
    from askdocs.assistant import Assistant


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Documents that no longer contain the quotes of an answer: changed or removed."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __str__(self) -> str:
        notes = []
        if self.changed:
            have = "has" if len(self.changed) == 1 else "have"
            notes.append(
                f"{listed(self.changed)} {have} changed since this answer: some quotes have"
                " moved or are gone."
            )
        if self.removed:
            were = "was" if len(self.removed) == 1 else "were"
            notes.append(f"{listed(self.removed)} {were} removed since this answer.")
        return " ".join([*notes, "Ask again for a current answer."]) if notes else ""


def find_source_changes(
    assistant: Assistant, conversation: Conversation
) -> dict[int, SourceChanges]:
    """The documents of each exchange that no longer have its quotes at their offsets."""
    texts: dict[str, str | None] = {}

    def text(source: str) -> str | None:
        """The text of a document; None if it was removed."""
        if source not in texts:
            try:
                texts[source] = assistant.document(source).text
            except CorpusError:
                texts[source] = None
            except AskdocsError:
                texts[source] = ""
        return texts[source]

    found = {}
    for number, exchange in enumerate(conversation.exchanges):
        citations = exchange.answer.citations if exchange.answer else ()
        changed, removed = dict[str, None](), dict[str, None]()
        for each in citations:
            now = text(each.source)
            if now is None:
                removed[each.source] = None
            elif now[each.start : each.end] != each.quote:
                changed[each.source] = None
        if changed or removed:
            found[number] = SourceChanges(tuple(changed), tuple(removed))
    return found
