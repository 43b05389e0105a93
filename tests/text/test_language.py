"""Which language a text or a question is in."""

from __future__ import annotations

import pytest

from askdocs.text.language import asks_in_english, is_english, language_of, language_of_question
from askdocs.text.stop_words import question_language


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("The mill was never rebuilt.", True),
        ("It's Europe's busiest port.", True),
        ("El Palacio de Hierro caters for the luxury market, whereas Coppel is cheaper.", True),
        ("Patients take 5 g twice daily.", True),  # no function word of any language
        ("Die Mühle wurde nie wieder aufgebaut.", False),
        ("Die Mühle wurde nicht wieder aufgebaut, und was in ihr war, ist hin.", False),
        ("Le moulin n'a jamais été reconstruit.", False),
        ("El molino nunca fue reconstruido por sus dueños.", False),
        ("Møllen ble aldri bygget opp igjen.", False),
        ("Mill ini tidak pernah dibangun kembali oleh pemiliknya.", False),
        ("風車は二度と建てられなかった。", False),
        ("Мельница так и не была восстановлена.", False),
    ],
)
def test_english_is_distinguished_from_other_languages(text: str, english: bool) -> None:
    assert is_english(text) is english


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who built the tower?", ""),
        ("locker rental per year", ""),  # "per" is Italian too
        ("boiler shows E05", ""),
        ("under 6 free bus", ""),
        ("Hvem betaler strømmen?", "nb"),
        ("Was kostet der Flink S4?", "de"),
        ("la boulangerie a fait appel ?", "fr"),
        ("quand a-t-on le droit d'arroser ?", "fr"),
        ("¿A quién eligieron para sustituir a Tomás Arribas?", "es"),
    ],
)
def test_the_language_of_a_question_is_detected_by_its_form_words(
    question: str, language: str
) -> None:
    assert question_language(question) == language
    assert asks_in_english(question) is (language == "")


def test_form_words_show_the_language_if_letters_do_not() -> None:
    question = "Hvem betaler strømmen?"
    assert (language_of(question), language_of_question(question)) == ("", "nb")
