"""A short identifier that changes when the first screen or the notes on it must change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.output.checksum import checksum

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

    from .suggestions import Suggestions


def page_revision(assistant: Assistant, suggestions: Suggestions) -> str:
    """An identifier of the documents and the first questions. Every open page asks for it often.

    It changes with them, and when indexing begins or ends.
    """
    documents = assistant.revision()
    suggestions.keep_up(documents)
    running = assistant.progress is not None
    shown = suggestions.questions(timeout=0), repr(suggestions.guide)
    return checksum(repr((documents, shown, running)))
