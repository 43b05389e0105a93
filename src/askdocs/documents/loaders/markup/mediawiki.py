"""Pages of MediaWiki: headings, tables and text without markup. The anchors are the headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from askdocs.documents.loaders.markup.markdown import without_markup
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REFERENCE = re.compile(
    r"<ref\b[^<>]*/>|<ref\b[^<>/]*>(?P<note>.*?)</ref\s*>", re.DOTALL | re.IGNORECASE
)
_PICTURE = re.compile(
    r"\[\[(?:File|Image|Datei|Fichier|Archivo|Fil):(?:[^\[\]]|\[\[[^\[\]]*\]\])*\]\]", re.IGNORECASE
)
_TEMPLATE = re.compile(r"(?<!\{)\{\{(?!\{)[^{}]*\}\}")
_MOST_NESTED = 9  # templates in templates
_HEADING = re.compile(r"(={1,6})\s*([^=].*?)\s*\1\s*")
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_ADDRESS = re.compile(r"\[(?:https?:)?//[^\s\]]+\s+([^\]]+)\]")
_EMPHASIS = re.compile(r"'{2,5}")
_INDENT = re.compile(r"([*#:;]+)\s*")
_SWITCH = re.compile(r"__[A-Z]+__")
_SPAN = re.compile(r"\b(?:row|col)span\s*=", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*(?:[\w-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s|]+)\s*)+\|(?!\|)")


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without comments, templates and pictures."""
    builder = DocumentBuilder(source)
    text = _COMMENT.sub("", read_text(path, builder).replace("\r\n", "\n"))
    text = _REFERENCE.sub(_write_note, text)
    text, templates = _without_templates(text)
    text, pictures = _PICTURE.subn("", text)
    for count, noun in ((templates, "template"), (pictures, "linked picture")):
        if count:
            builder.report_skipped(counted(count, noun))
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        if lines[number].lstrip(" :").startswith("{|"):
            number = _add_table(builder, lines, number)
        else:
            _add_line(builder, lines[number], number + 1)
            number += 1
    return [builder.build()]


def _write_note(reference: re.Match[str]) -> str:
    note = " ".join((reference["note"] or "").split())
    return f" [{note}]" if note else ""


def _without_templates(text: str) -> tuple[str, int]:
    """The text without templates, and their number."""
    total = 0
    for _ in range(_MOST_NESTED):
        text, count = _TEMPLATE.subn("", text)
        total += count
        if not count:
            break
    return text, total


def _add_line(builder: DocumentBuilder, line: str, number: int) -> None:
    heading = _HEADING.fullmatch(line)
    if heading:
        builder.heading(len(heading[1]), _plain(heading[2]))
        builder.anchor(line=number)
        return
    indent = _INDENT.match(line)
    words = _plain(line[indent.end() :] if indent else line)
    mark = f"{'  ' * (len(indent[1]) - 1)}- " if indent and indent[1][-1] in "*#" else ""
    if words or not mark:
        builder.add(mark + words, end="\n")


def _plain(text: str) -> str:
    """The text without links, emphasis and tags."""
    text = _LINK.sub(r"\1", _SWITCH.sub("", text))
    text = _EMPHASIS.sub("", _ADDRESS.sub(r"\1", text))
    return without_markup(text).strip()


def _add_table(builder: DocumentBuilder, lines: Sequence[str], number: int) -> int:
    """Add a table, and return the number of the line after it."""
    rows: list[list[str]] = [[]]
    first, caption, has_names, has_spans = number, "", False, False
    number += 1
    while number < len(lines) and not lines[number].strip().startswith("|}"):
        line = lines[number].strip()
        has_spans = has_spans or bool(_SPAN.search(line))
        if line.startswith("|+"):
            caption = _plain(_cell(line[2:]))
        elif line.startswith("|-"):
            rows.append([])
        elif line.startswith(("!", "|")):
            has_names = has_names or (line[0] == "!" and not any(rows[:-1]))
            rows[-1] += [_plain(_cell(cell)) for cell in re.split(r"\|\||!!", line[1:])]
        elif rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {_plain(line)}".strip()
        number += 1
    rows = [row for row in rows if any(row)]
    builder.close_block()
    builder.anchor(line=first + 1)
    if caption:
        builder.add(caption)
    if has_spans:  # which column a cell is in is not known
        for row in rows:
            builder.add(" | ".join(filter(None, row)), end="\n")
    else:
        add_table(builder, rows, header=1 if has_names and len(rows) > 1 else None)
    builder.close_block()
    return number + 1


def _cell(text: str) -> str:
    """The content of a cell, without its attributes."""
    return _ATTRIBUTES.sub("", text, count=1)
