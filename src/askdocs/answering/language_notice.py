"""What a person should know of the language of an answer."""

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

# In which quotes were measured; README has the figures.
MEASURED = frozenset({"de", "en", "es", "fa", "fr", "ja", "nb", "pl", "ur", "zh"})
# Of the answers over folders as people have them three in ten or more (benchmarks/languages.md).
_OFTEN_WRONG = frozenset({"de", "es", "fr", "nb", "ur", "zh"})
_ACROSS = "Answers across languages were often wrong when measured: take it as a guess."
_FEWEST_LETTERS = 40  # of a quote whose language is told


def language_notice(question: str, answer: Answer, candidates: Sequence[Candidate]) -> str:
    """Say that a quote is in another language than the question, or in one that was not measured.

    Args:
        question: The question as it was asked.
        answer: Its answer in quotes.
        candidates: The sentences that it was chosen from.

    Returns:
        A sentence or two; "" where nothing is to be said, as in English throughout.
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
