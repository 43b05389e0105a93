"""Stop words of questions, in many languages."""

from __future__ import annotations

import pytest

from askdocs.text.stop_words import content_words, question_content_words


def test_the_form_of_a_question_is_not_its_matter() -> None:
    assert content_words("What did Zehri warn?") == ["zehri", "warn"]
    assert content_words("Who are you and what do they do?") == []


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
    assert question_content_words(question) == telling
