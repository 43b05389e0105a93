"""Two versions of a document that say the same with other figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.questions.question import parse
from askdocs.answering.versions import NEWEST_FIRST, differ_in_figures, versions
from askdocs.types import Hit, Passage


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        ("Guests pay 9 euros for the daily menu.", "Guests pay 11 euros for the daily menu.", True),
        ("Guests pay 9 euros for the daily menu.", "Guests pay 9 euros for the daily menu.", False),
        ("Guests pay 9 euros for the daily menu.", "Guests leave the house at 9.", False),
        ("Town: Bergen; Year: 2019; Rain: 4", "Town: Bergen; Year: 2019; Rain: 6", False),
    ],
)
def test_sentences_that_differ_in_their_figures_alone(
    first: str, second: str, differ: bool
) -> None:
    assert differ_in_figures(first, second) is differ


@pytest.fixture(scope="module")
def fees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("fees")
    (folder / "corpus").mkdir()
    for name, year, fee in (("old.txt", 2022, 30), ("new.txt", 2025, 45)):
        (folder / "corpus" / name).write_text(
            f"Fees of the pottery club, valid from 1 May {year}\n\nMembers pay {fee} euros for a"
            " firing of the large kiln. Clay is sold at the counter.\n"
        )
    with Assistant(Config(corpus=folder / "corpus", index=folder / "index")) as assistant:
        assistant.index()
        yield assistant


def test_versions_that_differ_are_both_quoted_the_newer_first(fees: Assistant) -> None:
    answer = fees.ask("How much do members pay for a firing of the large kiln?")
    assert [citation.source for citation in answer.citations][:2] == ["new.txt", "old.txt"]
    assert NEWEST_FIRST in answer.notice


def test_asked_for_what_holds_now_the_newest_is_quoted_alone(fees: Assistant) -> None:
    answer = fees.ask("How much do members currently pay for a firing of the large kiln?")
    assert "45 euros" in answer.text
    assert "30 euros" not in answer.text


def test_of_versions_of_one_day_the_better_candidate_comes_first() -> None:
    dates = {"a.txt": "1 May 2025", "b.txt": "1 May 2025", "c.txt": "1 May 2022"}
    candidates = []
    for source, fee, probability in (("a.txt", 45, 0.9), ("b.txt", 40, 0.6), ("c.txt", 30, 0.5)):
        text = f"Members pay {fee} euros for a firing of the kiln."
        found = Hit(Passage(source, source, text, 0, len(text)), 0.5)
        candidates.append(Candidate(found, 0, len(text), None, probability, "reader"))
    shown = versions(parse("How much do members pay?"), candidates, lambda it: f"Date: {dates[it]}")
    assert [each.hit.passage.source for each in shown] == ["a.txt", "b.txt", "c.txt"]
