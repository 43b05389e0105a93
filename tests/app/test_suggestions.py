"""First questions that the wording of a document suggests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.app import suggestions as suggestions_module
from askdocs.app.background_tasks import Background
from askdocs.app.suggestions import DOCUMENTS_TRIED, Suggestions, candidate_questions
from askdocs.types import Document

PATIENCE = 60.0  # seconds: the machine that tests this may be busy


@pytest.fixture
def many(corpus: Path, tmp_path: Path) -> Iterator[Assistant]:
    """An assistant over more documents than are tried, of which none suggests a question."""
    for number in range(3 * DOCUMENTS_TRIED):
        (corpus / f"{number:03}.txt").write_text(f"nothing is told here of matter {number}.\n")
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        yield assistant


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


def test_first_questions_are_found_where_ever_they_are_and_after_the_documents_have_changed(
    many: Assistant, corpus: Path
) -> None:
    background = Background()
    suggestions = Suggestions(many, background)
    suggestions.refresh()
    assert suggestions.questions(patience=PATIENCE) == ()
    (corpus / "000a.txt").write_text(
        "If the main lamp fails, the keeper lights the reserve lamp.\n"
    )
    many.index()
    suggestions.keep_up(many.revision())
    assert suggestions.questions(patience=PATIENCE) == ("What happens if the main lamp fails?",)
    background.end()


def test_first_questions_give_way_to_those_of_new_documents(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions_module, "WANTED", 1)
    monkeypatch.setattr(suggestions_module, "SECONDS_APART", 0.0)
    (corpus / "a.txt").write_text("If the main lamp fails, the keeper lights the reserve lamp.\n")
    background = Background()
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        suggestions = Suggestions(assistant, background)
        suggestions.refresh()
        assert suggestions.questions(patience=PATIENCE) == ("What happens if the main lamp fails?",)
        assert suggestions._found.wait(PATIENCE)
        (corpus / "a.txt").write_text("If the old bridge is closed, the ferry carries all cars.\n")
        assistant.index()
        suggestions.keep_up(assistant.revision())
        assert suggestions._found.wait(PATIENCE)
        found = suggestions.questions()
        background.end()
    assert found == ("What happens if the old bridge is closed?",)
