"""Warns about the language of an answer."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.candidates import Candidate
from askdocs.text.language import (
    LANGUAGES,
    asks_in_english,
    language_of,
    language_of_question,
    letters_weight,
)
from askdocs.types import Answer

# The languages in which quotes were measured. README has the figures.
MEASURED = frozenset({"de", "en", "es", "fa", "fr", "ja", "nb", "pl", "ur", "zh"})
# In these, at least 30 % of the answers over real folders were wrong (benchmarks/languages.md).
_OFTEN_WRONG = frozenset({"de", "es", "fr", "nb", "ur", "zh"})
_ACROSS = "Answers across languages were often wrong when measured: take it as a guess."
_FEWEST_LETTERS = 40  # a shorter text does not show its language


def language_notice(question: str, answer: Answer, candidates: Sequence[Candidate]) -> str:
    """Warn that a quote is in another language than the question, or in one that is less reliable.

    Args:
        question: The question as the user wrote it.
        answer: Its answer in quotes.
        candidates: The candidates of the answer.

    Returns:
        One or two sentences; "" if there is nothing to say, as for English throughout.
    """
    read = bool(candidates) and candidates[0].selected_by != "multilingual"
    if not answer.citations or (read and asks_in_english(question)):
        return ""
    passage = answer.citations[0].passage.text
    quoted = language_of(passage) if letters_weight(passage) >= _FEWEST_LETTERS else ""
    if not quoted:
        return ""
    name, asked = LANGUAGES[quoted], language_of_question(question)
    notes = []
    if asked and asked != quoted:
        notes += [f"Found in a document in {name}.", _ACROSS]
    elif quoted in _OFTEN_WRONG:
        notes.append(f"Answers in {name} were often wrong when measured: take it as a guess.")
    elif quoted not in MEASURED:
        notes.append(f"How well {name} is answered was not measured: take it as a guess.")
    return " ".join(notes)
