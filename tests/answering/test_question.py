from __future__ import annotations

import pytest

from askdocs.answering.questions.question import identifiers_in, parse


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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who paid invoice 10234?", {"10234"}),
        ("what does INV-2024-07 cost", {"inv-2024-07"}),
        ("changes in v1.2.3", {"v1.2.3"}),
        ("What happened in 2016 on 12.03.2016?", set()),
        ("the 15th of 20GB in the 1990s", set()),
        ("a 45-day certificate in 2015/16", set()),
    ],
)
def test_codes_and_long_numbers_are_identifiers(text: str, found: set[str]) -> None:
    assert identifiers_in(text) == found


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("What does clause 3.2 say?", "3.2"),
        ("what does § 14 of the lease require", "14"),
        ("What is article 5 about?", "5"),
        ("What is regulated in clause 1.2?", "1.2"),
        ("section 4.1", "4.1"),
        ("show me article 7 of the statutes", "7"),
        ("the rule 5 that nobody keeps", ""),
        ("When was section 3 opened?", ""),
        ("What does section 3 say of dogs?", ""),
        ("What does the report say about clause 3?", ""),
    ],
)
def test_a_clause_may_be_asked_for_by_its_number(asked: str, place: str) -> None:
    assert parse(asked).place == place
