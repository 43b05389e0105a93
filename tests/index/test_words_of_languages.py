"""Which words of a question count, and which are the same, in languages other than English."""

from __future__ import annotations

import pytest

from askdocs.answering.coverage import coverage
from askdocs.index.keywords.terms import stems_for, telling_words


@pytest.mark.parametrize(
    ("question", "telling"),
    [
        ("In welchem Jahr starb Tesla?", ["jahr", "starb", "tesla"]),
        ("Wie hoch ist der Turm?", ["hoch", "turm"]),
        ("¿Cuánto cuesta el billete de vuelta?", ["cuesta", "billete", "vuelta"]),
        ("Quelle est la hauteur de la tour ?", ["hauteur", "tour"]),
        ("Hvor mange bind har det nye verket?", ["bind", "nye", "verket"]),
        ("Gdzie pochowano urnę z prochami?", ["pochowano", "urnę", "prochami"]),
        ("مینار کتنا اونچا ہے؟", ["مینار", "اونچا"]),
        ("谁修建了灯塔？", ["修建", "灯塔"]),
        ("灯台はどこにありますか", ["灯台"]),
        ("Who built the tower?", ["built", "tower"]),
        ("What is a 灯塔?", ["灯塔"]),
        ("Did the pilot die in the war?", ["pilot", "die", "war"]),
    ],
)
def test_question_words_and_form_words_do_not_count(question: str, telling: list[str]) -> None:
    assert telling_words(question) == telling


@pytest.mark.parametrize(
    ("question", "word", "text"),
    [
        ("Wer baute die Türme?", "türme", "Der Turm am Hafen"),
        ("Hvem eier båtene?", "båtene", "en båt"),
        ("Ile kosztuje bilety na prom?", "bilety", "cena biletu"),
        ("Who owns the boats?", "boats", "a boat"),
        ("¿Quién vendió 10,500 libros?", "10,500", "10500 libros"),
    ],
)
def test_words_have_the_stems_of_the_language_of_the_question(
    question: str, word: str, text: str
) -> None:
    assert coverage({word: 1.0}, text, stems_for(question)) == 1.0
