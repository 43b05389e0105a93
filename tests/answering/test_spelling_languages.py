"""Slips of the pen in questions in other languages than English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from askdocs import Assistant, Config
from askdocs.answering.questions.question import parse
from askdocs.answering.routing import find_candidates

_TEXTS = {
    "hafen.txt": "Die Hafenmeisterin verlangt für jeden Liegeplatz eine Gebühr von neun Euro."
    " Der Schlüssel zur Halle hängt im Schuppen, und der Kran darf nur nachts gefahren werden.",
    "port.txt": "La capitainerie est fermée le mardi. Le gardien garde les clés de l'entrepôt.",
    "havn.txt": "Havnefogden har nøkkelen til skuret. Båtplassene koster ni kroner i døgnet.",
    "harbour.txt": "The manager of the harbour keeps the meters of the quay in the red shed.",
}


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("harbour")
    corpus: Path = folder / "corpus"
    corpus.mkdir()
    for name, text in _TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    with Assistant(Config(corpus=corpus, index=folder / "index", models="english")) as assistant:
        assistant.index()
        yield assistant


def corrected(harbour: Assistant, question: str) -> str:
    asked = parse(question)
    return find_candidates(harbour._resources, asked, history=(), sources=None).spelling_notice


@pytest.mark.parametrize(
    ("question", "notice"),
    [
        ("Was kostet ein Liegeplazt?", "“Liegeplatz” instead of “Liegeplazt”"),
        ("Wo hängt der Schlüsel zur Halle?", "“Schlüssel” instead of “Schlüsel”"),
        ("Wer ist die Hafenmeisterrin?", "“Hafenmeisterin” instead of “Hafenmeisterrin”"),
        ("Quand ferme la capitaineire ?", "“capitainerie” instead of “capitaineire”"),
        ("Hvem har nøkklen til skuret?", "“nøkkelen” instead of “nøkklen”"),
        ("Hvem er havnefodgen?", "“havnefogden” instead of “havnefodgen”"),
    ],
)
def test_slips_are_corrected(harbour: Assistant, question: str, notice: str) -> None:
    assert corrected(harbour, question) == f"Searched for {notice}."


@pytest.mark.parametrize(
    "question",
    [
        "Wo ist die Hülle?",  # a letter for another
        "Wer hat den Hafen gebaut?",  # a part of a word of the documents
        "Welche Gebühren gibt es?",  # another form
        "Wer gehört zu den Mietern?",  # in documents in another language only: "meters"
        "Peut-on manger ici ?",  # "manager"
        "Was kosten die Hafenmeisterinnen?",
    ],
)
def test_right_words_are_left(harbour: Assistant, question: str) -> None:
    assert corrected(harbour, question) == ""
