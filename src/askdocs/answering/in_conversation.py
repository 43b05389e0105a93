"""Decides whether a question in a conversation is a follow-up or stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.questions.ellipsis import new_subject
from askdocs.answering.questions.question import Question
from askdocs.answering.rule_switches import rule
from askdocs.answering.search_and_rank import search_and_rank
from askdocs.resources import Resources
from askdocs.text.calendar import MONTHS
from askdocs.text.overlap import share_among
from askdocs.text.stop_words import content_words
from askdocs.types import Citation, Turn

_TIME = re.compile(
    rf"\d|\b(?:{'|'.join(MONTHS)}|century|years?|months?|weeks?|days?|hours?|minutes?"
    r"|today|yesterday|tomorrow|morning|evening|night|\w+day)\b",
    re.IGNORECASE,
)

_NEARLY_AS_LIKELY = 0.2  # of the best probability; set by hand, as is the next one
_OLD_SUBJECT = 0.1  # factor for the probability of a sentence without the new subject


def search_in_conversation(
    resources: Resources,
    question: Question,
    history: Sequence[Turn],
    sources: Sequence[str] | None,
    *,
    insist: bool,
) -> RetrievalResult:
    """Search with the words of the conversation, or without them if that is more likely to answer.

    Only an ambiguous question is searched both ways.

    Args:
        resources: The open models and the index.
        question: The question, parsed with `history`.
        history: The turns before it, oldest first.
        sources: The documents that are searched; None for all.
        insist: Whether an answer is wanted even if it is unlikely.
    """
    if not question.is_ambiguous:
        cited_before = (
            {citation.source for citation in last_cited(history)}
            if question.with_history
            else set()
        )
        result = search_and_rank(resources, question, sources, cited_before)
        result = prefer_new_subject(result)
        if _repeats(result, history):
            return _lowered(result, resources.config.minimum_confidence)
        return result
    # The result with the higher probability is taken, but the one with the conversation only if it
    # is not refused. If the question alone has an answer, it is also preferred in two cases: the
    # conversation leads to a sentence that was already cited (nobody asks for it again), or both
    # results have the same best sentence.
    threshold = 0.0 if insist else resources.config.minimum_confidence
    with_history = search_and_rank(resources, question, sources)
    alone = search_and_rank(resources, question.alone(), sources)
    takes_history = _probability(with_history) >= max(_probability(alone), threshold)
    if _probability(alone) >= threshold and (
        _was_cited(with_history, history) or _same_best(with_history, alone)
    ):
        takes_history = False
    return with_history if takes_history else alone


def last_cited(history: Sequence[Turn]) -> Sequence[Citation]:
    """The citations of the last answer that has any."""
    return next((turn.answer.citations for turn in reversed(history) if turn.answer.citations), ())


def _probability(result: RetrievalResult) -> float:
    return result.candidates[0].probability if result.candidates else 0.0


def _same_best(first: RetrievalResult, second: RetrievalResult) -> bool:
    """Whether the best sentence of both results is the same: the conversation adds nothing then."""
    places = [each.candidates[0].key for each in (first, second) if each.candidates]
    return len(places) > 1 and places[0] == places[1]


def _was_cited(result: RetrievalResult, history: Sequence[Turn]) -> bool:
    """Whether the best sentence was cited by an earlier answer."""
    cited = {
        (citation.source, citation.start) for turn in history for citation in turn.answer.citations
    }
    best = result.candidates[:1]
    return any((candidate.hit.passage.source, candidate.start) in cited for candidate in best)


@rule("what was quoted before", otherwise=lambda *_: False)
def _repeats(result: RetrievalResult, history: Sequence[Turn]) -> bool:
    """Whether a question for a time would be answered by a cited sentence without a time.

    "and when?" is searched with words of the conversation. The sentence that was just quoted has
    all of them, so it would be found again.
    """
    return (
        result.question.answer_type.time
        and _was_cited(result, history)
        and _TIME.search(result.candidates[0].quote) is None
    )


@rule("new subject preferred", otherwise=lambda result: result)
def prefer_new_subject(result: RetrievalResult) -> RetrievalResult:
    """Prefer sentences about the new subject of a follow-up: of the filter for "and the filter?".

    The question is searched with words of the conversation, so the old subject is found again. It
    is preferred only where a sentence about the new one is nearly as likely.

    Args:
        result: What was found for the follow-up.
    """
    subject = new_subject(result.question.asked) if result.question.with_history else ""
    if not subject or not result.candidates:
        return result
    most = result.candidates[0].probability
    named = [each for each in result.candidates if _is_about(each, subject)]
    if not named or named[0].probability < most * _NEARLY_AS_LIKELY:
        return result
    keys = {each.key for each in named}
    scale = most / named[0].probability
    candidates = [
        replace(each, probability=each.probability * (scale if each.key in keys else _OLD_SUBJECT))
        for each in result.candidates
    ]
    return replace(result, candidates=tuple(sorted(candidates, key=lambda each: -each.probability)))


def _is_about(candidate: Candidate, subject: str) -> bool:
    """Whether a sentence or the heading above it has all words of a subject, in any form."""
    present = content_words(f"{candidate.hit.passage.own_heading} {candidate.quote}")
    return share_among(content_words(subject), present) == 1


def _lowered(result: RetrievalResult, threshold: float) -> RetrievalResult:
    """The result with the best probability below the threshold, so that it is shown as a guess."""
    best, *others = result.candidates
    candidates = (
        replace(best, probability=min(best.probability / 2, best.probability * threshold)),
        *others,
    )
    return replace(result, candidates=candidates, doubt="This was quoted before.")
