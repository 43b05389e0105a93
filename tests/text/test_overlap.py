"""How many words two texts share."""

from __future__ import annotations

import pytest

from askdocs.text.overlap import (
    containment,
    count_among,
    coverage,
    jaccard,
    loose_coverage,
    share_among,
)
from askdocs.text.stemming import stems_for


def test_coverage_knows_the_forms_of_a_word_and_weighs_rare_ones_more() -> None:
    rare = {"zehri": 3.0, "warn": 1.0}
    assert coverage(rare, "Zehri's warning came late") == 1.0
    assert coverage(rare, "a warning") == 0.25
    assert coverage(rare, "Zehri spoke") == 0.75
    assert coverage({}, "anything") == 0.0
    assert coverage({"car": 1.0}, "He did not care") == 0.0


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


@pytest.mark.parametrize(
    ("word", "text", "share"),
    [
        ("beitrag", "Die Beiträge steigen.", 0.6),
        ("beitrag", "Der Mitgliedsbeitrag steigt.", 0.6),
        ("beitrag", "Der Beitrag steigt.", 1.0),
        ("parcelles", "la parcelle onze", 0.6),
        ("rat", "Der Vorrat reicht.", 0.0),
        ("停车", "地面停车场", 1.0),
    ],
)
def test_a_part_of_a_word_counts_less_than_the_word(word: str, text: str, share: float) -> None:
    assert loose_coverage({word: 2.0}, text) == pytest.approx(share)
    assert loose_coverage({}, text) == 0.0


def test_forms_of_words_are_counted() -> None:
    assert count_among(["boats", "harbour"], ["boat", "quay"]) == 1
    assert share_among(["boats", "harbour"], ["boat", "quay"]) == 0.5
    assert share_among([], ["boat"]) == 0.0


def test_words_in_common_as_a_share_of_both_and_of_the_smaller_side() -> None:
    one, two = {"a", "b"}, {"b", "c", "d"}
    assert (jaccard(one, two), containment(one, two)) == (0.25, 0.5)
    assert (jaccard(set(), set()), containment(set(), two)) == (0.0, 0.0)
