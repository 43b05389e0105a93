from __future__ import annotations

import pytest

from askdocs.answering.verification.verifier import NOWHERE, Verifier
from askdocs.models.embedders import OnnxEmbedder
from askdocs.types import Passage

TEXT = (
    "The scheme opened in April 2023 with 240 bicycles at 31 stations. It cost 1.9 million pounds"
    " to set up. In the first year 58 bicycles were lost, most of them from the two unlit stations"
    " by the river. Councillor Peter Hale said that the old mill station should be kept until the"
    " new housing estate is finished. Amara Nwosu recommends to close it."
)


def passage(text: str = TEXT, name: str = "a.txt", start: int = 100) -> Passage:
    return Passage(f"{name}-{start}", name, text, start, start + len(text))


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(OnnxEmbedder())


def test_the_words_of_the_source_are_quoted(verifier: Verifier) -> None:
    judged = verifier.judge("It cost 1.9  million pounds to set up.", [passage()], [])
    assert judged.verdict == "quoted"
    ((found, start, end),) = judged.quotes
    assert TEXT[start - found.start : end - found.start] == "It cost 1.9 million pounds to set up."


@pytest.mark.parametrize(
    "text",
    [
        "Setting the scheme up cost 1.9 million pounds.",
        "With 240 bicycles at 31 stations, the scheme was opened in April of 2023.",
        "58 bicycles were lost in the first year, most from two unlit stations by the river.",
        "Peter Hale said the old mill station should be kept until the housing estate is finished.",
    ],
)
def test_the_same_in_other_words_is_supported(verifier: Verifier, text: str) -> None:
    judged = verifier.judge(text, [passage()], [])
    assert judged.verdict == "supported", judged


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The scheme opened in April 2023 with 340 bicycles at 31 stations.", "number 340"),
        ("The scheme opened in April 2022 with 240 bicycles at 31 stations.", "number 2022"),
        ("The scheme opened in June 2023 with 240 bicycles at 31 stations.", "date June"),
        ("Councillor Amara Nwosu said that the old mill station should be kept.", "the name"),
        ("Councillor Peter Hale said that the old mill station should not be kept.", "denies"),
        ("The scheme closed in April 2023 with 240 bicycles at 31 stations.", "closed"),
        ("The scheme opened in April 2023 with 31 bicycles at 240 stations.", "31 stands in"),
        ("The moon is made of green cheese.", NOWHERE),
    ],
)
def test_what_differs_is_not_supported_and_told(verifier: Verifier, text: str, reason: str) -> None:
    judged = verifier.judge(text, [passage()], [])
    assert judged.verdict == "unsupported"
    assert reason in judged.reason


def test_half_a_truth_is_partly_supported(verifier: Verifier) -> None:
    text = "It cost 1.9 million pounds to set up, and nobody regrets paying the bill any longer."
    assert verifier.judge(text, [passage()], []).verdict in ("partly", "unsupported")


def test_two_sentences_together_bear_what_neither_does_alone(verifier: Verifier) -> None:
    text = "The scheme opened in April 2023 and lost 58 bicycles in the first year."
    judged = verifier.judge(text, [passage()], [])
    assert judged.verdict == "supported"
    assert len(judged.quotes) == 2


def test_a_statement_is_cited_from_where_it_stands_not_from_where_it_was_said_to(
    verifier: Verifier,
) -> None:
    other = passage("Sourdough wants patience. The dough rests for twelve hours.", "b.txt", 0)
    judged = verifier.judge("The dough rests twelve hours.", [passage()], [other])
    assert judged.verdict == "supported"
    assert {quote[0].source for quote in judged.quotes} == {"b.txt"}


def test_without_passages_nothing_is_supported(verifier: Verifier) -> None:
    assert verifier.judge("It opened in 2023.", [], []).verdict == "unsupported"


WEXHAM = "Ann Wexham founded the mill with borrowed money in 1890."
BURNED = "The mill burned down in 1903 and was never rebuilt."


def test_what_only_all_passages_together_say_is_supported_and_cited_from_each(
    verifier: Verifier,
) -> None:
    text = (
        "Ann Wexham founded the mill in 1890 with borrowed money, and it burned down in 1903 and"
        " was never rebuilt."
    )
    judged = verifier.judge(text, [passage(WEXHAM, "b.txt", 0)], [passage(BURNED, "c.txt", 0)])
    assert judged.verdict == "supported", judged
    assert {found.source for found, _, _ in judged.quotes} == {"b.txt", "c.txt"}


def test_a_number_of_another_passage_does_not_help_a_false_one(verifier: Verifier) -> None:
    judged = verifier.judge(
        "Ann Wexham founded the mill in 1903.",
        [passage(WEXHAM, "b.txt", 0)],
        [passage(BURNED, "c.txt", 0)],
    )
    assert judged.verdict == "unsupported"
    assert "1903" in judged.reason


def test_where_the_cited_passage_has_nothing_the_nearest_words_of_another_are_told(
    verifier: Verifier,
) -> None:
    text = "Ann Wexham founded the mill in 1891."
    judged = verifier.judge(text, [passage(BURNED, "c.txt", 0)], [passage(WEXHAM, "b.txt", 0)])
    assert judged.verdict == "unsupported"
    assert [found.source for found, _, _ in judged.quotes] == ["b.txt"]
    assert "1891" in judged.reason
