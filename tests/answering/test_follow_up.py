from __future__ import annotations

import pytest

from askdocs.answering.questions.follow_up import depends_on_history, is_greeting, resolve_follow_up
from askdocs.answering.questions.turn import turn_of
from askdocs.types import Answer, Statement, Turn


def turn(question: str, said: str = "") -> Turn:
    statements = (Statement(said, (), "quoted"),) if said else ()
    return Turn(question, Answer(question, said, statements, searched_for=(question,)))


def test_a_first_question_is_searched_unchanged() -> None:
    understood = resolve_follow_up("what did  Zehri warn?", [])
    assert understood.queries == (understood.read_as,) == ("what did Zehri warn?",)


@pytest.mark.parametrize(
    "question",
    ["and when?", "who is he?", "what about the army?", "why did they leave?", "why?", "how many?",
     "where exactly?", "since when?"],
)  # fmt: skip
def test_a_question_that_depends_on_the_conversation_is_searched_with_it(question: str) -> None:
    history = [turn("what did Zehri warn?", "Mir Zehri spoke in the Balochistan Assembly.")]
    understood = resolve_follow_up(question, history)
    first, second = understood.queries
    assert first == question
    assert "zehri" in second.lower()
    assert "Balochistan Assembly" in second
    own = "army" in question or "leave" in question
    names = second.removeprefix(question).strip()
    assert understood.read_as == f"{question} ({'zehri, warn' if own else names})"


@pytest.mark.parametrize(
    "question",
    [
        "How long is the lamp lit each night?",
        "What does the monthly pass of the scheme cost?",
        "What did Hale say?",
        "what does the keeper recommend?",
        "What is the article about?",
        "Summarise it",
    ],
)
def test_a_new_topic_carries_nothing_over(question: str) -> None:
    assert not depends_on_history(question)
    history = [turn("what did Zehri warn?", "He warned of attacks.")]
    assert resolve_follow_up(question, history).queries == (question,)


def test_the_topic_lasts_over_several_turns() -> None:
    first = turn("what did Zehri warn?", "Zehri warned of attacks.")
    second = turn_of("and when?", [first])
    understood = resolve_follow_up("and where?", [first, second])
    assert "zehri" in understood.queries[-1].lower()
    assert understood.read_as == "and where? (zehri warn)"


def test_a_short_question_is_ambiguous_unless_it_has_a_pronoun() -> None:
    history = [turn("what did Zehri warn?")]
    assert resolve_follow_up("When is the lamp lit?", history).is_ambiguous
    assert not resolve_follow_up("When is it lit?", history).is_ambiguous
    assert not resolve_follow_up("why?", history).is_ambiguous


@pytest.mark.parametrize(
    "said",
    [
        "Hello!",
        "hi",
        "Good evening.",
        "thank you",
        "Thanks a lot!",
        "OK, thanks!",
        "bye",
        "hi there",
    ],
)
def test_a_greeting_is_known(said: str) -> None:
    assert is_greeting(said)


@pytest.mark.parametrize(
    "asked",
    [
        "Hi-tech exports of Norway in 2020?",
        "Who are the insurgents?",
        "hi who is Zehri",
        "OK, who is Zehri?",
        "Great, and when?",
        "thank you, why?",
        "Perfect, what about the army?",
        "Great fire of London?",
        "Hello Kitty inventor",
        "Is it good?",
        "How do you work the reserve lamp?",
        "what are your opening hours",
        "are you sure?",
        "How does this work?",
        "is this true of the north",
    ],
)
def test_a_question_is_no_greeting(asked: str) -> None:
    assert not is_greeting(asked)


def test_a_follow_up_may_begin_with_thanks() -> None:
    assert depends_on_history("Thanks, and what is the price of the monthly pass in the summer?")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Wer hat den Steg gebaut?", "Und wann wurde das gemacht?"),
        ("Har skolen fått penger til nytt tak?", "Når blir det gjort?"),
        ("¿Cómo se cambia el titular del contrato?", "¿Y qué plazo tengo?"),
        ("Quel est le prix de la salle ?", "Et pour quelqu'un qui habite dans une autre commune ?"),
        ("露天电影在哪里放？", "下雨怎么办？"),
    ],
)
def test_a_follow_up_in_another_language_is_searched_with_what_was_said(
    first: str, second: str
) -> None:
    understood = resolve_follow_up(second, [turn(first, "")])
    assert len(understood.queries) == 2
    assert understood.queries[-1] != second
