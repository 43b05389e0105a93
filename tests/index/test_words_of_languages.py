"""Which words of a question count, and which are the same, in languages other than English."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from askdocs.answering.coverage import coverage, loose_coverage
from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.text.stemming import stems_for
from askdocs.types import Document, Passage


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


FORMS = {
    "de.txt": "Die Türme am Hafen sind gesperrt, und die Fähren der Reederei fahren nicht.",
    "es.txt": "Las facturas se pagan en la oficina, y los recibos llegan por correo.",
    "nb.txt": "Båtene ligger ved kaia, og ferjene går hver time til øya.",
    "en.txt": "The towers stand at the port, and the invoices are paid.",
}


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("Wer baute den Turm?", "de.txt"),
        ("Wie teuer ist die Fähre?", "de.txt"),
        ("¿Cómo se paga la factura?", "es.txt"),
        ("Hvor er båten?", "nb.txt"),
        ("Når kommer ferja?", "nb.txt"),
        ("Who built the tower?", "en.txt"),
    ],
)
def test_other_forms_of_a_word_are_found_by_the_stems_of_its_language(
    question: str, source: str, tmp_path: Path
) -> None:
    with closing(Catalog(tmp_path / "catalog.sqlite")) as catalog:
        for name, text in FORMS.items():
            document = IndexedDocument(
                Document(name, text), [Passage(name, name, text, 0, len(text))], [b"k"]
            )
            catalog.replace_files([IndexedFile(FileRecord(name, 1, 1, "h"), [document])])
        assert [name for name, _ in catalog.search_words(question, limit=3)] == [source]
