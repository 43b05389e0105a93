"""Corrects misspelt words of a question by the words of the documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from askdocs.text.stop_words import question_content_words

_SHORTEST = 4  # letters; shorter words are not corrected


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A question with corrected words.

    Attributes:
        text: The corrected question.
        changes: The replaced words as they were written → their replacements.
    """

    text: str
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def notice(self) -> str:
        """A sentence for the user that names the corrections; "" if there are none."""
        if not self.changes:
            return ""
        replacements = [
            f"“{meant}” instead of “{written}”" for written, meant in self.changes.items()
        ]
        return f"Searched for {', '.join(replacements)}."


def correct_spelling(
    question: str, is_known: Callable[[str], bool], nearest: Callable[[str, bool], str]
) -> SpellingCorrection:
    """Replace misspelt words of a question by words of the documents.

    Args:
        question: The question.
        is_known: Whether a lower-case word is in the documents, or is spelled correctly.
        nearest: The word of the documents that was probably meant by a lower-case word, or "". Its
            second argument says whether the word looks like a name.
    """
    changes: dict[str, str] = {}
    text = question
    for word in question_content_words(question):
        if len(word) < _SHORTEST or not word.isalpha() or is_known(word):
            continue
        places = list(re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE))
        if not places:
            continue
        replacement = nearest(word, all(_looks_like_a_name(text, place) for place in places))
        if replacement:
            for written in dict.fromkeys(place.group() for place in places):
                changes[written] = _in_case_of(written, replacement)
                text = re.sub(rf"\b{re.escape(written)}\b", changes[written], text)
    return SpellingCorrection(text, changes)


def _in_case_of(written: str, replacement: str) -> str:
    """The replacement, with a capital if the replaced word has one."""
    return replacement.capitalize() if written[:1].isupper() else replacement


def _looks_like_a_name(question: str, word: re.Match[str]) -> bool:
    """Whether a word begins with a capital letter and is not the first word of the question."""
    return word.group()[:1].isupper() and bool(question[: word.start()].strip(' \t\n¿¡"“'))
