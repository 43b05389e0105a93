"""The rows of a table that a question asks for as a list."""

from __future__ import annotations

import pytest

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.questions.question import parse
from askdocs.answering.quotes import LIST_GOES_ON, answer_with_quotes
from askdocs.answering.table_rows import MOST_ROWS, table_rows, with_rows
from askdocs.types import Answer, Hit, Passage

TREES = (
    "Tree: Common oak; Owner: Marsh & Daughters; Planted: 1968-11-02\n"
    "Tree: Red maple; Owner: Parish council; Planted: 2011-03-15\n"
    "Tree: Silver birch; Owner: Marsh & Daughters; Planted: 2011-10-30\n"
    "Tree: Sweet chestnut; Owner: Daughters Ltd; Planted: unknown"
)


def table(text: str = TREES, *, heading: str = "Register") -> list[Passage]:
    """A table in two passages, below one heading."""
    cut = text.index("\n", len(text) // 2)
    parts = ((0, text[:cut]), (cut + 1, text[cut + 1 :]))
    return [
        Passage(
            f"p{start}", "trees.csv", part, start, start + len(part), "Village", heading=heading
        )
        for start, part in parts
    ]


def answer(
    question: str, best: str, passages: list[Passage] | None = None, probability: float = 0.7
) -> Answer:
    """The answer whose best sentence is the row with the words `best`."""
    passages = passages or table()
    passage = next(each for each in passages if best in each.text)
    row = next(line for line in passage.text.split("\n") if best in line)
    start = passage.start + passage.text.index(row)
    hit = Hit(passage, 0.5)
    candidates = (Candidate(hit, start, start + len(row), None, probability, "reader"),)
    parsed = parse(question)
    found = table_rows(parsed, candidates, lambda _: passages)
    return answer_with_quotes(
        RetrievalResult(
            question=parsed,
            searched_for=(question,),
            hits=(hit,),
            candidates=with_rows(candidates, found),
            rows=found.rows,
            rows_cut=found.is_cut,
        ),
        minimum_confidence=0.4,
    )


def trees_in(given: Answer) -> list[str]:
    lines = [line for each in given.citations for line in each.quote.split("\n")]
    return [line.split("; ")[0].removeprefix("Tree: ") for line in lines]


@pytest.mark.parametrize("question", ["List all trees", "Which owners are there?"])
def test_a_table_that_is_asked_for_is_quoted_whole(question: str) -> None:
    given = answer(question, "Red maple")
    assert trees_in(given) == ["Common oak", "Red maple", "Silver birch", "Sweet chestnut"]
    assert LIST_GOES_ON not in given.notice
    assert all(TREES[each.start : each.end] == each.quote for each in given.citations)


@pytest.mark.parametrize(
    ("question", "trees"),
    [
        ("Which trees belong to Marsh & Daughters?", ["Common oak", "Silver birch"]),
        ("Trees of Marsh & Daughters", ["Common oak", "Silver birch"]),
        ("Which trees were planted in 2011?", ["Red maple", "Silver birch"]),
        ("Which trees do Marsh and the parish have?", ["Common oak", "Red maple", "Silver birch"]),
        ("Which trees did Marsh & Daughters plant in 1968?", ["Common oak"]),
    ],
)
def test_only_the_rows_with_the_cell_that_is_named(question: str, trees: list[str]) -> None:
    given = answer(question, trees[0])
    assert trees_in(given) == trees
    assert LIST_GOES_ON not in given.notice


def test_a_row_with_the_same_words_in_another_column_is_no_match() -> None:
    rows = (
        "Tree: Elm 1; Owner: Stone Bridge Hotel; Street: Quay; Felled: 2001\n"
        "Tree: Elm 2; Owner: Harbour office; Street: Stone Bridge; Felled: 2002\n"
        "Tree: Elm 3; Owner: Harbour office; Street: Quay; Felled: 2003"
    )
    given = answer("List the trees of the harbour office at Stone Bridge", "Elm 2", table(rows))
    assert trees_in(given) == ["Elm 2"]


def test_the_rows_of_an_answer_keep_their_lines() -> None:
    assert answer("List all trees", "Red maple").statements[0].text.count("\nTree: ") == 2


@pytest.mark.parametrize(
    "question", ["Who owns the red maple?", "What should I do with the red maple?"]
)
def test_a_question_for_one_row_gets_it_without_a_notice(question: str) -> None:
    given = answer(question, "Red maple")
    assert trees_in(given) == ["Red maple"]
    assert LIST_GOES_ON not in given.notice


def test_a_table_that_is_too_long_is_said_to_be_cut() -> None:
    rows = "\n".join(f"Tree: Lime {n}; Owner: Parish council" for n in range(MOST_ROWS + 3))
    given = answer("List all trees", "Lime 2;", table(rows))
    assert len(trees_in(given)) == MOST_ROWS
    assert LIST_GOES_ON in given.notice


def test_a_table_whose_heading_is_asked_for_is_answered_even_if_the_reader_doubts() -> None:
    rows = "Sign: K1; Cause: no water\nSign: K2; Cause: frost\nSign: K3; Cause: snails"
    named = answer("List all warning signs", "K1", table(rows, heading="Warning signs"), 0.1)
    assert named.answered
    assert "K3" in named.text
    assert not answer("List all warning letters", "K1", table(rows, heading="Signs"), 0.1).answered


def test_a_question_that_names_neither_cells_nor_columns_gets_no_whole_table() -> None:
    assert trees_in(answer("Which problems does autumn bring?", "Red maple")) == ["Red maple"]
