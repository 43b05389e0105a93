"""What the first screen and the notes depend on, as short words that change when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.exports import checksum
from askdocs.types import Status

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

    from .suggestions import Suggestions


def documents_state(status: Status) -> str:
    """A word for the documents as they are indexed, and for the files that could not be read."""
    documents = [(each.source, each.indexed_at, each.stale) for each in status.documents]
    return checksum(repr((documents, status.failed)))


def page_state(assistant: Assistant, suggestions: Suggestions) -> str:
    """A word for the documents and the first questions; costs one look at the catalog."""
    documents = documents_state(assistant.status())
    suggestions.keep_up(documents)
    return checksum(repr((documents, suggestions.questions(patience=0))))
