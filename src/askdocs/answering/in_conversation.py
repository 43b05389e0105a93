"""Whether a question in a conversation goes on with it or stands alone."""

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
    """What is found for a question with its conversation, or without where that is surer.

    Args:
        resources: What the assistant opens.
        question: The question, parsed with `history`.
        history: The turns before it, oldest first.
        sources: The documents that are searched; None for all.
        insist: Whether an answer is wanted however unlikely it is.
    """
    if not question.is_ambiguous:
        cited_before = (
            {citation.source for citation in last_cited(history)}
            if question.with_history
            else set()
        )
        result = search_and_rank(resources, question, sources, cited_before)
        if _repeats(result, history):
            return _less_sure(result, resources.config.minimum_confidence)
        return result
    # It may stand alone or not: the surer of the two is what was meant, if it is not refused and
    # is not what was quoted before, which nobody asks for again.
    least = 0.0 if insist else resources.config.minimum_confidence
    with_talk = search_and_rank(resources, question, sources)
    alone = search_and_rank(resources, question.alone(), sources)
    answers = _probability(with_talk) >= max(_probability(alone), least)
    if _probability(alone) >= least and (
        _is_quoted(with_talk, history) or _same_best(with_talk, alone)
    ):
        answers = False
    return with_talk if answers else alone


def last_cited(history: Sequence[Turn]) -> Sequence[Citation]:
    """What the last answer with citations cites."""
    return next((turn.answer.citations for turn in reversed(history) if turn.answer.citations), ())


def _probability(result: RetrievalResult) -> float:
    return result.candidates[0].probability if result.candidates else 0.0


def _same_best(first: RetrievalResult, second: RetrievalResult) -> bool:
    """Whether the best sentence of both is the same: the conversation adds nothing then."""
    places = [each.candidates[0].key for each in (first, second) if each.candidates]
    return len(places) > 1 and places[0] == places[1]


def _is_quoted(result: RetrievalResult, history: Sequence[Turn]) -> bool:
    """Whether the best sentence is one that an answer before this question cites."""
    cited = {
        (citation.source, citation.start) for turn in history for citation in turn.answer.citations
    }
    best = result.candidates[:1]
    return any((candidate.hit.passage.source, candidate.start) in cited for candidate in best)


@rule("what was quoted before", otherwise=lambda *_: False)
def _repeats(result: RetrievalResult, history: Sequence[Turn]) -> bool:
    """Whether "and when?" would be answered by a sentence that was just quoted and names no time.

    Such a sentence shares all the words that the conversation adds to the question.
    """
    return (
        result.question.answer_type.time
        and _is_quoted(result, history)
        and _TIME.search(result.candidates[0].quote) is None
    )


def _less_sure(result: RetrievalResult, least: float) -> RetrievalResult:
    """The same with a probability below `least`, so that the answer is given as a guess at most."""
    best, *others = result.candidates
    candidates = (
        replace(best, probability=min(best.probability / 2, best.probability * least)),
        *others,
    )
    return replace(result, candidates=candidates, doubt="This was quoted before.")
