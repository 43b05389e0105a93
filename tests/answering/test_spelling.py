"""Misspelt words of a question are replaced by those of the documents."""

from __future__ import annotations

from askdocs.answering.questions.spelling import correct_spelling

_MEANT = {"invoce": "invoice", "falkk": "falk"}


def _is_known(word: str) -> bool:
    return word not in _MEANT


def test_a_word_is_corrected_wherever_it_stands() -> None:
    found = correct_spelling("Invoce and invoce?", _is_known, lambda word, _: _MEANT.get(word, ""))
    assert found.text == "Invoice and invoice?"
    assert dict(found.changes) == {"Invoce": "Invoice", "invoce": "invoice"}


def test_a_word_that_is_once_without_a_capital_is_no_name() -> None:
    names = []
    for question in ("Did Falkk pay Falkk?", "Did Falkk pay falkk?"):
        correct_spelling(question, _is_known, lambda _, is_name: names.append(is_name) or "")
    assert names == [True, False]
