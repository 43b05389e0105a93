from __future__ import annotations

import pytest

from askdocs.answering.verification.swaps import exchanged


@pytest.mark.parametrize(
    ("text", "source", "found"),
    [
        ("Mayor Hale thanked Amara Nwosu.", "Mayor Nwosu thanked Amara Hale.", "Hale"),
        ("In May Peter Hale thanked Nwosu.", "In May Nwosu thanked Peter Hale.", "Peter"),
        ("Hale sang while Nwosu danced.", "Nwosu sang while Hale danced.", "Hale"),
        ("Nwosu was thanked by Hale.", "Hale thanked Nwosu.", ""),
        ("It lies in Wexham near Skerry.", "It lies in Skerry near Wexham.", "Wexham"),
        ("A lamp of Wexham burns near Wexham.", "A lamp of Skerry burns near Wexham.", "Wexham"),
        ("It is known in the Old Town and Norway.", "It is known in Norway and the Old Town.", ""),
        ("Ships left Wexham, Skerry and Hull.", "Ships left Hull, Wexham and Skerry.", ""),
        ("The ships of Norway left.", "The ships of the Norwegian Crown left.", ""),
        ("The ships of Norway left.", "The ships of Norwegian Lines left.", ""),
        ("It has 31 bicycles at 240 docks.", "It has 240 bicycles at 31 docks.", "31"),
        ("It has 2 keepers and 12 boats.", "It has two keepers and 12 boats.", ""),
        ("It fell from 58 to 9 in 2024.", "In 2024 it fell from 58 to 9.", ""),
        ("It opened in 1962.", "It closed in 1980 and opened in 1962.", ""),
    ],
)  # fmt: skip
def test_what_stands_in_the_place_of_another(text: str, source: str, found: str) -> None:
    assert exchanged(text, source) == found


def test_the_same_sentence_has_nothing_exchanged() -> None:
    text = "In May Peter Hale of Wexham gave 31 lamps to Amara Nwosu, Ann Ray and 2 others."
    assert exchanged(text, text) == ""
