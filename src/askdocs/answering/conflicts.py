"""Detects documents that give different figures or dates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.answering.rule_switches import rule
from askdocs.text.calendar import MONTHS
from askdocs.text.numbers import NUMBER_WORDS

DIFFERENT = "Your documents differ on this."
# Least coverage of the question's words: absolute, and as a share of the best one. Set by hand.
_LEAST, _SAME_MATTER = 0.3, 0.7
_VALUES = {
    **{word: word for word in map(str.lower, MONTHS)},
    **{word: str(int(number)) for word, number in NUMBER_WORDS.items()},
}
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


@rule("documents differ", otherwise=lambda *_: False)
def documents_differ(question: Question, candidates: Sequence[Candidate]) -> bool:
    """Whether sentences of different documents answer with different figures.

    Only questions for a number or a date are judged, and only the words that answer. "2025" and "11
    March 2025" agree, "2025" and "2024" do not. A sentence with few of the question's words, or
    clearly fewer than another one, is ignored: it may be about something else.
    """
    if not question.answer_type.number or not candidates:
        return False
    min_coverage = max(_LEAST, _SAME_MATTER * max(candidate.coverage for candidate in candidates))
    given = [
        (candidate.hit.passage.source, _figures(candidate))
        for candidate in candidates
        if candidate.coverage >= min_coverage
    ]
    return any(
        source != other and bool(first) and bool(second) and not first & second
        for number, (source, first) in enumerate(given)
        for other, second in given[number + 1 :]
    )


def _figures(candidate: Candidate) -> set[str]:
    """The numbers and months in the words that answer, in one form: "three" is "3"."""
    if candidate.focus is None:
        return set()
    start, end = (place - candidate.hit.passage.start for place in candidate.focus)
    found = _WORD.findall(candidate.hit.passage.text[start:end].lower())
    return {
        word.replace(",", "") if word[0].isdigit() else _VALUES[word]
        for word in found
        if word[0].isdigit() or word in _VALUES
    }
