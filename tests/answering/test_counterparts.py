"""A statement without its denial, or with one."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.counterparts import counterpart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry is late.", "The ferry is not late."),
        ("The ferry isn't late.", "The ferry is late."),
        ("Dogs may not travel.", "Dogs may travel."),
        ("Guests cannot pay by card.", "Guests can pay by card."),
        ("There was no fee in May.", "There was fee in May."),
        ("The rule raises the fee.", "The rule does not raise the fee."),
        ("Leicester bought the striker.", "Leicester did not buy the striker."),
        ("The train stopped twice.", "The train did not stop twice."),
        ("The study carries weight.", "The study does not carry weight."),
        ("I am not allowed to sell it.", "I am allowed to sell it."),
        ("Is the ferry late", ""),  # what opens a sentence is no verb of a statement
        ("Late, wet and cold.", ""),
    ],
)
def test_one_denial_is_put_in_or_taken_away(text: str, expected: str) -> None:
    assert counterpart(text) == expected
