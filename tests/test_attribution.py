from __future__ import annotations

import pytest

from askdocs.attribution import asks_for_speech, goes_on, reports_speech


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


def test_a_speaker_goes_on_where_a_pronoun_says_more() -> None:
    assert goes_on("He cautioned that the bridge might not last.")
    assert goes_on("“They told us nothing,” the report goes on.")
    assert not goes_on("He walked home over the bridge.")
    assert not goes_on("Hale warned that the bridge might not last.")
