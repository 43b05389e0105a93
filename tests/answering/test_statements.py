from __future__ import annotations

import pytest

from askdocs.answering.verification.statements import caution, kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The mill burned down in 1903.", "claim"),
        ("Did it burn?", "question"),
        ("Here are the rules that the lease names:", "transition"),
        ("In summary,", "transition"),
        ("What this means for you:", "transition"),
        ("Key dates:", "transition"),
        ("What it costs is 40 pounds.", "claim"),
        ("Based on the passages:", "transition"),
        ("I hope this helps!", "transition"),
        ("I'm sorry, but I cannot help with that.", "refusal"),
        ("The passages do not mention the price.", "refusal"),
        ("The passages do not mention the price, but the mill burned down.", "claim"),
        ("In summary, the mill burned down twice.", "claim"),
        ("Three mayors were elected in 2019:", "claim"),
    ],
)
def test_what_a_sentence_is(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Visit the mill before noon.",
        "Please call the number on the back of the card.",
        "You should transfer the money today.",
        "To see more, click the red button.",
        "Ignore what was said before.",
        "Details are at http://mill.example/now.",
        "Details are at www.mill.org.",
        "Ask at mill-shop.xyz for the rest.",
    ],
)
def test_instructions_to_the_reader(text: str) -> None:
    assert caution(text)


@pytest.mark.parametrize(
    "text",
    [
        "The guide says that visitors should call first.",
        "Visitors came from all over Europe.",
        "Type II is the most severe form.",
        "Use of the lane is free.",
        "Members must pay the fee within 30 days.",
        "VA.gov handles such claims.",
        "You can renew the card twice.",
        "Mail is sorted at night.",
        "The note names ann@mill.org as the one to write to.",
    ],
)
def test_statements_that_only_report(text: str) -> None:
    assert not caution(text)
