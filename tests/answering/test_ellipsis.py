"""Follow-ups that only name a new subject."""

from __future__ import annotations

import pytest

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.in_conversation import prefer_new_subject
from askdocs.answering.questions.ellipsis import completed, new_subject
from askdocs.answering.questions.question import parse
from askdocs.answering.questions.turn import turn_of
from askdocs.types import Hit, Passage, Turn


def conversation(*questions: str) -> list[Turn]:
    history: list[Turn] = []
    for question in questions:
        history.append(turn_of(question, history, "Something was said."))
    return history


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("What is the entrance fee?", "and the locker?", "What is the locker?"),
        ("How high is the water tower?", "What about the old mast?", "How high is the old mast?"),
        ("What does the kiln KR-20 weigh?", "and the KR-35?", "What does the kiln KR-35 weigh?"),
        (
            "What did Ms. Adeyemi say about the ferry?",
            "And Dr. Falk?",
            "What did Dr. Falk say about the ferry?",
        ),
        ("Who is Ruben Castell?", "and Ida Holm?", "Who is Ida Holm?"),
        ("How many came in 2018?", "and the year before?", "How many came in 2017?"),
        ("How many came in 2018?", "two years earlier?", "How many came in 2016?"),
        ("How many came in 2018?", "and the next year?", "How many came in 2019?"),
        ("How many came in 2018?", "what about 2011?", "How many came in 2011?"),
        (
            "What was the rainfall in May 2019?",
            "and in June 2020?",
            "What was the rainfall in June 2020?",
        ),
    ],
)  # fmt: skip
def test_the_new_subject_replaces_the_old_one(first: str, second: str, whole: str) -> None:
    assert completed(second, conversation(first)) == whole
    question = parse(second, conversation(first))
    assert question.read_as == question.asked == question.queries[0] == whole
    assert question.text == second
    assert question.with_history


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How many came in 2018 and in 2019?", "and the year before?"),
        ("How many came?", "and the year before?"),
        ("What does the kiln KR-20 weigh?", "and the oven KX-3?"),
        ("What did Ms. Adeyemi say about the ferry?", "and the quay?"),
        ("Did Castell meet Holm?", "and Falk?"),
        ("What is the entrance fee?", "and when is it paid?"),
        ("What is the entrance fee?", "and for children?"),
        ("What is the entrance fee?", "and why?"),
        ("Is it good for the roof?", "and for the walls?"),
    ],
)
def test_a_follow_up_that_may_mean_several_things_is_not_completed(first: str, second: str) -> None:
    assert completed(second, conversation(first)) == ""


def test_who_speaks_is_carried_over() -> None:
    question = parse("and Dr. Falk?", conversation("What did Ms. Adeyemi say about the ferry?"))
    assert question.intent == "speech"
    assert question.speaker
    assert question.speaker.is_by("Dr. Falk")


def test_a_completed_follow_up_is_what_the_next_one_refers_to() -> None:
    history = conversation("How many came in 2018?", "and the year before?")
    assert completed("and the year before?", history) == "How many came in 2016?"
    assert "2017" in parse("how many of them were children?", history).queries[-1]


def test_a_pronoun_of_the_last_question_is_replaced() -> None:
    history = conversation("What does the kiln KR-20 weigh?", "who built it?")
    assert completed("and the KR-35?", history) == "who built the KR-35?"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("and the locker?", "the locker"),
        ("OK, and in winter?", "in winter"),
        ("what about dogs", "dogs"),
        ("and who pays?", ""),
        ("and then?", ""),
        ("and is it open on Sundays?", ""),
        ("The locker?", ""),
    ],
)
def test_the_subject_of_a_follow_up(question: str, subject: str) -> None:
    assert new_subject(question) == subject


FILE = "The gate is painted every spring. The fence is painted every third autumn."


def result(question: str, gate: float, fence: float) -> RetrievalResult:
    hit = Hit(Passage("p", "yard.txt", FILE, 0, len(FILE)), 0.5)
    cut = FILE.index("The fence")
    candidates = (
        Candidate(hit, 0, cut - 1, None, gate, "reader"),
        Candidate(hit, cut, len(FILE), None, fence, "reader"),
    )
    parsed = parse(question, conversation("How often is the gate painted?"))
    return RetrievalResult(
        question=parsed, searched_for=parsed.queries, hits=(hit,), candidates=candidates
    )


def test_a_sentence_about_the_new_subject_is_preferred() -> None:
    preferred = prefer_new_subject(result("and the fence?", 0.9, 0.4))
    best, other = preferred.candidates
    assert best.quote.startswith("The fence")
    assert best.probability == 0.9
    assert other.probability < 0.1


@pytest.mark.parametrize("question", ["and the wall?", "and how often is the fence painted?"])
def test_the_order_stays_if_no_sentence_has_the_subject_or_none_is_named(question: str) -> None:
    unchanged = result(question, 0.9, 0.4)
    assert prefer_new_subject(unchanged) == unchanged


def test_an_unlikely_sentence_is_not_preferred() -> None:
    unchanged = result("and the fence?", 0.9, 0.05)
    assert prefer_new_subject(unchanged) == unchanged
