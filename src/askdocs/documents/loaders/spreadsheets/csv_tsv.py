"""CSV and TSV: one line for each row, with column names. The anchor is the row."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.cells import Numbered, clean
from askdocs.documents.loaders.tables.grid import add_grid
from askdocs.types import Document

_DELIMITERS = ",;\t|"
_NAMED_DELIMITER = re.compile(r"\ufeff?\"?sep=([,;|\t])\"?\r?\n", re.IGNORECASE)  # for Excel
_SAMPLE_ROWS = 50


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, a line for each row. Rows count from 1, including the header."""
    builder = DocumentBuilder(source, title=PurePosixPath(source).stem)
    text = read_text(path, builder)
    csv.field_size_limit(2**31 - 1)
    suffix = PurePosixPath(source).suffix.lower()
    named = _NAMED_DELIMITER.match(text)
    delimiter = "\t" if suffix == ".tsv" else _detect_delimiter(text)
    delimiter = named[1] if named else delimiter
    rows = [[clean(cell) for cell in row] for row in _parse_rows(text, delimiter)]
    rows[:1] = [] if named else rows[:1]
    first = 2 if named else 1
    numbered: Numbered = [(n, row) for n, row in enumerate(rows, first) if any(row)]
    add_grid(builder, numbered)
    return [builder.build()]


def _parse_rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows. Quotation marks that are never closed are read as text."""
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    if len(rows) * 3 < text.count("\n") and any(cell.count("\n") > 50 for r in rows for cell in r):
        return list(csv.reader(text.splitlines(), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return rows


def _detect_delimiter(text: str) -> str:
    """The delimiter that splits the first rows into the same number of columns, and the most."""
    sample = text[:100_000]

    def evenness(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(StringIO(sample, newline=""), delimiter=delimiter)
        widths = [len(row) for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False) if row]
        usual = max(set(widths), key=widths.count, default=1)
        share = widths.count(usual) / len(widths) if widths else 0.0
        return (share if usual > 1 else 0.0, usual)

    return max(_DELIMITERS, key=evenness)
