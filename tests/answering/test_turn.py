"""Follow-ups resolve alike, whoever keeps the conversation."""

from __future__ import annotations

from typing import Any, cast

import pytest

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.questions.question import parse
from askdocs.answering.questions.turn import turn_of
from askdocs.answering.quotes import answer_with_quotes
from askdocs.app.api.openai import Message, turns
from askdocs.app.conversations.conversation import Conversation
from askdocs.evaluation.question_set import GoldTurn
from askdocs.evaluation.run import conversation
from askdocs.types import Answer, Hit, Passage, Turn

TEXT = (
    "The mayor Anna Lindqvist opened the bridge at Mill Lane in 1962. It cost two million pounds."
    " Karl Bremer had built it. Nobody had expected the price."
)
QUESTIONS = ["Can you tell me who opened the bridge?", "What does the report say about tolls?"]
FOLLOW_UPS = ["and when was that?", "How many?", "Why did they do it?"]


def answered(question: str, probability: float = 0.9) -> Answer:
    """An answer as an assistant gives it."""
    asked = parse(question)
    hit = Hit(Passage("id", "a.txt", TEXT, 0, len(TEXT)), 0.5)
    first = Candidate(hit, 0, TEXT.index(" It cost"), None, probability, "reader")
    result = RetrievalResult(
        question=asked, searched_for=asked.queries, hits=(hit,), candidates=(first,)
    )
    return answer_with_quotes(result, minimum_confidence=0.5)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("probability", [0.9, 0.4])
@pytest.mark.parametrize("follow_up", FOLLOW_UPS)
def test_a_follow_up_means_the_same_after_a_text_and_an_answer(
    question: str, probability: float, follow_up: str
) -> None:
    answer = answered(question, probability)
    by_text = turn_of(question, [], answer.text)
    after, after_text = (parse(follow_up, [turn]) for turn in (Turn(question, answer), by_text))
    assert after == after_text
    assert after.with_history
    if follow_up == "How many?":
        assert "Lindqvist" in after.read_as


@pytest.mark.parametrize("question", QUESTIONS)
def test_all_that_keep_a_conversation_make_the_same_turns_of_it(question: str) -> None:
    text = answered(question).text
    expected = [turn_of(question, [], text)]
    expected.append(turn_of("and when?", expected, "In 1962."))
    said = [(question, text), ("and when?", "In 1962.")]
    messages = [
        Message(role=role, content=content)
        for asked, told in said
        for role, content in (("user", asked), ("assistant", told))
    ]
    assert turns(messages) == expected
    nobody = cast("Any", None)  # all questions have their answers
    assert conversation(nobody, [GoldTurn(asked, told) for asked, told in said]) == expected


def test_a_question_that_was_stopped_is_what_the_next_one_refers_to() -> None:
    stopped = Conversation().asked("What does the report say about tolls?").stopped()
    (turn,) = stopped.history()
    assert turn == turn_of("What does the report say about tolls?", [])
    assert turn.answer.searched_for == ("tolls",)
    assert "tolls" in parse("and since when?", [turn]).read_as
    failed = Conversation().asked("What does the report say about tolls?").failed("no model")
    assert failed.history() == ()


def test_the_topic_is_the_last_question_that_is_no_follow_up() -> None:
    history = [turn_of("When was the lighthouse of Trondvik built?", [])]
    for follow_up in ("and who built it?", "Was it expensive?"):
        history.append(turn_of(follow_up, history))
    assert [turn.answer.with_history for turn in history] == [False, True, True]
    assert "trondvik" in parse("And how high is it?", history).read_as


def test_what_is_answered_without_a_search_is_no_topic() -> None:
    first = turn_of("When was the lighthouse of Trondvik built?", [])
    history = [first, turn_of("Thanks a lot!", [first], "Ask a question about your documents.")]
    assert "trondvik" in parse("And how high is it?", history).read_as
