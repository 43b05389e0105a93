"""Versions of a document that say the same with other figures: all are shown, the newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import Question
from askdocs.text.calendar import MONTHS, month_number
from askdocs.text.sentences import is_row
from askdocs.text.stemming import stem
from askdocs.text.stop_words import STOP_WORDS
from askdocs.text.tokens import words

NEWEST_FIRST = "Your documents differ on this. The newest comes first."
_MOST = 3  # versions that are shown
_ALIKE = 0.75  # share of the words but figures that two versions of a sentence have in common
_FEWEST_WORDS = 3  # that they must have in common
_BEGINNING = 400  # characters of a document where its date is looked for
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)[-_.](?P<m>\d\d)(?:[-_.](?P<d>\d\d))?(?!\d)"),
    re.compile(r"\b(?P<d>\d{1,2})\.?\s+(?P<m>[^\W\d_]{3,9})\.?,?\s+(?P<y>(?:19|20)\d\d)\b"),
    re.compile(r"\b(?P<m>[^\W\d_]{3,9})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>(?:19|20)\d\d)\b"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?!\d)"),
)

Day = tuple[int, int, int]


def versions(
    question: Question, candidates: Sequence[Candidate], beginning: Callable[[str], str]
) -> tuple[Candidate, ...]:
    """The best candidate with what other documents say instead, the newest first.

    Asked for what holds now, the newest alone.

    Args:
        question: The question.
        candidates: The sentences that may answer, best first.
        beginning: The text, or the beginning of it, of the document of a source.

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
        days[passage.source] = day_of(passage.source, passage.title, beginning(passage.source))
    if not days or None in days.values() or len(set(days.values())) == 1:
        return ()
    newest = sorted(rivals, key=lambda each: days[each.hit.passage.source] or (0, 0, 0))[::-1]
    shown = newest[:1] if question.answer_type.latest else newest[:_MOST]
    return tuple(replace(each, chance=best.chance) for each in shown)


def differ_in_figures(first: str, second: str) -> bool:
    """Whether two sentences say the same of other figures; rows of tables do not."""
    if is_row(first) or is_row(second):
        return False
    (one, figures), (two, others) = _parted(first), _parted(second)
    common = len(one & two)
    alike = common >= _FEWEST_WORDS and common >= _ALIKE * len(one | two)
    return alike and bool(figures) and bool(others) and figures != others


def _parted(sentence: str) -> tuple[set[str], set[str]]:
    """The stems of the words of a sentence, and its figures."""
    held = words(sentence)
    plain = {stem(word) for word in held if word not in STOP_WORDS and not word[0].isdigit()}
    return plain, {stem(word) for word in held if word[0].isdigit()}


def day_of(source: str, title: str, beginning: str) -> Day | None:
    """The date of a document: that in its name, in its title, or the first one where it begins.

    Month and day are 0 where only the year is known.
    """
    for text in (source, title, beginning[:_BEGINNING]):
        found = [
            (match.start(), _day(match)) for pattern in _DATES for match in pattern.finditer(text)
        ]
        known = sorted((start, [-part for part in day], day) for start, day in found if day)
        if known:
            return known[0][2]
    return None


def _day(match: re.Match[str]) -> Day | None:
    named = match.groupdict()
    written, day = named.get("m") or "0", int(named.get("d") or 0)
    month = int(written) if written.isdigit() else month_number(written)
    is_month = month <= len(MONTHS) if written.isdigit() else month > 0
    return (int(named["y"] or 0), month, day) if is_month else None
