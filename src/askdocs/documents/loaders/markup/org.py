"""Org files of Emacs: headings, tables and text without markup. The anchors are the headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_HEADING = re.compile(r"(\*+)\s+(.*?)(?:\s+:[\w@#%:]+:)?\s*$")
_KEYWORD = re.compile(r"#\+(\w+)(?:\[[^\]]*\])?:\s*(.*)$")
_BLOCK = re.compile(r"#\+(?:begin|end)_\w+.*$", re.IGNORECASE)
_DRAWER = re.compile(r"\s*:(?:PROPERTIES|LOGBOOK):\s*$", re.IGNORECASE)
_LINK = re.compile(r"\[\[([^\]]+)\](?:\[([^\]]+)\])?\]")
_EMPHASIS = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(?=\S)([^\n]*?\S)\1(?![\w*/_=~+])")
_FOOTNOTE = re.compile(r"\[fn:([\w-]+)(?::[^\]]*)?\]")
_SCRIPT = re.compile(r"(?<=[^\s\\])([\^_])\{([^{}\n]*)\}")
_PICTURE = re.compile(
    r"\[\[[^\]\n]+\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)\](?:\[[^\]\n]*\])?\]", re.IGNORECASE
)
_RULE = re.compile(r"\s*\|[-+]+\|?\s*$")


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without property drawers and comments."""
    builder = DocumentBuilder(source)
    text = read_text(path, builder).replace("\r\n", "\n")
    pictures = len(_PICTURE.findall(text))
    if pictures:
        builder.report_skipped(counted(pictures, "linked picture"))
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if _DRAWER.match(line):
            number = _end_of_drawer(lines, number)
        elif line.lstrip().startswith("|"):
            number = _add_table(builder, lines, number)
        else:
            _add_line(builder, line, number + 1)
            number += 1
    return [builder.build()]


def _end_of_drawer(lines: Sequence[str], number: int) -> int:
    for index in range(number + 1, len(lines)):
        if lines[index].strip().upper() == ":END:":
            return index + 1
    return number + 1


def _add_table(builder: DocumentBuilder, lines: Sequence[str], number: int) -> int:
    rows: list[list[str]] = []
    first, header = number, None
    while number < len(lines) and lines[number].lstrip().startswith("|"):
        if _RULE.match(lines[number]):
            header = header or len(rows) or None  # the rows above the first rule
        else:
            cells = lines[number].strip().strip("|").split("|")
            rows.append([without_markup(cell.strip()) for cell in cells])
        number += 1
    builder.close_block()
    builder.anchor(line=first + 1)
    add_table(builder, rows, header=header if header and header < len(rows) else None)
    builder.close_block()
    return number


def _add_line(builder: DocumentBuilder, line: str, number: int) -> None:
    heading, keyword = _HEADING.match(line), _KEYWORD.match(line.strip())
    if heading:
        builder.heading(len(heading[1]), without_markup(heading[2]))
        builder.anchor(line=number)
    elif keyword and keyword[1].lower() == "title":
        builder.title = builder.title or without_markup(keyword[2])
    elif keyword and keyword[1].lower() == "include":
        builder.report_skipped(f"included file {keyword[2]}")
    elif keyword and keyword[1].lower() in {"author", "date", "caption", "subtitle"}:
        builder.add(f"{keyword[1].capitalize()}: {without_markup(keyword[2])}", end="\n")
    elif not (keyword or _BLOCK.match(line.strip()) or re.match(r"\s*#(?:\s|$)", line)):
        builder.add(without_markup(line), end="\n")


def without_markup(text: str) -> str:
    """The text without the markup of emphasis, links and footnotes. Struck text stays marked."""
    text = _LINK.sub(lambda match: match[2] or match[1], text)
    text = _FOOTNOTE.sub(r"[\1]", text)
    text = _EMPHASIS.sub(lambda found: f"~~{found[2]}~~" if found[1] == "+" else found[2], text)
    return _with_scripts(text) if "{" in text else text


def _with_scripts(text: str) -> str:
    """The text with its superscripts and subscripts, "420^{3}", as in other formats."""
    spans: list[Span] = []
    at = 0
    for found in _SCRIPT.finditer(text):
        script: Script = "super" if found[1] == "^" else "sub"
        spans += [(text[at : found.start()], "plain"), (found[2], script)]
        at = found.end()
    return join_spans([*spans, (text[at:], "plain")])
