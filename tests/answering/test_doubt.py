"""What is said of a quote that may not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.candidates import Candidate
from askdocs.answering.doubt import doubt
from askdocs.answering.questions.question import parse
from askdocs.text.stop_words import question_content_words
from askdocs.types import Hit, Passage

GERMAN = "Die Türme am Hafen wurden von der Werft gebaut und sind seit dem Mai gesperrt."


def best(text: str, source: str = "a.txt") -> Candidate:
    passage = Passage(source, source, text, 0, len(text))
    return Candidate(Hit(passage, 1.0), 0, len(text), None, 0.3)


def doubted(question: str, *texts: str) -> str:
    rare = dict.fromkeys(question_content_words(question), 1.0)
    return doubt(parse(question), [best(text) for text in texts], rare)


def test_words_are_not_missed_in_a_passage_of_another_language() -> None:
    passage = "The lighthouse was built in 1871 by the engineer Anna Moreau, after many wrecks."
    told = doubted("Combien de personnes ont construit le phare ?", passage)
    assert told == "This passage is in another language: its words cannot be compared."
    assert doubted("Who repaired it?", passage) == "This passage does not have “repaired”."


def test_a_passage_does_not_lack_what_it_has_in_another_form() -> None:
    told = doubted("Wer hat den Turm am Ufer gesperrt?", GERMAN)
    assert told == "This passage does not have “Ufer”."
    assert "has the words" in doubted("Who painted the façade?", "Ines painted the facade red.")


def test_a_passage_does_not_lack_what_its_file_is_named_after() -> None:
    text = "We work four days a week from May to August."
    candidate = best(text, "perks/harrow_lane-benefits.md")
    rare = {"harrow": 2.0, "lane": 2.0, "months": 1.0}
    told = doubt(parse("Which months are short at Harrow Lane?"), [candidate], rare)
    assert told == "This passage does not have “months”."


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Hello, how many cranes are there in total?", "The yard has cranes."),
        ("Sadly the kiln broke, so how long does it take?", "The kiln broke and it takes a week."),
        ("What did Ms. Oyelaran say about the kiln?", "Ms. Oyelaran: the kiln is too hot."),
        ("Nenne bitte alle Türme am Hafen", GERMAN),
        ("Was steht über die Werft?", GERMAN),
        ("Cite tous les noms des tours du port", "Les tours du port portent des noms de saints."),
    ],
)
def test_words_that_ask_are_not_missed(question: str, text: str) -> None:
    told = doubted(question, text)
    assert told == "This passage has the words of the question, but may not answer it."


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Compare the RX-9 with the kiln", "“RX-9”"),
        ("How many kilns of 40 litres are there?", "“40”"),
        ("What does plan B of the kiln cost?", "“plan” and “B”"),
    ],
)
def test_names_and_figures_are_missed_as_they_were_written(question: str, named: str) -> None:
    assert doubted(question, "The kiln and kilns cost litres.") == (
        f"This passage does not have {named}."
    )


def test_pairs_of_characters_are_no_words() -> None:
    told = doubted("ตลาดเปิดกี่โมง", "ตลาดเช้าขายผักและผลไม้สดทุกวัน")
    assert told == "This passage may not answer the question."


def test_a_german_question_is_in_the_language_of_a_german_passage() -> None:
    assert "another language" not in doubted("Was steht in § 6?", GERMAN)
    assert "another language" not in doubted("Was steht in § 6?", f"{GERMAN} Abschnitt sechs.")


def test_two_passages_lack_only_what_neither_has() -> None:
    sides = ("The old kiln needs nine hours.", "The new furnace needs two hours.")
    told = doubted("Compare the kiln and the furnace", *sides)
    assert told == "These passages have the words of the question, but may not answer it."
    told = doubted("Compare the price of the kiln and the furnace", *sides)
    assert told == "These passages do not have “price”."


def test_a_word_with_diacritics_is_not_misspelt(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("The façade of the depot is painted blue.", encoding="utf-8")
    config = Config(corpus=corpus, index=tmp_path / "index", models="english")
    with Assistant(config) as assistant:
        assistant.index()
        assert "instead of" not in assistant.ask("What colour is the façade of the depot?").notice
        assert assistant.ask("What colour is the faççade?").notice.startswith(
            "Searched for “façade” instead of “faççade”."
        )
