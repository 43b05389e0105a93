"""Metrics of the outcomes of a question set, by group and name."""

from __future__ import annotations

from collections.abc import Sequence

from askdocs.answering.candidates import Candidate
from askdocs.evaluation import metrics
from askdocs.evaluation.metrics import Measure
from askdocs.evaluation.question_set import GoldQuestion
from askdocs.evaluation.run import Outcome, SourceSpan
from askdocs.types import Answer

BUDGETS = (500, 1000, 2000, 4000)  # characters
_REWRITE_BUDGET = 2000  # characters
_SHORT_ANSWER = 10  # words; a longer gold answer is not a short one

Scores = dict[str, dict[str, Measure]]


def scores(outcomes: Sequence[Outcome]) -> Scores:
    """Return every metric by group and name; shares from 0 to 1, times in seconds.

    Search is measured on answerable questions (evidence where quotes are known), exact match and
    F1 where a gold answer has at most ten words, confidence on all questions.
    """
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    return {
        "before_reading": search_scores(
            [(outcome.question, outcome.retrieved) for outcome in answerable]
        ),
        "after_reading": search_scores(
            [(outcome.question, outcome.reranked) for outcome in answerable]
        ),
        "answers": _answer_scores(answerable),
        "citations": _citation_scores(outcomes),
        "refusal": _refusal_scores(outcomes),
        "time": _time_scores(outcomes),
    }


def follow_up_scores(outcomes: Sequence[Outcome]) -> Scores:
    """Return the metrics of the questions that follow a conversation; empty without any.

    `lost_to_rewrite` is a difference in evidence recall at 2000 characters: that of the rewritten
    questions minus that of the questions themselves.
    """
    follow_ups = [outcome for outcome in outcomes if outcome.question.history]
    if not follow_ups:
        return {}
    rewritten = [
        outcome for outcome in follow_ups if outcome.question.rewrite and outcome.question.spans
    ]
    lost = [
        _has_evidence(outcome, outcome.rewritten) - _has_evidence(outcome, outcome.retrieved)
        for outcome in rewritten
    ]
    measures = scores(follow_ups)
    del measures["time"]
    return {**measures, "rewriting": {"lost_to_rewrite": metrics.mean(lost)}}


def search_scores(
    ranked: Sequence[tuple[GoldQuestion, Sequence[SourceSpan]]],
) -> dict[str, Measure]:
    """Return how early the passages, best first, contain the known answer to each question."""
    quoted = [(spans_found, question.spans) for question, spans_found in ranked if question.spans]
    ranks = [metrics.first_covering(spans_found, spans) for spans_found, spans in quoted]
    measures = {
        f"evidence_in_{budget}": metrics.share(
            [
                metrics.evidence_found(spans_found, spans, budget=budget)
                for spans_found, spans in quoted
            ]
        )
        for budget in BUDGETS
    }
    measures["first_hit"] = metrics.share([rank == 1 for rank in ranks])
    measures["mrr"] = metrics.mean([metrics.reciprocal(rank) for rank in ranks])
    documents = [
        (question.sources, list(dict.fromkeys(source for source, _, _ in spans_found)))
        for question, spans_found in ranked
        if question.sources
    ]
    for most in (1, 5):
        found = [bool(sources.intersection(names[:most])) for sources, names in documents]
        measures[f"document_in_{most}"] = metrics.share(found)
    return measures


def answer_is_right(outcome: Outcome, answer: Answer) -> bool:
    """Whether an answer to the question of an outcome is right; see `is_right`."""
    return is_right(outcome.question, _cited(answer), _quoted(answer))


def best_is_right(outcome: Outcome) -> bool:
    """Whether the sentence that the confidence is about is right; see `is_right`."""
    best = outcome.best
    if best is None:
        return False
    span = (best.hit.passage.source, best.start, best.end)
    return is_right(outcome.question, [span], best.quote)


def is_right(question: GoldQuestion, spans: Sequence[SourceSpan], text: str) -> bool:
    """Whether quotes from `spans`, whose text is `text`, answer a question.

    They do if one of them cites a gold quote, or if they contain a gold answer. If only the
    document is known, one has to be from it. Nothing answers an unanswerable question.
    """
    if not question.answerable:
        return False
    if not question.spans and not question.answers:
        return any(source in question.sources for source, _, _ in spans)
    cited = any(cites(span, question) for span in spans)
    return cited or metrics.contains_answer(text, question.answers)


def cites(span: SourceSpan, question: GoldQuestion) -> bool:
    """Whether a span and a gold quote share half of the characters of the shorter one.

    A sentence that contains a gold name counts, and so does a sentence of a gold page.
    """
    source, start, end = span
    return any(
        source == gold_source
        and 2 * metrics.overlap((start, end), (first, last)) >= min(end - start, last - first)
        for gold_source, first, last in question.spans
    )


def confidence_and_right(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    """Return the confidence of each forced answer, and whether its best sentence is right."""
    confidences = [outcome.forced_answer.confidence for outcome in outcomes]
    return confidences, [best_is_right(outcome) for outcome in outcomes]


def _answer_scores(answerable: Sequence[Outcome]) -> dict[str, Measure]:
    short = [outcome for outcome in answerable if _has_short_answer(outcome.question)]
    golds = [outcome.question.answers for outcome in short]
    shown = [outcome for outcome in short if outcome.answer.answered]
    shown_golds = [outcome.question.answers for outcome in shown]
    shown_words = [_first_words(outcome.answer) for outcome in shown]
    open_words = [_first_words(outcome.forced_answer) for outcome in short]
    right = [
        answer_is_right(outcome, outcome.answer)
        for outcome in answerable
        if outcome.answer.answered
    ]
    return {
        "exact_match": _exact_match(shown_words, shown_golds),
        "f1": _f1(shown_words, shown_golds),
        "f1_refused_as_0": _f1([_first_words(outcome.answer) for outcome in short], golds),
        "open_exact_match": _exact_match(open_words, golds),
        "open_f1": _f1(open_words, golds),
        "open_f1_of_best": _f1([_best_words(outcome.best) for outcome in short], golds),
        "holds_gold_answer": metrics.share(
            [
                metrics.contains_answer(_quoted(outcome.answer), outcome.question.answers)
                for outcome in shown
            ]
        ),
        "right": metrics.share(right),
        "open_right": metrics.share(
            [answer_is_right(outcome, outcome.forced_answer) for outcome in answerable]
        ),
    }


def _citation_scores(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    found = [
        [cites(span, outcome.question) for span in _cited(outcome.answer)]
        for outcome in outcomes
        if outcome.question.spans and outcome.answer.answered
    ]
    exact = [
        number >= outcome.inexact for outcome in outcomes for number in range(outcome.cited)
    ]  # one True for each exact quote
    return {
        "precision": metrics.ratio([sum(each) for each in found], [len(each) for each in found]),
        "recall": metrics.share([any(each) for each in found]),
        "exact_quotes": metrics.share(exact),
    }


def _refusal_scores(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    refused = [outcome for outcome in outcomes if not outcome.answer.answered]
    answered = [outcome for outcome in outcomes if outcome.answer.answered]
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    return {
        "precision": metrics.share([not outcome.question.answerable for outcome in refused]),
        "recall": metrics.share([not outcome.answer.answered for outcome in unanswerable]),
        "answerable_refused": metrics.share(
            [not outcome.answer.answered for outcome in answerable]
        ),
        "answered_wrong": metrics.share(
            [not answer_is_right(outcome, outcome.answer) for outcome in answered]
        ),
        "auroc": metrics.auroc(
            [outcome.forced_answer.confidence for outcome in answerable],
            [outcome.forced_answer.confidence for outcome in unanswerable],
        ),
        "calibration_error": metrics.calibration_error(*confidence_and_right(outcomes)),
    }


def _time_scores(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    search = [outcome.search_seconds for outcome in outcomes]
    answer = [outcome.answer_seconds for outcome in outcomes]
    return {
        "search_p50": metrics.quantile(search, 0.5),
        "search_p95": metrics.quantile(search, 0.95),
        "answer_p50": metrics.quantile(answer, 0.5),
        "answer_p95": metrics.quantile(answer, 0.95),
    }


def _has_evidence(outcome: Outcome, spans_found: Sequence[SourceSpan]) -> float:
    spans = outcome.question.spans
    return float(metrics.evidence_found(spans_found, spans, budget=_REWRITE_BUDGET))


def _has_short_answer(question: GoldQuestion) -> bool:
    return any(len(answer.split()) <= _SHORT_ANSWER for answer in question.answers)


def _first_words(answer: Answer) -> str:
    """Return the focus of the first citation; its whole quote if it has no focus."""
    if not answer.citations:
        return ""
    first = answer.citations[0]
    start, end = first.focus or (first.start, first.end)
    return first.quote[start - first.start : end - first.start]


def _best_words(best: Candidate | None) -> str:
    if best is None:
        return ""
    start, end = best.focus or (best.start, best.end)
    return best.quote[start - best.start : end - best.start]


def _cited(answer: Answer) -> list[SourceSpan]:
    return [(citation.source, citation.start, citation.end) for citation in answer.citations]


def _quoted(answer: Answer) -> str:
    return "\n".join(citation.quote for citation in answer.citations)


def _exact_match(words: Sequence[str], golds: Sequence[Sequence[str]]) -> Measure:
    pairs = zip(words, golds, strict=True)
    return metrics.share([metrics.exact_match(each, gold) for each, gold in pairs])


def _f1(words: Sequence[str], golds: Sequence[Sequence[str]]) -> Measure:
    return metrics.mean(
        [metrics.best_f1(word, gold) for word, gold in zip(words, golds, strict=True)]
    )
