"""reStructuredText and AsciiDoc, unchanged except for tables: each row gets the column names.

The anchors are the line and the heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.markup import asciidoc_tables, rst_tables
from askdocs.documents.loaders.markup.markdown import Headings, with_headings
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document

_LINE_END = re.compile(r"\r\n?")
_ASCIIDOC_HEADING = re.compile(r"^(={1,6}|#{1,6}) +(\S.*?)\s*$", re.MULTILINE)
_RST_PICTURE = re.compile(r"^[ \t]*\.\. (?:\|[^|\n]+\| )?(?:image|figure)::", re.MULTILINE)
_ASCIIDOC_PICTURE = re.compile(r"(?<![\w:])image::?[^\s\[\]:][^\s\[\]]*\[")
_ARMOUR = re.compile(r"\s*-----BEGIN PGP (?!SIGNED MESSAGE)")
_ASCIIDOC_FENCE = re.compile(r"^(----+|\.\.\.\.+|====+|\+\+\+\++|////+|```)\s*$", re.MULTILINE)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with an anchor at each heading. Its lines are the lines of the file."""
    is_rst = PurePosixPath(source).suffix.lower() == ".rst"
    with_rows = rst_tables.with_rows if is_rst else asciidoc_tables.with_rows
    builder = DocumentBuilder(source)
    text = _LINE_END.sub("\n", read_text(path, builder))
    if _ARMOUR.match(text):
        raise LoadError("it is a key, a signature or a closed message of OpenPGP, without text")
    builder.add(with_rows(text), end="")
    pictures = len((_RST_PICTURE if is_rst else _ASCIIDOC_PICTURE).findall(text))
    if pictures:
        builder.report_skipped(counted(pictures, "linked picture"))
    document = builder.build()
    find = restructured_headings if is_rst else asciidoc_headings
    return [with_headings(document, find(document.text))]


def asciidoc_headings(text: str) -> Headings:
    """Lines like "== Title" outside listings and other delimited blocks."""
    fences = [match.start() for match in _ASCIIDOC_FENCE.finditer(text)]
    blocks = list(zip(fences[::2], fences[1::2], strict=False))
    return [
        (match.start(), len(match.group(1)), match.group(2))
        for match in _ASCIIDOC_HEADING.finditer(text)
        if not any(begin < match.start() < end for begin, end in blocks)
    ]


def restructured_headings(text: str) -> Headings:
    """Headings: lines with an underline (and overline). Levels are in the order of first use."""
    found: Headings = []
    styles: list[str] = []
    lines = text.split("\n")
    start = 0
    for number, line in enumerate(lines):
        under = lines[number + 1].rstrip() if number + 1 < len(lines) else ""
        over = lines[number - 1].rstrip() if number else ""
        if _is_underline(under) and not _is_underline(line) and line.strip():
            framed = over == under
            if len(under) >= len(line.rstrip()) and (framed or not line.startswith(" ")):
                style = ("over" if framed else "") + under[0]
                if style not in styles:
                    styles.append(style)
                found.append((start, styles.index(style) + 1, line.strip()))
        start += len(line) + 1
    return found


def _is_underline(line: str) -> bool:
    return len(line) >= 3 and len(set(line)) == 1 and not line[0].isalnum() and line[0] != " "
