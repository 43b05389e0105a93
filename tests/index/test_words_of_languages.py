"""Which words of a question count, and which are the same, in languages other than English."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.types import Document, Passage

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
