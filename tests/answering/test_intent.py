"""What a text says about something, and what it is about: requests that ask for no fact."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config, Turn
from askdocs.answering.questions.answer_type import answer_type_of
from askdocs.answering.questions.intent import (
    asks_for_documents,
    asks_for_more,
    asks_for_overview,
    topic_of,
)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What does the report say about tolls?", "tolls"),
        ("what do my documents say about bicycle theft", "bicycle theft"),
        ("Tell me about Noshki.", "Noshki"),
        ("Could you tell me more about the tower, please?", "the tower"),
        ("Give me all information on the lamp", "the lamp"),
        ("What is known about the BLA?", "the BLA"),
        ("What has been written about Gwadar?", "Gwadar"),
        ("Is there anything about owls in the documents?", "owls"),
        ("Summarise the report about bicycles", "bicycles"),
        ("information on Zehri", "Zehri"),
    ],
)
def test_requests_for_all_about_a_topic(question: str, topic: str) -> None:
    assert topic_of(question) == topic
    assert not asks_for_overview(question)


@pytest.mark.parametrize(
    "question",
    [
        "What is this article about?",
        "what is it about",
        "What are these documents about?",
        "What's the report about?",
        "Summarize the article",
        "summarise",
        "Can you give me a short summary of the handbook?",
        "Summarise the minutes",
        "What is the letter about?",
        "What is in my documents?",
        "What does it deal with?",
        "What is its subject?",
        "What is the topic of this paper?",
    ],
)
def test_requests_for_an_overview(question: str) -> None:
    assert asks_for_overview(question)
    assert topic_of(question) == ""


@pytest.mark.parametrize(
    "question",
    [
        "What did Zehri say about the army?",
        "What about the army?",
        "Who told you about it?",
        "Tell me when the lamp is lit",
        "Show me how to turn on the lamp",
        "Give me the number of thefts on Monday",
        "When was the report on theft written?",
        "What information on the form is required?",
        "What is the tower about?",
        "Give me a summary of the attack",
        "What is in the tower?",
        "What is a document?",
    ],
)
def test_questions_of_other_kinds(question: str) -> None:
    assert topic_of(question) == ""
    assert not asks_for_overview(question)


def test_a_topic_is_answered_by_the_sentences_about_it(sample: Assistant) -> None:
    answer = sample.ask("What does the article say about intelligence agencies?")
    assert answer.answered
    assert answer.searched_for == ("intelligence agencies",)
    assert all("intelligence agencies" in each.text for each in answer.statements)
    # the word that is in the title only counts for a sentence that has the other
    theft = sample.ask("What does the report say about bicycle theft?")
    assert [each.text for each in theft.statements] == ["Theft has been the largest problem."]


def test_a_topic_that_is_nowhere_is_not_answered(sample: Assistant) -> None:
    for topic in ("quantum physics", "the lighthouse of Alexandria in Egypt"):
        assert not sample.ask(f"Tell me about {topic}").answered


def test_an_overview_is_a_guide_with_the_own_words_of_the_documents(sample: Assistant) -> None:
    answer = sample.ask("What are the documents about?")
    assert answer.answered
    assert (answer.kind, answer.is_estimated) == ("overview", False)
    assert answer.statements[0].verdict == "no_claim"
    quoted = [each for each in answer.statements if each.verdict == "quoted"]
    sources = {record.source for record in sample.status().documents}
    assert {each.source for each in answer.citations} == sources
    assert len(quoted) == len(answer.citations)
    assert "no summary was written" in answer.notice
    for citation in answer.citations:
        text = sample.document(citation.source).text
        assert text[citation.start : citation.end] == citation.quote


def test_an_overview_of_what_a_name_or_a_choice_means(sample: Assistant) -> None:
    handbook = "lighthouse-keepers-handbook.md"
    named = sample.ask("What is the handbook about?")
    assert {each.source for each in named.citations} == {handbook}
    assert named.statements[1].text.startswith("This handbook describes the daily work")
    assert "Contents: " in named.statements[0].text
    chosen = sample.ask("Summarise this", sources=[handbook])
    assert chosen.text == named.text


@pytest.mark.parametrize(
    "question",
    ["Summarise lighthouse-keepers-handbook.md", "what's lighthouse-keepers-handbook.md about?",
     "summarize the sourdough", "What is the lamp about?"],
)  # fmt: skip
def test_an_overview_of_a_document_by_its_name_alone(sample: Assistant, question: str) -> None:
    answer = sample.ask(question)
    if "lamp" in question:  # no name of a document
        assert "own words" not in answer.notice
        return
    name = "sourdough-notes.md" if "sour" in question else "lighthouse-keepers-handbook.md"
    assert answer.answered
    assert {each.source for each in answer.citations} == {name}
    assert "own words" in answer.notice


def test_an_overview_of_many_or_of_none(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    config = Config(corpus=corpus, index=tmp_path / "index")
    with Assistant(config) as assistant:
        assert not assistant.ask("What is it about?").answered
        for number in range(12):
            text = f"On day {number} the river rose by a hand and fell again."
            (corpus / f"{number}.txt").write_text(text)
        (corpus / "heading.txt").write_text("River\n\nToo short.\n")
        assistant.index()
        answer = assistant.ask("What is it about?")
    assert len(answer.citations) == 8
    assert "8 of 13 documents" in answer.notice
    assert answer.statements[0].text.startswith("13 documents: 13 text files.")


@pytest.mark.parametrize(
    "said",
    ["Tell me more", "tell me more about it, please", "more", "Go on.", "Anything else?",
     "Could you give me some more details?", "What else?", "continue"],
)  # fmt: skip
def test_requests_for_more(said: str) -> None:
    assert asks_for_more(said)


@pytest.mark.parametrize(
    "said",
    ["Tell me more about owls", "What else did he say?", "How many more?", "Is there more to it?",
     "What more did the report say?", "Who else was there?", "Does it go on?"],
)  # fmt: skip
def test_questions_for_something_more_are_questions(said: str) -> None:
    assert not asks_for_more(said)


def test_more_returns_the_next_text(sample: Assistant) -> None:
    first = sample.ask("When is the lamp lit?")
    history = [Turn("When is the lamp lit?", first)]
    ends = [max(each.end for each in first.citations)]
    for _ in range(2):
        more = sample.ask("Tell me more", history=history)
        assert more.answered
        assert more.kind == "continuation"
        assert more.notice
        assert {each.source for each in more.citations} == {first.citations[0].source}
        assert min(each.end for each in more.citations) > ends[-1]
        ends.append(max(each.end for each in more.citations))
        history.append(Turn("Tell me more", more))
    # what is talked about is still what was asked first
    assert "lamp lit" in sample.ask("and why?", history=history).searched_for[-1]
    assert sample.ask("Tell me more").text.startswith("More of what?")


@pytest.mark.parametrize(
    "question",
    [
        "what documents do you have?", "Which files are there?", "list the documents",
        "please show me all my files", "how many documents do you have?",
        "which documents are in the folder?",
    ],
)  # fmt: skip
def test_requests_for_the_list_of_documents(question: str) -> None:
    assert asks_for_documents(question)


@pytest.mark.parametrize(
    "question",
    [
        "which documents mention tolls?", "what documents does the lease require?",
        "how many files were stolen?", "which sources?", "list the files that were lost",
    ],
)  # fmt: skip
def test_questions_about_what_documents_say_are_none(question: str) -> None:
    assert not asks_for_documents(question)


@pytest.mark.parametrize(
    ("question", "several", "steps"),
    [
        ("Which rivers cross the border?", True, False),
        ("Name the members of the board", True, False),
        ("What are the fees?", True, False),
        ("What two reasons does she give?", True, False),
        ("Which harbour was closed?", False, False),
        ("Which bus goes there?", False, False),
        ("What does a ticket cost?", False, False),
        ("What was the fee?", False, False),
        ("Which has more rooms?", False, False),
        ("Which analysis was used?", False, False),
        ("How do I descale the kettle?", False, True),
        ("What should I do after a spill?", False, True),
        ("How much does it cost?", False, False),
    ],
)
def test_what_asks_for_several_things_or_for_steps(
    question: str, *, several: bool, steps: bool
) -> None:
    found = answer_type_of(question)
    assert (found.several, found.steps) == (several, steps)
