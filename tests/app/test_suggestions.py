"""First questions: each is answered by the part of the document that suggests it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.app.background_tasks import Background
from askdocs.app.suggestions import Suggestions, answered_questions, follow_ups, is_answered
from askdocs.types import SuggestedQuestion
from tests.support.polling import PATIENCE

LAMP = """# The lamp of Sund

The reserve lamp is the second lamp of the tower, which burns oil and needs no current.

## What happens if the main lamp fails?

If the main lamp fails, the keeper lights the reserve lamp and writes the hour into the log book.

## How to clean the lens

The lens is cleaned with a soft cloth and pure alcohol on the first Monday of each month.

## Opening hours

Visitors may climb the tower from April to October between noon and four. Children climb it
only with an adult, and dogs stay below. A ticket costs three crowns, half of it for children,
and the money goes to the upkeep of the stairs, which are older than the tower itself.
"""


@pytest.fixture
def assistant(corpus: Path, tmp_path: Path) -> Iterator[Assistant]:
    (corpus / "000.txt").write_text("nothing is told here of any matter.\n")
    (corpus / "lamp.md").write_text(LAMP)
    with Assistant(Config(corpus=corpus, index=tmp_path / "index")) as assistant:
        assistant.index()
        yield assistant


def test_first_questions_are_answered_and_give_way_to_those_of_new_documents(
    assistant: Assistant, corpus: Path
) -> None:
    background = Background()
    suggestions = Suggestions(assistant, background)
    suggestions.refresh()
    assert suggestions._found.wait(PATIENCE)
    found = suggestions.questions()
    assert "What happens if the main lamp fails?" in found
    assert all(assistant.ask(question, quotes=True).answered for question in found)
    assert suggestions.guide is not None
    assert suggestions.guide.count == 2

    (corpus / "lamp.md").write_text("# Tea\n\n## What is in the tea?\n\nIn the tea is milk.\n")
    assistant.index()
    suggestions._began = 0.0
    suggestions.keep_up(assistant.revision())
    assert suggestions._found.wait(PATIENCE)
    assert "What happens if the main lamp fails?" not in suggestions.questions()
    background.end()


def test_each_question_is_there_as_soon_as_it_is_found(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    monkeypatch.setattr(
        "askdocs.app.suggestions.is_answered", lambda _, each: tried.append(each.text) or True
    )
    found = answered_questions(assistant, assistant.guide())
    first = next(found)
    assert tried == [first]
    questions = [first, *found]
    assert len(questions) == len(set(questions)) > 1


def test_a_question_answered_by_another_part_is_not_suggested(assistant: Assistant) -> None:
    suggested = {each.text: each for each in assistant.suggested_questions("lamp.md")}
    asked = suggested["What happens if the main lamp fails?"]
    assert is_answered(assistant, asked)
    elsewhere = SuggestedQuestion(asked.text, asked.source, 0, 10)
    assert not is_answered(assistant, elsewhere)


def test_follow_ups_are_of_other_parts_of_the_quoted_document(assistant: Assistant) -> None:
    question = "What happens if the main lamp fails?"
    found = list(follow_ups(assistant, assistant.ask(question), [question]))
    assert found
    assert question not in found
