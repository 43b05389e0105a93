"""Words the doubt about quotes that may not answer, for the user."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.text.asking_words import ASKED_IN, is_asking_word
from askdocs.text.english import NEGATION
from askdocs.text.language import clear_languages_of_question, is_other_language, language_of
from askdocs.text.stemming import stems_for
from askdocs.text.stop_words import is_form_word
from askdocs.text.tokens import WORD, indexed_form, without_diacritics, words
from askdocs.types import Passage

_NEGATION = re.compile(rf"{NEGATION}|\b(?:except|fail(?:s|ed)?|lack(?:s|ed)?)\b", re.IGNORECASE)
_MOST_NAMED = 2  # words


def doubt(
    question: Question, quoted: Sequence[Candidate], term_weights: Mapping[str, float]
) -> str:
    """Explain why the quoted sentences may not answer, in a sentence for the user.

    Args:
        question: The question.
        quoted: The best sentence, or the two that answer a comparison together.
        term_weights: The words of the query with their weights. The rarest missing words are named.
    """
    missing = _missing_words(question, quoted, term_weights)
    asked = clear_languages_of_question(question.text)
    if missing and is_other_language(language_of(quoted[0].hit.passage.text), asked):
        return "This passage is in another language: its words cannot be compared."
    named = " and ".join(f"“{word}”" for word in missing[:_MOST_NAMED])
    joint = len(quoted) > 1
    if named:
        return (
            f"These passages do not have {named}."
            if joint
            else f"This passage does not have {named}."
        )
    if joint:
        return "These passages have the words of the question, but may not answer it."
    if bool(_NEGATION.search(question.read_as)) != bool(_NEGATION.search(quoted[0].quote)):
        return "The question and this passage differ in a “not”."
    if indexed_form(question.text) != question.text:  # pairs of characters are no words
        return "This passage may not answer the question."
    return "This passage has the words of the question, but may not answer it."


def _missing_words(
    question: Question, quoted: Sequence[Candidate], term_weights: Mapping[str, float]
) -> list[str]:
    """The words of a question that no quoted passage has, the rarest first, as they were written.

    Only words that an answer would have: names, numbers and what the question is about.
    """
    stem = _folding(stems_for(question.text))
    present = {each for candidate in quoted for each in _stems(candidate.hit.passage, stem)}
    written = {
        found.group().lower().replace("’", "'"): found.group()
        for found in reversed(list(WORD.finditer(question.text)))
    }
    languages = clear_languages_of_question(question.text)
    missing = [
        word
        for word in words(question.text)
        if word in term_weights
        and word in written
        and indexed_form(word) == word  # no pair of characters that stands for a word
        and stem(word) not in present
        and _is_telling(written[word], languages)
    ]
    return [written[word] for word in sorted(missing, key=lambda word: -term_weights[word])]


def _is_telling(word: str, languages: Sequence[str]) -> bool:
    """Whether it is a reason for doubt that a passage does not have a word, as it was written."""
    if any(map(str.isdigit, word)):
        return True
    lower = word.lower()
    if len(word) == 1 and word == lower:
        return False
    if any(is_form_word(lower, language) for language in languages):
        return False
    return not any(is_asking_word(lower, language) for language in languages or ASKED_IN)


def _folding(stem: Callable[[str], str]) -> Callable[[str], str]:
    """A stemmer for which words with and without diacritics are the same."""
    return lambda word: without_diacritics(stem(word))


def _stems(passage: Passage, stem: Callable[[str], str]) -> set[str]:
    """The stems of the words of a passage, its title and its heading."""
    file = re.sub(r"[\W_]+", " ", passage.source)
    parts = (file, passage.title, passage.heading or "", passage.text)
    return {stem(word) for word in words(" ".join(parts))}
