"""The formulas against cases worked by hand, and the ranking ones against ir-measures."""

from __future__ import annotations

import math
from itertools import pairwise

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, Qrel, ScoredDoc, Success

from askdocs.evaluation import metrics

SCORES = st.floats(0, 1, allow_nan=False, width=16)
few = settings(deadline=None, max_examples=20)  # each example draws 1000 resamples


def test_wilson_interval_of_a_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263 has the score interval 0.2553 to 0.3662.
    assert metrics.wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert metrics.wilson(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert metrics.wilson(0 / 20, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert metrics.wilson(1 / 29, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1))
def test_a_share_is_within_its_interval(outcomes: list[bool]) -> None:
    share = metrics.share(outcomes)
    assert share.value is not None
    assert share.low is not None
    assert share.high is not None
    assert 0 <= share.low <= share.value + 1e-9
    assert share.value - 1e-9 <= share.high <= 1


def test_nothing_measured_has_no_value() -> None:
    nothing = metrics.Measure(None, 0)
    assert metrics.share([]) == nothing
    assert metrics.mean([]) == nothing
    assert metrics.quantile([], 0.5) == nothing
    assert metrics.auroc([], [0.5]) == nothing
    assert metrics.calibration_error([], []) == nothing


def test_the_interval_of_a_mean_is_two_standard_errors_and_repeatable() -> None:
    values = [float(number % 10) for number in range(400)]
    mean = metrics.mean(values)
    error = 2.8723 / math.sqrt(400)  # the standard deviation of 0 to 9 over the root of the count
    assert mean.value == pytest.approx(4.5)
    assert mean.low == pytest.approx(4.5 - 1.96 * error, abs=0.05)
    assert mean.high == pytest.approx(4.5 + 1.96 * error, abs=0.05)
    assert metrics.mean(values) == mean


def test_a_ratio_weighs_by_the_wholes_and_resamples_questions() -> None:
    # One question with 1 of 1, one with 0 of 3: 1 of 4, anywhere between 0 of 3 and 1 of 1.
    ratio = metrics.ratio([1, 0], [1, 3])
    assert (ratio.value, ratio.count, ratio.low, ratio.high) == (0.25, 4, 0.0, 1.0)


def test_a_quantile_is_one_of_the_values() -> None:
    middle = metrics.quantile([3.0, 1.0, 2.0, 4.0], 0.5)
    assert middle.value == 2.0
    assert metrics.quantile([float(number) for number in range(1, 101)], 0.95).value == 95.0
    # The Wilson bounds of a half of 100 are 0.404 and 0.596.
    half = metrics.quantile([float(number) for number in range(1, 101)], 0.5)
    assert (half.low, half.high) == (41.0, 60.0)


def test_answers_are_compared_as_squad_does() -> None:
    assert metrics.normalised("  The  U.S. Army's, an answer! ") == "us armys answer"
    assert metrics.exact_match("the Denver Broncos.", ["Denver Broncos", "Broncos"])
    assert not metrics.exact_match("Denver", ["Denver Broncos"])


def test_f1_counts_common_words_against_the_best_gold_answer() -> None:
    # "in march 2025" and "march 11 2025": 2 common, precision 2/3, recall 2/3.
    assert metrics.best_f1("in March 2025", ["March 11, 2025"]) == pytest.approx(2 / 3)
    # One word of two is common with the first, none with the second.
    assert metrics.best_f1("blue", ["dark blue", "green"]) == pytest.approx(2 / 3)
    # A word that is said twice is common twice only where both say it twice.
    assert metrics.best_f1("no no", ["no"]) == pytest.approx(2 / 3)
    assert metrics.best_f1("", ["green"]) == 0
    assert metrics.best_f1("the", ["a"]) == 1  # both are empty once normalised


def test_a_gold_answer_is_held_only_as_whole_words() -> None:
    assert metrics.contains_answer("It cost 1,200 pounds.", ["1200", "12"])
    assert not metrics.contains_answer("It cost 1,200 pounds.", ["12", "pound"])
    assert not metrics.contains_answer("Anything.", ["the"])
    assert metrics.contains_answer("公元前二世纪的大学", ["二世纪"])


PASSAGES = [("a", 0, 100), ("b", 0, 100), ("a", 100, 200)]


@pytest.mark.parametrize(
    ("gold", "budget", "found"),
    [
        (("a", 10, 110), 1000, True),  # 90 characters of the first and 10 of the third
        (("a", 10, 110), 200, True),  # 90 of 100 are enough
        (("a", 11, 111), 200, False),  # 89 are not
        (("a", 11, 111), 201, True),  # one more character of the third passage
        (("a", 0, 50), 44, False),
        (("a", 0, 50), 45, True),  # the passage is cut where the budget ends
        (("c", 0, 50), 1000, False),
        (("b", 0, 100), 100, False),
    ],
)
def test_evidence_within_a_budget(gold: tuple[str, int, int], budget: int, found: bool) -> None:
    assert metrics.evidence_found(PASSAGES, [gold], budget=budget) is found
    assert metrics.evidence_found(PASSAGES, [("d", 0, 5), gold], budget=budget) is found


def test_characters_found_twice_count_once() -> None:
    twice = [("a", 0, 50), ("a", 0, 50), ("a", 25, 60)]
    assert not metrics.evidence_found(twice, [("a", 0, 100)], budget=1000)


def test_the_first_passage_that_covers_half_of_a_gold_quote() -> None:
    assert metrics.first_covering(PASSAGES, [("a", 50, 150)]) == 1
    assert metrics.first_covering(PASSAGES, [("a", 51, 151)]) == 3
    assert metrics.first_covering(PASSAGES, [("a", 51, 151), ("b", 90, 99)]) == 2
    assert metrics.first_covering(PASSAGES, [("a", 200, 300)]) is None
    assert metrics.first_covering([], [("a", 200, 300)]) is None


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), max_size=8), min_size=1, max_size=8))
def test_rank_and_first_hit_agree_with_ir_measures(relevant: list[list[bool]]) -> None:
    """Passage n of a question lies at characters 10n to 10n + 10; the relevant ones are gold."""
    qrels, run, ranks = [], [], []
    for question, flags in enumerate(relevant):
        places = [("d", 10 * number, 10 * number + 10) for number in range(len(flags))]
        golds = [place for place, flag in zip(places, flags, strict=True) if flag]
        ranks.append(metrics.first_covering(places, golds))
        qrels.append(Qrel(str(question), "none", 0))
        for number, flag in enumerate(flags):
            run.append(ScoredDoc(str(question), str(number), 1 / (number + 1)))
            qrels.append(Qrel(str(question), str(number), int(flag)))
    # A question with nothing found must still count: ir-measures knows only those that were run.
    run += [ScoredDoc(str(question), "other", 0.0) for question in range(len(relevant))]
    theirs = ir_measures.calc_aggregate([RR, Success @ 1], qrels, run)
    reciprocals = [metrics.reciprocal(rank) for rank in ranks]
    assert sum(reciprocals) / len(ranks) == pytest.approx(theirs[RR])
    assert metrics.share([rank == 1 for rank in ranks]).value == pytest.approx(theirs[Success @ 1])


def test_auroc_by_hand() -> None:
    # Of 6 pairs, 4 are in order and 1 is tied.
    assert metrics.auroc([0.9, 0.6, 0.4], [0.6, 0.1]).value == pytest.approx(4.5 / 6)
    assert metrics.auroc([0.9, 0.8], [0.1]).value == 1.0
    assert metrics.auroc([0.5, 0.5], [0.5]).value == 0.5


@few
@given(st.lists(SCORES, min_size=1, max_size=20), st.lists(SCORES, min_size=1, max_size=20))
def test_auroc_is_the_share_of_pairs_in_order(above: list[float], below: list[float]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one in above for other in below]
    assert metrics.auroc(above, below).value == pytest.approx(sum(pairs) / len(pairs))


def test_the_interval_of_auroc_narrows_with_more_questions() -> None:
    rough = metrics.auroc([0.9, 0.6, 0.4] * 5, [0.6, 0.1] * 5)
    exact = metrics.auroc([0.9, 0.6, 0.4] * 100, [0.6, 0.1] * 100)
    assert rough.low is not None
    assert rough.high is not None
    assert exact.low is not None
    assert exact.high is not None
    assert rough.low < exact.low < 0.75 < exact.high < rough.high


def test_risk_and_coverage_by_hand() -> None:
    curve = metrics.risk_coverage([0.9, 0.2, 0.7, 0.7], [True, False, False, True])
    # The surest answer is right; the two of 0.7 enter together, one of them wrong.
    assert [coverage for coverage, _ in curve] == [0.25, 0.75, 1.0]
    assert [risk for _, risk in curve] == pytest.approx([0, 1 / 3, 0.5])


@settings(deadline=None)
@given(st.lists(st.tuples(SCORES, st.booleans()), min_size=1))
def test_the_curve_ends_with_all_answers(answers: list[tuple[float, bool]]) -> None:
    confidences, right = zip(*answers, strict=True)
    curve = metrics.risk_coverage(confidences, right)
    assert curve[-1][0] == 1.0
    assert curve[-1][1] == pytest.approx(right.count(False) / len(right))
    assert all(first[0] < second[0] for first, second in pairwise(curve))


def test_calibration_error_by_hand() -> None:
    # Bin 0.7 to 0.8: mean confidence 0.75, right 0.5, weight 2/3. Bin 0 to 0.1: 0.1 against 0.
    confidences, right = [0.8, 0.7 + 1e-9, 0.1], [True, False, False]
    expected = (2 * abs(0.75 - 0.5) + abs(0.1 - 0)) / 3
    assert metrics.calibration_error(confidences, right).value == pytest.approx(expected)
    bins = metrics.reliability(confidences, right)
    assert [(each.low, each.high, each.count, each.right) for each in bins] == [
        (0.0, 0.1, 1, 0.0),
        (0.7, 0.8, 2, 0.5),
    ]


@few
@given(st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=30))
def test_the_bins_hold_every_answer_and_give_the_error(answers: list[tuple[float, bool]]) -> None:
    confidences, right = zip(*answers, strict=True)
    bins = metrics.reliability(confidences, right)
    assert sum(each.count for each in bins) == len(answers)
    assert all(each.low - 1e-9 <= each.confidence <= each.high + 1e-9 for each in bins)
    error = sum(each.count * abs(each.confidence - each.right) for each in bins) / len(answers)
    assert metrics.calibration_error(confidences, right).value == pytest.approx(error)
