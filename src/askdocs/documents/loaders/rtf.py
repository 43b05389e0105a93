"""Rich Text Format; no anchors, since the format knows neither pages nor headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.types import Document

_BINARY = re.compile(rb"(?:[0-9a-fA-F]{2}\s*){400,}")  # pictures and objects, as hexadecimal
_TITLE = re.compile(r"\{\\title ([^{}\\]+)\}")
_CODEPAGE = re.compile(rb"\\ansicpg(\d+)")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text of the file; rows of tables are lines."""
    data = path.read_bytes()
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise LoadError("the file is not RTF, whatever its name says")
    named = _CODEPAGE.search(data[:2000])
    encoding = f"cp{named.group(1).decode()}" if named else "cp1252"
    rtf = _BINARY.sub(b"", data).decode("latin-1")
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252"
    text = rtf_to_text(rtf, encoding=encoding, errors="replace")
    title = _TITLE.search(rtf)
    builder = DocumentBuilder(source, title=title.group(1) if title else "")
    for paragraph in _BLANK.split(text.replace("\r", "")):
        lines = [_row(line) for line in paragraph.split("\n")]
        builder.add("\n".join(filter(None, lines)))
    return [builder.build()]


def _row(line: str) -> str:
    """A row of a table comes as "a|b|"."""
    cells = line.strip().rstrip("|").split("|") if line.rstrip().endswith("|") else [line]
    return " | ".join(cell.strip() for cell in cells if cell.strip())
