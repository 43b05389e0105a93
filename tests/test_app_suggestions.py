"""First questions that the wording of a document suggests."""

from __future__ import annotations

import pytest

from askdocs.app.suggestions import candidate_questions
from askdocs.types import Document


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The BLA claimed to have won.", "What did the BLA claim?"),
        ("The planner Amara Nwosu recommends three steps.", "What does Amara Nwosu recommend?"),
        ("If the main lamp fails, the keeper acts.", "What happens if the main lamp fails?"),
        ("In that year 58 bicycles were lost.", "How many bicycles were lost?"),
        ("It began on March 11, 2025, at noon.", "What happened on March 11, 2025?"),
        ("The World Health Organization (WHO) said so.", "What does WHO stand for?"),
    ],
)
def test_a_sentence_suggests_a_question(text: str, question: str) -> None:
    assert question in candidate_questions(Document("a.txt", text))


@pytest.mark.parametrize("text", ["", "They claimed it.", "He warned us.", "lower case only"])
def test_nothing_is_suggested_without_reason(text: str) -> None:
    assert candidate_questions(Document("a.txt", text)) == []


def test_questions_are_few_and_not_repeated() -> None:
    text = "Zehri warned us. " * 50 + " ".join(f"Person{n:02} argued." for n in range(50))
    questions = candidate_questions(Document("a.txt", text))
    assert len(questions) == 6
    assert len(set(questions)) == 6
