"""What the first screen and the notes depend on, as a short word that changes when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askdocs.output.exports import checksum

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

    from .suggestions import Suggestions


def page_state(assistant: Assistant, suggestions: Suggestions) -> str:
    """A word for the documents and the first questions; every open page asks for it often.

    While documents are indexed it is another each time the page would tell another progress.
    """
    documents = assistant.revision()
    suggestions.keep_up(documents)
    return checksum(repr((documents, suggestions.questions(patience=0), assistant.progress)))
