"""The clauses of sentences, and what each says alone."""

from __future__ import annotations

import pytest

from askdocs.answering.verification.clauses import Clause, clauses_of


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "The mill burned down in 1903 and was never rebuilt by its owners.",
            [
                ("The mill burned down in 1903", ""),
                ("was never rebuilt by its owners.", "The mill was never rebuilt by its owners."),
            ],
        ),
        (
            "Hale wants to keep the station, but Nwosu would close it at once.",
            [("Hale wants to keep the station", ""), ("Nwosu would close it at once.", "")],
        ),
        (
            "While the lessor has to give notice, the deposit comes back in a month.",
            [("the lessor has to give notice", ""), ("the deposit comes back in a month.", "")],
        ),
        (
            "The version brings a theme and drops the old format.",
            [
                ("The version brings a theme", ""),
                ("drops the old format.", "The version drops the old format."),
            ],
        ),
        (
            "The price rose in July and the number of employees fell.",
            [("The price rose in July", ""), ("the number of employees fell.", "")],
        ),
        (
            "Nine of them dropped out, mainly because the glasses hurt.",
            [("Nine of them dropped out", ""), ("mainly because the glasses hurt.", None)],
        ),
        (
            "It cost a lot of money and was paid by the region, which had promised more.",
            [
                ("It cost a lot of money", ""),
                ("was paid by the region", "It was paid by the region"),
                ("which had promised more.", None),
            ],
        ),
        ("Spain and France that had fought made peace.", None),
        ("It rained.", None),
    ],
)
def test_the_clauses_of_a_sentence(text: str, clauses: list[tuple[str, str | None]] | None) -> None:
    """An empty claim stands for the clause itself, None for a part that says nothing alone."""
    expected = [
        Clause(part, "" if claim is None else claim or part)
        for part, claim in clauses or [(text, text)]
    ]
    assert clauses_of(text) == expected
