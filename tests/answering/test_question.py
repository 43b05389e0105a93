from __future__ import annotations

import pytest

from askdocs.answering.questions.answer_type import AnswerType
from askdocs.answering.questions.question import parse
from askdocs.types import Answer, Turn


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [
        ("Can you tell me when the mill burnt down?", "when the mill burnt down?"),
        ("I would like to know how seals sleep", "how seals sleep"),
        ("Hi, could you please tell me whether dogs may enter?", "dogs may enter?"),
        ("Tell me a story", "Tell me a story"),
        ("Do you know the way?", "Do you know the way?"),
    ],
)
def test_a_request_is_read_as_the_question_in_it(asked: str, read_as: str) -> None:
    assert parse(asked).read_as == read_as


@pytest.mark.parametrize(
    ("asked", "intent"),
    [
        ("When did it open?", "fact"),
        ("Could you tell me how many boats there are?", "fact"),
        ("Is the park open?", "yes_no"),
        ("Won't the park open?", "yes_no"),
        ("Why did it close?", "open"),
        ("What did Zehri warn of?", "speech"),
        ("What does the report say about tolls?", "topic"),
        ("What is the article about?", "overview"),
        ("Tell me more", "more"),
        ("Which documents do you have?", "documents"),
    ],
)
def test_a_question_has_one_intent(asked: str, intent: str) -> None:
    assert parse(asked).intent == intent


def test_a_clause_may_be_asked_for_by_its_number() -> None:
    place = parse("Can you tell me what clause 3.2 says?").place
    assert place is not None
    assert (place.kind, place.number) == ("clause", "3.2")
    assert parse("What does the report say about clause 3?").place is None


@pytest.mark.parametrize(
    ("asked", "plain"),
    [
        ("Can you tell me when the lamp is lit?", "When is the lamp lit?"),
        ("Do you know how many boats sank?", "How many boats sank?"),
        ("Could you tell me how to reset the pump?", "How to reset the pump?"),
        ("I would like to know which rivers cross the border", "Which rivers cross the border"),
        ("Please tell me why the mill closed", "Why the mill closed"),
        ("Do you know which fee is charged today?", "Which fee is charged today?"),
    ],
)
def test_a_request_and_the_question_in_it_want_the_same_answer(asked: str, plain: str) -> None:
    assert parse(asked).answer_type == parse(plain).answer_type != AnswerType()
    assert parse(asked).intent == parse(plain).intent


def test_what_is_asked_in_a_request_is_known_like_what_is_asked_plainly() -> None:
    assert parse("Can you tell me who wrote it and when?").metadata_facts == ("author", "date")
    mention = parse("Do you know which letters mention the crane?").mention
    assert mention is not None
    assert mention.phrase == "crane"
    assert parse("Could you tell me which documents are there?").intent == "documents"


def test_without_its_conversation_a_question_is_as_it_was_asked() -> None:
    first = "When was the lighthouse of Trondvik built?"
    follow_up = parse("and who built it?", [Turn(first, Answer(first, "", searched_for=(first,)))])
    assert "trondvik" in follow_up.read_as
    assert follow_up.alone() == parse("and who built it?")


@pytest.mark.parametrize(
    ("asked", "is_english"),
    [("When did it open?", True), ("Wann wurde es eröffnet?", False)],
)
def test_a_question_knows_whether_it_is_english(asked: str, *, is_english: bool) -> None:
    assert parse(asked).is_english is is_english
