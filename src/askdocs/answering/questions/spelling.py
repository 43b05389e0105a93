"""Misspelt words of a question: each becomes the word of the documents that was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from askdocs.text.stop_words import content_words

# Letters of a word that is corrected. Of four letters, more words became wrong than right ones.
_SHORTEST = 5


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
    question: str, is_known: Callable[[str], bool], nearest: Callable[[str, bool], str]
) -> SpellingCorrection:
    """Replace the misspelt words of a question by the words of the documents that were meant.

    Args:
        question: The question.
        is_known: Whether a lower-case word is in the documents, or is an English word.
        nearest: The word of the documents that a lower-case word may be meant for, or "". Its
            second argument says whether the word looks like a name.

    Returns:
        The question, with what was replaced.
    """
    changes: dict[str, str] = {}
    text = question
    for word in content_words(question):
        if len(word) < _SHORTEST or not word.isalpha() or is_known(word):
            continue
        found = re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
        if not found:
            continue
        written = found.group()
        meant = nearest(word, _looks_like_a_name(text, found))
        if meant:
            shaped = meant.capitalize() if written[:1].isupper() else meant
            changes[written] = shaped
            text = f"{text[: found.start()]}{shaped}{text[found.end() :]}"
    return SpellingCorrection(text, changes)


def _looks_like_a_name(question: str, word: re.Match[str]) -> bool:
    """Whether a word has a capital letter for another reason than standing first."""
    return word.group()[:1].isupper() and bool(question[: word.start()].strip(' \t\n¿¡"“'))
