"""The metrics of an evaluation as a table, as one JSON object and as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askdocs.errors import AskdocsError
from askdocs.evaluation.claims import JudgedClaim, claim_as_json, probability_and_truth
from askdocs.evaluation.metrics import Measure, reliability, risk_coverage
from askdocs.evaluation.run import Evaluation, Outcome
from askdocs.evaluation.scores import (
    Scores,
    answer_is_right,
    best_is_right,
    confidence_and_right,
    follow_up_scores,
    scores,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_POINTS = 200  # of the risk-coverage curve as JSON
_NAME_WIDTH, _MEASURE_WIDTH = 22, 25
_SETTINGS = ("embedder", "passage_tokens", "passages_read", "minimum_confidence")


def scores_as_json(evaluation: Evaluation) -> dict[str, Any]:
    """All metrics with their counts and intervals, the settings and the corpus."""
    outcomes = evaluation.outcomes
    confidences, right = confidence_and_right(outcomes)
    curve = risk_coverage(confidences, right)
    return {
        "folder": str(evaluation.folder),
        "settings": {name: getattr(evaluation.config, name) for name in _SETTINGS},
        "documents": evaluation.documents,
        "failed": [asdict(failure) for failure in evaluation.failed],
        "passages": evaluation.passages,
        "questions": len(outcomes),
        "answerable": sum(outcome.question.answerable for outcome in outcomes),
        "characters_indexed": evaluation.characters,
        "characters_a_second": _speed(evaluation),
        "scores": _rounded(scores(outcomes)),
        "follow_ups": _rounded(follow_up_scores(outcomes)),
        "reliability": [asdict(each) for each in reliability(confidences, right)],
        "risk_coverage": [
            {"coverage": round(coverage, 4), "risk": round(risk, 4)}
            for coverage, risk in _thinned(curve)
        ],
    }


def scores_as_text(evaluation: Evaluation) -> str:
    """The metrics as a table: value, 95 % interval, and number of questions."""
    return "\n".join(_lines(evaluation))


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome of one question, for error analysis."""
    question, best = outcome.question, outcome.best
    return {
        "qid": question.id,
        "question": question.text,
        "answerable": question.answerable,
        "answers": question.answers,
        "gold": [asdict(gold) for gold in question.gold],
        "searched_for": outcome.forced_answer.searched_for,
        "answered": outcome.answer.answered,
        "confidence": outcome.forced_answer.confidence,
        "right": answer_is_right(outcome, outcome.forced_answer),
        "best_is_right": best_is_right(outcome),
        "best": best and best.quote,
        "text": outcome.forced_answer.text,
        "found": outcome.retrieved[:8],
        "read": outcome.reranked[:8],
    }


def write_details(evaluation: Evaluation, file: Path) -> None:
    """Write `outcome_as_json` of every question, a line each."""
    _write_lines(file, map(outcome_as_json, evaluation.outcomes))


def write_claims(judged: Sequence[JudgedClaim], file: Path) -> None:
    """Write `claim_as_json` of every claim, a line each."""
    _write_lines(file, map(claim_as_json, judged))


def check_drawing() -> None:
    """Check that pictures can be drawn. Raises AskdocsError if matplotlib is missing."""
    if find_spec("matplotlib") is None:
        raise AskdocsError('A picture needs matplotlib: pip install "askdocs[eval]".')


def draw(evaluation: Evaluation, file: Path) -> None:
    """Write a PNG: risk over coverage on the left, the reliability diagram on the right."""
    check_drawing()
    from matplotlib.figure import Figure

    confidences, right = confidence_and_right(evaluation.outcomes)
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left_axes, right_axes = figure.subplots(1, 2)
    _draw_risk(left_axes, confidences, right)
    _draw_reliability(right_axes, confidences, right)
    figure.suptitle(f"{evaluation.folder.resolve().name}, {len(confidences)} questions")
    _save(figure, file)


def draw_claims(judged: Sequence[JudgedClaim], file: Path, title: str) -> None:
    """Write a PNG: the reliability diagram of the verifier's probabilities of support."""
    check_drawing()
    from matplotlib.figure import Figure

    probabilities, true = probability_and_truth(judged)
    figure = Figure(figsize=(5, 4.5), layout="constrained")
    axes = figure.subplots()
    _draw_reliability(axes, probabilities, true)
    axes.set(xlabel="probability of support", ylabel="share of claims that are true")
    figure.suptitle(f"{title}, {len(true)} claims")
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    png = BytesIO()
    figure.savefig(png, format="png", dpi=120)
    _write(file, png.getvalue())


def _draw_risk(axes: Axes, confidences: Sequence[float], right: Sequence[bool]) -> None:
    curve = risk_coverage(confidences, right)
    axes.step([point[0] for point in curve], [point[1] for point in curve], where="post")
    axes.axhline(0.1, linestyle=":", color="gray")
    axes.set(
        xlabel="coverage: share of questions answered",
        ylabel="risk: share of answers that are wrong",
        xlim=(0, 1),
        ylim=(0, 1),
        title="Risk over coverage",
    )


def _draw_reliability(axes: Axes, confidences: Sequence[float], right: Sequence[bool]) -> None:
    bins = reliability(confidences, right)
    axes.plot([0, 1], [0, 1], linestyle=":", color="gray")
    axes.bar(
        [each.low for each in bins],
        [each.right for each in bins],
        width=[each.high - each.low for each in bins],
        align="edge",
        edgecolor="white",
    )
    for each in bins:
        middle = (each.low + each.high) / 2
        axes.annotate(str(each.count), (middle, each.right), ha="center", va="bottom", fontsize=8)
    axes.set(
        xlabel="confidence",
        ylabel="share of answers that are right",
        xlim=(0, 1),
        ylim=(0, 1.05),
        title="Reliability, with counts",
    )


def _lines(evaluation: Evaluation) -> Iterator[str]:
    outcomes = evaluation.outcomes
    answerable = sum(outcome.question.answerable for outcome in outcomes)
    yield (
        f"{evaluation.folder}: {evaluation.documents} documents, {evaluation.passages} passages,"
        f" {len(outcomes)} questions, {answerable} of them answerable"
    )
    for failure in evaluation.failed:
        yield f"not read: {failure.source}: {failure.reason}"
    yield from _tables(scores(outcomes))
    speed = _speed(evaluation)
    if speed:
        yield f"{'indexing':{_NAME_WIDTH}}{speed} characters a second ({evaluation.characters})"
    follow_ups = follow_up_scores(outcomes)
    if follow_ups:
        asked = sum(bool(outcome.question.history) for outcome in outcomes)
        yield f"\nThe follow-ups alone ({asked})"
        yield from _tables(follow_ups)


def _tables(groups: Scores) -> Iterator[str]:
    before, after = groups["before_reading"], groups["after_reading"]
    titles = f"{'before reading':{_MEASURE_WIDTH}}{'after reading':{_MEASURE_WIDTH}}"
    yield f"\n{'Search':{_NAME_WIDTH}}{titles}questions"
    for name, measure in before.items():
        yield f"{_label(name)}{_measure(measure)}{_measure(after[name])}{measure.count}"
    for group in ("answers", "citations", "refusal", "time", "rewriting"):
        if group in groups:
            yield f"\n{group.capitalize()}"
            for name, measure in groups[group].items():
                if measure.count:
                    yield f"{_label(name)}{_measure(measure)}{measure.count}"


def _label(name: str) -> str:
    return f"{name.replace('_', ' '):{_NAME_WIDTH}}"


def _measure(measure: Measure) -> str:
    if measure.value is None:
        return f"{'–':{_MEASURE_WIDTH}}"
    interval = "" if measure.low is None else f" ({measure.low:.3f}–{measure.high:.3f})"
    return f"{f'{measure.value:.3f}{interval}':{_MEASURE_WIDTH}}"


def _rounded(groups: Scores) -> dict[str, dict[str, dict[str, float | int | None]]]:
    return {
        group: {
            name: {
                key: None if value is None else round(value, 4)
                for key, value in asdict(measure).items()
            }
            for name, measure in measures.items()
        }
        for group, measures in groups.items()
    }


def _speed(evaluation: Evaluation) -> int | None:
    """Characters indexed in a second; None if the index existed already."""
    if not evaluation.characters:
        return None
    return round(evaluation.characters / evaluation.index_seconds)


def _thinned(curve: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """At most _MOST_POINTS points of a curve, evenly spread, with its last point."""
    step = -(-len(curve) // _MOST_POINTS) or 1
    return curve[::-1][::step][::-1]


def _write_lines(file: Path, records: Iterable[dict[str, Any]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    _write(file, ("\n".join(lines) + "\n").encode("utf-8", "replace"))


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise AskdocsError(f"{file} cannot be written: {error.strerror or error}.") from error
