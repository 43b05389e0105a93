"""Pages of MediaWiki: headings, tables and text without markup. The anchors are the headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from askdocs.documents.loaders.markup.markdown import without_markup
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.shared.removed_lines import REMOVED, numbered_lines, removed
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REPEATED = re.compile(r"<ref\b[^<>]*/>", re.IGNORECASE)
_REFERENCE = re.compile(r"<ref\b[^<>]*(?<!/)>(.*?)</ref\s*>", re.DOTALL | re.IGNORECASE)
_REFERENCE_END = re.compile(r"</ref\s*>", re.IGNORECASE)
_PICTURE = re.compile(
    r"\[\[(?:File|Image|Datei|Fichier|Archivo|Fil):(?:[^\[\]]|\[\[[^\[\]]*\]\])*\]\]", re.IGNORECASE
)
_TEMPLATE = re.compile(r"(?<!\{)\{\{(?!\{)[^{}]*\}\}")
_MOST_NESTED = 9  # templates in templates
_DEEPEST_HEADING = 6
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
_ADDRESS = re.compile(r"\[(?:https?:)?//[^\s\[\]]+[ \t]+([^\s\[\]][^\[\]]*)\]")
_EMPHASIS = re.compile(r"'{2,5}")
_INDENT = re.compile(r"([*#:;]+)\s*")
_SWITCH = re.compile(r"__[A-Z]+__")
_SPAN = re.compile(r"\b(?:row|col)span\s*=", re.IGNORECASE)
_ATTRIBUTES = re.compile(
    r"\s*(?:[\w-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s|\"'][^\s|]*)(?:\s+|(?=\|)))+\|(?!\|)"
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document, without comments, templates and pictures."""
    builder = DocumentBuilder(source)
    text = read_text(path, builder).replace("\r\n", "\n").replace(REMOVED, "")
    text = _without_notes(_without_comments(text))
    text, templates = _without_templates(text)
    text, pictures = _PICTURE.subn(removed, text)
    for count, noun in ((templates, "template"), (pictures, "linked picture")):
        if count:
            builder.report_skipped(counted(count, noun))
    lines, numbers = numbered_lines(text)
    at = 0
    while at < len(lines):
        if lines[at].lstrip(" :").startswith("{|"):
            at = _add_table(builder, lines, numbers, at)
        else:
            _add_line(builder, lines[at], numbers[at])
            at += 1
    return [builder.build()]


def _without_comments(text: str) -> str:
    closed = text.rfind("-->") + len("-->")  # a comment that is never closed stays
    return _COMMENT.sub(removed, text[:closed]) + text[closed:]


def _without_notes(text: str) -> str:
    """The text with its notes in square brackets."""
    text = _REPEATED.sub(removed, text)
    closed = max((end.end() for end in _REFERENCE_END.finditer(text)), default=0)
    return _REFERENCE.sub(_write_note, text[:closed]) + text[closed:]


def _write_note(reference: re.Match[str]) -> str:
    note = " ".join(reference[1].replace(REMOVED, " ").split())
    return (f" [{note}]" if note else "") + removed(reference)


def _without_templates(text: str) -> tuple[str, int]:
    """The text without templates, and their number."""
    total = 0
    for _ in range(_MOST_NESTED):
        text, count = _TEMPLATE.subn(removed, text)
        total += count
        if not count:
            break
    return text, total


def _add_line(builder: DocumentBuilder, line: str, number: int) -> None:
    level, heading = _heading(line.rstrip())
    if heading:
        builder.heading(level, _plain(heading))
        builder.anchor(line=number)
        return
    indent = _INDENT.match(line)
    words = _plain(line[indent.end() :] if indent else line)
    mark = f"{'  ' * (len(indent[1]) - 1)}- " if indent and indent[1][-1] in "*#" else ""
    if words or not mark:
        builder.add(mark + words, end="\n")


def _heading(line: str) -> tuple[int, str]:
    """The level and the words of a heading. The words are "" if the line is not a heading."""
    signs = (len(line) - len(line.lstrip("=")), len(line) - len(line.rstrip("=")))
    level = min(*signs, _DEEPEST_HEADING)
    words = line[level:-level].strip() if level else ""
    return level, words if words.strip("=") else ""


def _plain(text: str) -> str:
    """The text without links, emphasis and tags."""
    text = _LINK.sub(r"\1", _SWITCH.sub("", text))
    text = _EMPHASIS.sub("", _ADDRESS.sub(r"\1", text))
    return without_markup(text).strip()


def _add_table(
    builder: DocumentBuilder, lines: Sequence[str], numbers: Sequence[int], at: int
) -> int:
    """Add the table that begins at a line, and return the index of the line after it."""
    rows: list[list[str]] = [[]]
    first, caption, has_names, has_spans = numbers[at], "", False, False
    at += 1
    while at < len(lines) and not lines[at].strip().startswith("|}"):
        line = lines[at].strip()
        has_spans = has_spans or bool(_SPAN.search(line))
        if line.startswith("|+"):
            caption = _plain(_cell(line[2:]))
        elif line.startswith("|-"):
            rows.append([])
        elif line.startswith(("!", "|")):
            has_names = has_names or (line[0] == "!" and not any(rows[:-1]))
            rows[-1] += [_plain(_cell(cell)) for cell in _cells(line)]
        elif rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {_plain(line)}".strip()
        at += 1
    rows = [row for row in rows if any(row)]
    builder.close_block()
    builder.anchor(line=first)
    if caption:
        builder.add(caption)
    if has_spans:  # which column a cell is in is not known
        for row in rows:
            builder.add(" | ".join(filter(None, row)), end="\n")
    else:
        add_table(builder, rows, header=1 if has_names and len(rows) > 1 else None)
    builder.close_block()
    return at + 1


def _cells(line: str) -> list[str]:
    """The cells of a line of a table. Only in a line of names does "!!" separate them."""
    return re.split(r"\|\||!!" if line[0] == "!" else r"\|\|", line[1:])


def _cell(text: str) -> str:
    """The content of a cell, without its attributes."""
    attributes = _ATTRIBUTES.match(text)
    return text[attributes.end() :] if attributes else text
