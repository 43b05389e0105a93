"""What the first screen and the notes depend on, as a short word that changes when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.output.checksum import checksum

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

    from .suggestions import Suggestions


def page_revision(assistant: Assistant, suggestions: Suggestions) -> str:
    """A word for the documents and the first questions; every open page asks for it often.

    It is another while documents are indexed.
    """
    documents = assistant.revision()
    suggestions.keep_up(documents)
    running = assistant.progress is not None
    shown = suggestions.questions(patience=0), repr(suggestions.guide)
    return checksum(repr((documents, shown, running)))
