"""Versions of a document that say the same with other figures: all are shown, the newest first."""

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
_MOST = 3  # versions that are shown
_ALIKE = 0.75  # share of the words but figures that two versions of a sentence have in common
_FEWEST_WORDS = 3  # that they must have in common

Day = tuple[int, int, int]


@rule("versions of a document", otherwise=lambda *_: ())
def versions(
    question: Question, candidates: Sequence[Candidate], text_of: Callable[[str], str]
) -> tuple[Candidate, ...]:
    """The best candidate with what other documents say instead, the newest first.

    Asked for what holds now, the newest alone.

    Args:
        question: The question.
        candidates: The sentences that may answer, best first.
        text_of: The text of the document of a source.

    Returns:
        The sentences of different documents that differ in their figures alone; empty where there
        are no others, or where the documents do not say how old they are.
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
    newest = sorted(rivals, key=lambda candidate: days[candidate.hit.passage.source] or (0, 0, 0))[
        ::-1
    ]
    shown = newest[:1] if question.answer_type.latest else newest[:_MOST]
    return tuple(replace(candidate, probability=best.probability) for candidate in shown)


def differ_in_figures(first: str, second: str) -> bool:
    """Whether two sentences say the same of other figures; rows of tables do not."""
    if is_row(first) or is_row(second):
        return False
    (one, figures), (two, others) = _parted(first), _parted(second)
    alike = len(one & two) >= _FEWEST_WORDS and jaccard(one, two) >= _ALIKE
    return alike and bool(figures) and bool(others) and figures != others


def _parted(sentence: str) -> tuple[set[str], set[str]]:
    """The stems of the words of a sentence, and its figures."""
    held = words(sentence)
    plain = {stem(word) for word in held if word not in STOP_WORDS and not word[0].isdigit()}
    return plain, {stem(word) for word in held if word[0].isdigit()}


def _day_of(source: str, title: str, text: str) -> Day | None:
    found = document_date(source, title, text)
    return found.parts if found else None
