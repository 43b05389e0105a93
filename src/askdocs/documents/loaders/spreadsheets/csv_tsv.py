"""CSV and TSV: one line a row, with the names of its columns; the anchor is the row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.cells import Numbered, clean
from askdocs.documents.loaders.tables.grid import add_grid
from askdocs.types import Document

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50


def load(path: Path, source: str) -> Sequence[Document]:
    """One document, a line for each row; rows are counted from 1, the names' row included."""
    text = read_text(path)
    csv.field_size_limit(2**31 - 1)
    suffix = PurePosixPath(source).suffix.lower()
    delimiter = "\t" if suffix == ".tsv" else _delimiter(text)
    rows = [[clean(cell) for cell in row] for row in _read(text, delimiter)]
    numbered: Numbered = [(n, row) for n, row in enumerate(rows, 1) if any(row)]
    builder = DocumentBuilder(source, title=PurePosixPath(source).stem)
    add_grid(builder, numbered)
    return [builder.build()]


def _read(text: str, delimiter: str) -> list[list[str]]:
    """The rows; quotes that are never closed are taken as letters instead of eating the rest."""
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    if len(rows) * 3 < text.count("\n") and any(cell.count("\n") > 50 for r in rows for cell in r):
        return list(csv.reader(text.splitlines(), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return rows


def _delimiter(text: str) -> str:
    """The character that splits the first rows into the most columns, equally many in each."""
    sample = text[:100_000]

    def evenness(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False) if row]
        usual = max(set(widths), key=widths.count, default=1)
        share = widths.count(usual) / len(widths) if widths else 0.0
        return (share if usual > 1 else 0.0, usual)

    return max(_DELIMITERS, key=evenness)
