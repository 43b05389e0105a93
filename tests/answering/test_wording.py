"""Parts of sentences, word for word, and what the source says around them."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.quotations import Source
from askdocs.answering.verification.wording import piece_of_sentence
from askdocs.types import Passage

TEXT = "''The Marlow Herald'' is read in every house. Nobody said that the Wey Post is read at all."


@pytest.mark.parametrize(
    ("statement", "limit"),
    [
        ("Marlow Herald is read in every house.", ""),
        ("Wey Post is read at all.", "the source begins: “Nobody said that the”"),
    ],
)
def test_only_what_says_something_limits_the_part_after_it(statement: str, limit: str) -> None:
    piece = piece_of_sentence(statement, Source([Passage("p", "a.txt", TEXT, 0, len(TEXT))]))
    assert piece is not None
    assert piece.limit == limit
