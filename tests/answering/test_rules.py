"""Vetoes: what they catch, and what they leave alone though it is put in other words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from askdocs.answering.verification.vetoes import RULES, veto

NEAR_MISSES = Path(__file__).parents[2] / "training" / "data" / "near_misses.jsonl"


@pytest.mark.parametrize(
    ("true", "false", "source"),
    [
        ("Adults take 5 mg.", "Adults take 5 g.", "The dose for adults is 5 mg a day."),
        ("It cost €40.", "It cost $40.", "The fee is 40 euros."),
        ("It is 3 million wide.", "It is 3 billion wide.", "Some 3 million were counted."),
        ("See RFC 7231.", "See RFC 7213.", "It follows RFC 7231."),
        ("Release v2.4.1 fixed it.", "Release v2.4.2 fixed it.", "Fixed since v2.4.1 in May."),
        (
            "It was exported from Austria.", "It was exported from Australia.",
            "The exports of Austrian firms grew.",
        ),
        ("They came from Iran.", "They came from Iraq.", "Iranian traders came in 1911."),
        (
            "Tenants must pay the fee by May.", "Tenants may pay the fee by May.",
            "The fee must be paid by tenants before the end of May.",
        ),
        (
            "All members get a free copy.", "Some members get a free copy.",
            "Every member gets a copy free.",
        ),
        (
            "The lessee keeps the ovens in repair.", "The lessor keeps the ovens in repair.",
            "The ovens are kept in repair by the lessee.",
        ),
        ("It opened in March.", "It opened in August.", "On 3 March the museum opened."),
        ("The rate is 2.4 %.", "The rate is 4.2 %.", "A rate of 2.4 % applies."),
        (
            "The dough rests for half an hour.", "The dough rests for two hours.",
            "Let the dough rest 30 minutes, then shape it.",
        ),
        (
            "A quarter of the wounds closed.", "Half of the wounds closed.",
            "Of the wounds, 25 per cent closed.",
        ),
        ("A dozen boats turned back.", "Forty boats turned back.", "Twelve boats turned back."),
        ("Heron lost to Kestrel.", "Heron beat Kestrel.", "Heron was beaten by Kestrel."),
        ("Amann came later than Vogt.", "Vogt came later than Amann.", "Vogt came before Amann."),
        (
            "Red permits may not be lent or sold.", "Red permits may be lent or sold.",
            "The holder of a red permit shall show it on demand and shall not lend or sell it.",
        ),
    ],
)  # fmt: skip
def test_a_small_difference_is_seen_and_its_twin_left_alone(
    true: str, false: str, source: str
) -> None:
    assert veto(true, source) == ""
    assert veto(false, source) != ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "Of some 300 yearly guests, a third sleep in huts and cabins.",
            "The village attracts 300 guests every year to its huts and cabins.",
        ),
        (
            "Above all the harbour board spread the regional scheme.",
            "The harbour board has done most to spread the regional scheme.",
        ),
    ],
)
def test_a_word_of_an_idiom_is_no_quantifier(text: str, source: str) -> None:
    assert veto(text, source) == ""


COPIED = (
    "In the winter of 1962 the board of the Hull Dock Company decided not to sell its three"
    " northern warehouses to Garrick Brothers before the new bridge had been built."
)


@pytest.mark.parametrize(
    ("old", "new", "is_seen"),
    [
        ("1962", "1963", True), ("three", "four", True), ("not to sell", "to sell", True),
        ("Hull", "Hill", True), ("northern", "southern", True), ("before", "after", True),
        ("Garrick Brothers", "Lyle Brothers", True), ("had been", "had not been", True),
        ("the board of", "none of", True),
        ("three", "3", False), ("decided", "resolved", False), ("winter", "cold months", False),
        ("Garrick Brothers", "Garrick", False), ("new bridge", "bridge", False),
        (" northern", "", False), ("the board", "the directors", False),
    ],
)  # fmt: skip
def test_a_copy_with_a_word_changed(old: str, new: str, is_seen: bool) -> None:
    assert veto(COPIED, COPIED) == ""
    assert bool(veto(COPIED.replace(old, new), f"It rained. {COPIED} It rained.")) is is_seen


def test_rules_on_sentences_they_were_not_made_for() -> None:
    """True twins may hardly be accused; the near misses caught are more than chance would give."""
    items = [json.loads(line) for line in NEAR_MISSES.read_text(encoding="utf-8").splitlines()]
    pairs = [(pair, item["passage"]) for item in items for pair in item["pairs"]]
    accused = [pair["true"] for pair, source in pairs if veto(pair["true"], source)]
    caught = [pair["false"] for pair, source in pairs if veto(pair["false"], source)]
    assert len(pairs) > 140
    assert len(accused) <= 0.02 * len(pairs), accused
    assert len(caught) >= 0.25 * len(pairs)


def test_an_altered_amount_is_compared_with_the_one_most_like_it() -> None:
    source = "The scheme cost 1.9 million pounds to set up and 380,000 pounds a year to run."
    told = RULES["amount"]("The scheme costs 480,000 pounds a year to run.", source)
    assert told == "“480,000” differs: the source has “380,000”"
