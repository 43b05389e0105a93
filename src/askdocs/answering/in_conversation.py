"""Decides whether a question in a conversation is a follow-up or stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from askdocs.answering.candidates import RetrievalResult
from askdocs.answering.questions.question import Question
from askdocs.answering.rule_switches import rule
from askdocs.answering.search_and_rank import search_and_rank
from askdocs.resources import Resources
from askdocs.text.calendar import MONTHS
from askdocs.types import Citation, Turn

_TIME = re.compile(
    rf"\d|\b(?:{'|'.join(MONTHS)}|century|years?|months?|weeks?|days?|hours?|minutes?"
    r"|today|yesterday|tomorrow|morning|evening|night|\w+day)\b",
    re.IGNORECASE,
)


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


def _lowered(result: RetrievalResult, threshold: float) -> RetrievalResult:
    """The result with the best probability below the threshold, so that it is shown as a guess."""
    best, *others = result.candidates
    candidates = (
        replace(best, probability=min(best.probability / 2, best.probability * threshold)),
        *others,
    )
    return replace(result, candidates=candidates, doubt="This was quoted before.")
