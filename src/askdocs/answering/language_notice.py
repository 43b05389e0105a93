"""Warns about the language of an answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from askdocs.answering.candidates import Candidate
from askdocs.text.language import (
    LANGUAGES,
    asks_in_english,
    clear_language_of_text,
    clear_languages_of_question,
    is_other_language,
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
        One or two sentences; "" if there is nothing to say. Nothing is said if the question and the
        quotes are in English.
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


def languages_of(openings: Sequence[str]) -> dict[str, int]:
    """Count the languages of documents that are clear.

    Args:
        openings: How the documents begin.

    Returns:
        The code of a language → how many of the documents are in it.
    """
    found: dict[str, int] = {}
    for text in openings:
        code = clear_language_of_text(text)
        if code:
            found[code] = found.get(code, 0) + 1
    return found


def has_other_language(question: str, languages: Collection[str]) -> bool:
    """Whether documents are in another language than a question, or the question is not English.

    Then that a search finds nothing does not mean that the documents have nothing.
    """
    return not asks_in_english(question) or bool(set(languages) - {"en"})


def refusal_language_notice(question: str, languages: Collection[str]) -> str:
    """Say that no document is in the language of a question that was not answered.

    Args:
        question: The question as it was asked.
        languages: The languages of the documents.

    Returns:
        Two sentences, with what can be done about it; "" if some document is in the language of the
        question, or if either is not clear.
    """
    asked = clear_languages_of_question(question)
    if not languages or not all(is_other_language(each, asked) for each in languages):
        return ""
    names = " and ".join(sorted(LANGUAGES[code] for code in languages))
    return (
        f"The question is in {LANGUAGES[asked[0]]}, and the documents are in {names}."
        " Across languages much is not found: ask again in the language of the documents."
    )
