"""Finds versions of a document that differ only in figures, such as the fees of two years."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.answering.rule_switches import rule
from askdocs.text.dates import document_date
from askdocs.text.overlap import jaccard
from askdocs.text.sentences import is_row
from askdocs.text.stemming import stem
from askdocs.text.stop_words import STOP_WORDS
from askdocs.text.tokens import words

NEWEST_FIRST = "Your documents differ on this. The newest comes first."
_MOST = 3  # versions in an answer
_ALIKE = 0.75  # Jaccard similarity from which two sentences are versions, without their figures
_FEWEST_WORDS = 3  # that two versions must share

Day = tuple[int, int, int]


@rule("versions of a document", otherwise=lambda *_: ())
def versions(
    question: Question, candidates: Sequence[Candidate], text_of: Callable[[str], str]
) -> tuple[Candidate, ...]:
    """Find other versions of the best candidate, in other documents.

    Args:
        question: The question. If it asks for the current state, only the newest version is
            returned.
        candidates: The sentences that may answer, best first; at least one.
        text_of: The text of the document with a given source.

    Returns:
        The best candidate and its other versions, the newest first. They differ only in figures.
        Empty if there are no others, if the date of a document is not known, or if all have the
        same date.
    """
    best, *others = candidates
    rivals = [best]
    for each in others:
        known = {rival.hit.passage.source for rival in rivals}
        if each.hit.passage.source not in known and differ_in_figures(best.quote, each.quote):
            rivals.append(each)
    days = {}
    for each in rivals if len(rivals) > 1 else ():
        passage = each.hit.passage
        days[passage.source] = _day_of(passage.source, passage.title, text_of(passage.source))
    if not days or None in days.values() or len(set(days.values())) == 1:
        return ()
    newest = sorted(
        rivals,
        key=lambda candidate: days[candidate.hit.passage.source] or (0, 0, 0),
        reverse=True,  # keeps the better candidate first if two have the same date
    )
    shown = newest[:1] if question.answer_type.latest else newest[:_MOST]
    return tuple(replace(candidate, probability=best.probability) for candidate in shown)


def differ_in_figures(first: str, second: str) -> bool:
    """Whether two sentences say the same with other figures. Rows of tables never do."""
    if is_row(first) or is_row(second):
        return False
    (one, figures), (two, others) = _split_figures(first), _split_figures(second)
    alike = len(one & two) >= _FEWEST_WORDS and jaccard(one, two) >= _ALIKE
    return alike and bool(figures) and bool(others) and figures != others


def _split_figures(sentence: str) -> tuple[set[str], set[str]]:
    """The stems of the words of a sentence, and those of its figures."""
    found = words(sentence)
    plain = {stem(word) for word in found if word not in STOP_WORDS and not word[0].isdigit()}
    return plain, {stem(word) for word in found if word[0].isdigit()}


def _day_of(source: str, title: str, text: str) -> Day | None:
    found = document_date(source, title, text)
    return found.parts if found else None
