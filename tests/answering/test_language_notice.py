"""What is read, said and refused in other languages than English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from askdocs.answering.candidates import Candidate, RetrievalResult
from askdocs.answering.language_notice import (
    has_other_language,
    language_notice,
    languages_of,
    refusal_language_notice,
)
from askdocs.answering.multilingual_ranking import rank_multilingual, shares_words
from askdocs.answering.questions.question import parse
from askdocs.answering.quotes import NO_ANSWER, NOTHING_FOUND, answer_with_quotes
from askdocs.answering.ranking import readable
from askdocs.models.embedders import MULTILINGUAL_SPEC
from askdocs.text.language import language_of
from askdocs.types import Answer, Citation, Hit, Passage

ENGLISH = "The ferry leaves at nine, and a return ticket for it costs eleven euros at the office."
GERMAN = "Die Fähre fährt um neun Uhr ab, und eine Rückfahrkarte kostet im Büro elf Euro."
FRENCH = "Le bateau part à neuf heures, et un billet aller-retour coûte onze euros au guichet."
NORWEGIAN = (
    "Jeg vet ikke hvorfor båten ikke kom, men nå har vi ventet i tre timer utenfor butikken."
)
URDU = "ناشتہ صبح سات بجے ملتا ہے اور رات کا کھانا آٹھ بجے دیا جاتا ہے، جمعہ کو چھٹی ہوتی ہے۔"
POLISH = "Prom odpływa o dziewiątej, a bilet powrotny kosztuje w kasie jedenaście euro od osoby."
GREEK = "Το πλοίο αναχωρεί στις εννέα και το εισιτήριο με επιστροφή κοστίζει έντεκα ευρώ."


def hit(text: str) -> Hit:
    return Hit(Passage("p", "a.txt", text, 0, len(text)), 0.5)


def quoted(text: str) -> tuple[Answer, list[Candidate]]:
    found = hit(text)
    citation = Citation(1, found.passage, text, 0, len(text))
    answer = Answer("?", text, citations=(citation,), answered=True)
    return answer, [Candidate(found, 0, len(text), None, 0.8, "multilingual")]


@pytest.mark.parametrize(
    ("question", "text", "is_read"),
    [
        ("What does a return ticket cost?", ENGLISH, True),
        ("Was kostet eine Rückfahrkarte für die Fähre?", ENGLISH, False),
        ("What does a return ticket cost?", GERMAN, False),
        ("Qual é o preço do bilhete?", GERMAN, False),
    ],
)
def test_the_reader_reads_english_for_questions_in_english(
    question: str, text: str, is_read: bool
) -> None:
    assert bool(readable(question, [hit(text)])) is is_read


def test_a_document_in_another_language_than_the_question_is_named() -> None:
    told = (
        "Found in a document in French."
        " Answers across languages were often wrong when measured: take it as a guess."
    )
    assert language_notice("When does the ferry leave?", *quoted(FRENCH)) == told
    assert language_notice("When does the ferry leave?", *quoted(ENGLISH)) == ""
    norwegian = language_notice("Hvem betaler strømmen?", *quoted(ENGLISH))
    assert norwegian.startswith("Found in a document in English.")


def test_what_was_not_measured_is_called_a_guess() -> None:
    told = language_notice("Πότε αναχωρεί το πλοίο;", *quoted(GREEK))
    assert told == "How well Greek is answered was not measured: take it as a guess."


def test_a_language_that_was_measured_and_is_often_wrong_says_so() -> None:
    told = language_notice("Hvorfor kom ikke båten?", *quoted(NORWEGIAN))
    assert told == "Answers in Norwegian were often wrong when measured: take it as a guess."
    told = language_notice(
        "几点开晚饭？", *quoted("午餐十一点到十二点半，晚餐五点到六点，周日休息。")
    )
    assert told == "Answers in Chinese were often wrong when measured: take it as a guess."
    often = "Answers in Urdu were often wrong when measured: take it as a guess."
    assert language_notice("ناشتہ کب ملتا ہے؟", *quoted(URDU)) == often
    assert language_notice("Ile kosztuje bilet na prom?", *quoted(POLISH)) == ""


@pytest.mark.parametrize(
    ("question", "texts", "told"),
    [
        ("Wer gewann die Weltmeisterschaft?", [ENGLISH], NO_ANSWER),
        ("Who won the chess olympiad?", [GERMAN], NO_ANSWER),
        ("Who won the chess olympiad?", [URDU, ENGLISH], NO_ANSWER),
        ("Who won the chess olympiad?", [ENGLISH], NOTHING_FOUND),
    ],
)
def test_documents_in_another_language_are_not_said_to_hold_nothing(
    question: str, texts: list[str], told: str
) -> None:
    result = RetrievalResult(
        question=parse(question), searched_for=(question,), hits=(), candidates=()
    )
    differs = has_other_language(question, languages_of(texts))
    answer = answer_with_quotes(result, minimum_confidence=0.4, has_other_language=differs)
    assert answer.text == told


@pytest.mark.parametrize(
    ("question", "texts", "names"),
    [
        ("Who sells the tickets?", [GERMAN], "English, and the documents are in German."),
        ("Wo kauft man die Karten?", [ENGLISH], "German, and the documents are in English."),
        ("Où achète-t-on les billets ?", [GERMAN, URDU], "French, and the documents are in Ger"),
        ("Wo kauft man die Karten?", [ENGLISH, GERMAN], ""),
        ("Hvem selger billettene?", [NORWEGIAN], ""),
        ("Hvem sælger billetterne?", [NORWEGIAN], ""),
        ("ticket office", [GERMAN], ""),
        ("Okonkwo", [ENGLISH], ""),
        ("Who sells the tickets?", ["A1; B2; C3"], ""),
    ],
)
def test_a_refusal_names_the_languages_if_no_document_is_in_that_of_the_question(
    question: str, texts: list[str], names: str
) -> None:
    told = refusal_language_notice(question, languages_of(texts))
    assert told.startswith(f"The question is in {names}" if names else "")
    assert told.endswith("ask again in the language of the documents." if names else "")
    assert bool(told) is bool(names)


@pytest.mark.parametrize(
    ("text", "language"),
    [(GERMAN, "de"), (GREEK, "el"), (ENGLISH, "en"), ("38", ""), ("馆长是王丽华。", "zh")],
)
def test_the_language_of_a_text_is_detected_if_it_is_clear(text: str, language: str) -> None:
    assert language_of(text) == language


SHORE = (
    "Die Fähre legt um neun Uhr ab.",
    "Die Überfahrt kostet elf Euro.",
    "Der Turm am Hafen ist gesperrt.",
)


@pytest.mark.parametrize(("second", "number"), [(0.5, 2), (0.1, 1)])
def test_a_neighbour_that_may_answer_is_quoted_too(second: float, number: int) -> None:
    found = hit(" ".join(SHORE))
    starts = [found.passage.text.index(each) for each in SHORE]
    candidates = tuple(
        Candidate(found, start, start + len(each), None, probability, "multilingual")
        for start, each, probability in zip(starts, SHORE, (0.8, 0.8 * second, 0.01), strict=True)
    )
    known = RetrievalResult(
        question=parse("Wann fährt die Fähre?"),
        searched_for=(),
        hits=(found,),
        candidates=candidates,
    )
    answer = answer_with_quotes(known, minimum_confidence=0.4)
    assert answer.citations[0].quote == " ".join(SHORE[:number])


@pytest.mark.parametrize(
    ("question", "texts", "held", "shares"),
    [
        ("Was kostet eine Rückfahrkarte für die Fähre?", [GERMAN], 0.0, True),
        ("Was kostet eine Rückfahrkarte für die Fähre?", [FRENCH, ENGLISH], 0.9, False),
        ("Was kostet eine Rückfahrkarte für die Fähre?", [GERMAN, FRENCH], 0.2, False),
        ("Was kostet eine Rückfahrkarte für die Fähre?", [GERMAN, FRENCH], 0.5, True),
        ("Cenk Sahin", [GERMAN], 0.5, True),
    ],
)
def test_words_count_where_a_passage_is_in_the_language_of_the_question(
    question: str, texts: list[str], held: float, shares: bool
) -> None:
    candidates = [
        Candidate(
            hit(text), 0, len(text), None, 0.0, "multilingual", 0.0, (0.5, 0.5, 0.5, 0.0, held)
        )
        for text in texts
    ]
    candidates = [
        replace(each, hit=Hit(replace(each.hit.passage, id=str(number)), 0.5))
        for number, each in enumerate(candidates)
    ]
    assert shares_words(question, candidates) is shares


class Told:
    """An embedder that knows which texts are near to the question."""

    fingerprint = f"{MULTILINGUAL_SPEC}:told"

    def __init__(self, near: str) -> None:
        self.near = near
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded += texts
        return np.array([[float(self.near in text), 1.0] for text in texts], np.float32)

    def embed_question(self, question: str) -> np.ndarray:
        return np.array([1.0, 0.0], np.float32)


def test_a_sentence_is_compared_with_the_text_before_it_too() -> None:
    text = "Getauft wird der neue Zweier der Familie. Er heißt Schorsch. Suppe kocht Uwe."
    passage = Passage("p", "a.txt", text, 0, len(text), "Rundschreiben", heading="Brief › Taufe")
    embedder = Told("Zweier der Familie. Er heißt")
    found = rank_multilingual(
        "Wie heißt das Boot?", [Hit(passage, 0.5)], term_weights={"boot": 1.0}, embedder=embedder
    )
    assert max(found, key=lambda each: each.probability).quote == "Er heißt Schorsch."
    assert "Taufe: Getauft wird der neue Zweier der Familie. Er heißt Schorsch." in (
        embedder.embedded
    )
