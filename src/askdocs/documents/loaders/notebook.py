"""Jupyter notebooks: text, code and printed outputs. The anchor is the cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.markup.markdown import without_markup
from askdocs.documents.loaders.shared.builder import (
    DocumentBuilder,
    counted,
    first_line,
    normalise,
)
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document

_OUTPUT_LIMIT = 5000  # characters of one output; a longer one is a log and is truncated


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Each cell with text has a heading like "cell 3", counted from 1."""
    try:
        notebook = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise LoadError(f"its JSON is damaged in line {error.lineno}") from None
    if not isinstance(notebook, dict):
        raise LoadError("the file is not a notebook, despite its name")
    cells = notebook.get("cells")
    if cells is None:  # before version 4
        sheets = notebook.get("worksheets") or [{}]
        cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    builder = DocumentBuilder(source)
    for number, cell in enumerate(cells, 1):
        texts = [text.strip("\n") for text in _cell_texts(cell) if text.strip()]
        if texts:
            builder.anchor(heading=f"cell {number}")
        if cell.get("cell_type") == "markdown":
            texts = [without_markup(text) for text in map(normalise, texts)]
        for text in texts:
            builder.add(text)
        if cell.get("cell_type") in {"markdown", "heading"} and texts and not builder.title:
            builder.title = first_line(texts[0])
    pictures = sum(map(_count_pictures, cells))
    if pictures:
        builder.report_skipped(f"{counted(pictures, 'picture')} among the results")
    return [builder.build()]


def _count_pictures(cell: dict[str, object]) -> int:
    """The number of outputs of a cell that are pictures or widgets."""
    outputs = cell.get("outputs")
    kinds = [output.get("data") or {} for output in outputs] if isinstance(outputs, list) else []
    return sum(1 for data in kinds if any(not name.startswith("text/") for name in data))


def _cell_texts(cell: dict[str, object]) -> Iterator[str]:
    yield _join_lines(cell.get("source", cell.get("input", "")))
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if output.get("output_type") in {"error", "pyerr"}:
            yield f"{output.get('ename', '')}: {output.get('evalue', '')}"
            continue
        data = output.get("data") or {}
        yield _join_lines(output.get("text") or data.get("text/plain") or "")[:_OUTPUT_LIMIT]


def _join_lines(text: object) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
