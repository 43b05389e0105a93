from __future__ import annotations

import pytest

from askdocs.answering.questions.speech import (
    asked_names,
    asks_for_any_statement,
    asks_for_speech,
    continues_speaker,
    is_first_person,
    outside_quotes,
    reports_speech,
    speaker_context,
    speaker_unnamed,
)


@pytest.mark.parametrize(
    "question",
    [
        "what did Zehri warn?",
        "What does the planner recommend?",
        "and what did he say about districts?",
        "What has the army claimed?",
        "How did Hale respond to the report?",
    ],
)
def test_questions_about_what_somebody_said(question: str) -> None:
    assert asks_for_speech(question)


@pytest.mark.parametrize(
    "question",
    [
        "What did the scheme cost?",
        "When did he speak?",
        "What does the state own?",
        "Who warned?",
        "Why did the council call for peace?",
        "What does the article say about intelligence agencies?",
        "What do these notes recommend?",
    ],
)
def test_other_questions(question: str) -> None:
    assert not asks_for_speech(question)


@pytest.mark.parametrize(
    "sentence",
    [
        "He cautioned that certain districts were lost.",
        "A minister spoke, warning that groups had expanded.",
        "Nwosu recommends three steps.",
        "“We shall never leave this place,” was all.",
        "According to the report, theft fell.",
    ],
)
def test_sentences_that_report_speech(sentence: str) -> None:
    assert reports_speech(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The words of the minister appear prophetic and cannot be ignored.",
        "The state of the road was poor.",
        "Most trips are short.",
    ],
)
def test_sentences_in_the_voice_of_the_author(sentence: str) -> None:
    assert not reports_speech(sentence)


def test_a_verb_of_saying_after_a_pronoun_continues_the_speaker() -> None:
    assert continues_speaker("He cautioned that the bridge might not last.")
    assert continues_speaker("“They told us nothing,” the report goes on.")
    assert not continues_speaker("He walked home over the bridge.")
    assert not continues_speaker("Hale warned that the bridge might not last.")


@pytest.mark.parametrize(
    ("sentence", "outside"),
    [
        ('"We told them," she said.', "she said."),
        ("“We told them.", ""),
        ("It was ignored,” she said.", "she said."),
        ('Halden said it was "stable" and "safe".', "Halden said it was and ."),
        ("She laughed.", "She laughed."),
    ],
)
def test_words_outside_quotation_marks_are_found(sentence: str, outside: str) -> None:
    assert outside_quotes(sentence) == outside


def test_a_quote_that_names_nobody_leaves_its_speaker_open() -> None:
    assert speaker_unnamed('"We told them," she said.')
    assert speaker_unnamed('"It will grow," added he.')
    assert speaker_unnamed("“The crack will grow.”")
    assert not speaker_unnamed('"We told them," Okafor said.')
    assert not speaker_unnamed("She laughed.")


def test_the_speaker_is_found_in_the_sentences_before() -> None:
    said = ["Ruth Okafor disagreed.", '"We told them," she said.', '"It will grow."', "Hale left."]
    assert speaker_context(said, 2) == "Ruth Okafor disagreed. she said. "
    assert speaker_context(said, 3) == "Hale left."
    assert speaker_context(said[1:], 0) == "she said."


def test_whose_words_a_question_asks_for() -> None:
    assert asked_names("What did Ruth Okafor say about Paris?") == {"ruth", "okafor"}
    assert asked_names("what does Nwosu's report recommend?") == {"nwosu"}
    assert asked_names("What did the mayor say?") == set()
    passages = ["The mayor met Karl Bremer. Costs rose, he said."]
    assert asked_names("what did bremer say about the costs?", passages) == {"bremer"}
    assert asked_names("what did the mayor say?", passages) == set()
    assert asked_names("What did the mayor say?", ["Now Mayor Lang spoke."]) == set()
    assert asked_names("Where does Hale live?") == set()


def test_a_question_for_any_words_of_somebody_is_open() -> None:
    assert asks_for_any_statement("What did Okafor say?")
    assert asks_for_any_statement("What did the mayor warn?")
    assert not asks_for_any_statement("What did Okafor say about the drainage?")
    assert not asks_for_any_statement("Who said it?")


def test_the_first_person_outside_quotation_marks_is_found() -> None:
    assert is_first_person("Thanks, Li Hua, I think you should go!")
    assert not is_first_person('Halden said "we are safe".')
    assert not is_first_person("The US said so.")
