"""Misspelt words of a question: each becomes the word of the documents that was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from askdocs.text.stop_words import content_words

_SHORTEST = 4  # letters of a word that is corrected


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A question with the words of the documents.

    Attributes:
        text: The question, corrected.
        changes: The words that were replaced, as they were written, with what replaced them.
    """

    text: str
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def notice(self) -> str:
        """What was searched for instead, in a sentence; "" where nothing was changed."""
        if not self.changes:
            return ""
        told = [f"“{meant}” instead of “{written}”" for written, meant in self.changes.items()]
        return f"Searched for {', '.join(told)}."


def correct_spelling(
    question: str, is_known: Callable[[str], bool], nearest: Callable[[str], str]
) -> SpellingCorrection:
    """A question whose unknown words are those of the documents that are nearest to them.

    Args:
        question: The question.
        is_known: Whether a lower-case word is in the documents, or is a common word.
        nearest: The word of the documents that a word may be meant for; "" where there is none.
    """
    changes = {}
    for word in content_words(question):
        if len(word) >= _SHORTEST and word.isalpha() and not is_known(word):
            changes[word] = nearest(word)
    text = question
    written = {}
    for word, meant in changes.items():
        if not meant:
            continue
        found = re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
        if found:
            shaped = meant.capitalize() if found.group()[:1].isupper() else meant
            written[found.group()] = shaped
            text = f"{text[: found.start()]}{shaped}{text[found.end() :]}"
    return SpellingCorrection(text, written)
