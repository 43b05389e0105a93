"""Word documents (.docx), strict or not: paragraphs, lists, tables in place; anchors are headings.

Read from the XML itself, as it stands after all changes are accepted: with automatic numbers, the
fields of forms, text boxes, notes, equations, comments, headers and footers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.word_numbering import BULLET, Numbering
from askdocs.documents.loaders.office.word_parts import (
    WordComment,
    read_comments,
    read_margins,
    read_notes,
    referred,
)
from askdocs.documents.loaders.office.word_styles import (
    Style,
    Styles,
    list_place,
    paragraph_style,
    read_styles,
)
from askdocs.documents.loaders.office.word_text import (
    TextRules,
    control_text,
    paragraph_spans,
    paragraph_text,
)
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.superscripts import Span, join_spans, merge_runs
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    core_title,
    local_name,
    open_archive,
    read_xml,
)
from askdocs.documents.loaders.tables.cells import Covered
from askdocs.documents.loaders.tables.rows import add_table, row_line
from askdocs.types import Document

_TRANSPARENT = frozenset("sdt sdtContent customXml ins moveTo smartTag body document".split())
_DELETED = frozenset({"del", "moveFrom"})
_NOTES = {"footnoteReference": "footnote ", "endnoteReference": "endnote "}
_COMMENTS = {"commentReference": ""}
_UNREAD = {
    "pic": "picture",
    "imagedata": "picture",
    "chart": "chart",
    "object": "embedded object",
    "altChunk": "embedded document",
    "subDoc": "document that is linked",
    "relIds": "diagram",
}
_LABEL = re.compile(r"[^\n]{1,60}:\s*")
_SPAN_LIMIT = 100


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the body of a document refers to."""

    styles: Styles = field(default_factory=Styles)
    rules: TextRules = field(default_factory=TextRules)
    numbering: Numbering = field(default_factory=Numbering)
    notes: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, WordComment] = field(default_factory=dict)


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text of the body, its text boxes, notes and comments.

    Notes and comments stand behind their paragraph, headers and footers at the end, each once.
    """
    with open_archive(path) as archive:
        body = read_xml(archive, "word/document.xml")
        parts = _read_parts(archive)
        builder = DocumentBuilder(source, title=core_title(archive, "docProps/core.xml"))
        margins = list(read_margins(archive, body, parts.rules))
    _Writer(builder, parts).write(body)
    _add_margins(builder, margins)
    for noun, remark in _unread(body):
        builder.leave_out(f"{noun}{remark}")
    return [builder.build()]


def _unread(body: Element) -> Iterator[tuple[str, str]]:
    """What the body holds beside text, counted, each with what there is to say of it."""
    counts: dict[str, int] = {}
    stack = [body]
    while stack:
        element = stack.pop()
        name = local_name(element.tag)
        kind = _UNREAD.get(name, "")
        if name == "chart" and not attribute(element, "id"):
            kind = ""
        if kind:
            counts[kind] = counts.get(kind, 0) + 1
        if name not in {"Fallback", "object", "del"}:
            stack.extend(element)
    for kind, count in sorted(counts.items()):
        yield counted(count, kind), " (no text recognition)" if kind == "picture" else ""


def _read_parts(archive: ZipFile) -> _Parts:
    styles = read_styles(archive)
    rules = TextRules(styles.runs, styles.hidden_runs)
    notes = {**read_notes(archive, "footnote", rules), **read_notes(archive, "endnote", rules)}
    comments = read_comments(archive, rules)
    return _Parts(styles, rules, Numbering(archive), notes, comments)


def _add_margins(builder: DocumentBuilder, margins: Sequence[tuple[str, str]]) -> None:
    margins = [(kind, words) for kind, words in margins if words != builder.title]
    if margins:
        builder.close_block()
        builder.anchor(heading="")
    for kind, words in margins:
        builder.add(f"{kind}: {words}")


class _Writer:
    """Adds the blocks of a document in order, without recursion."""

    def __init__(self, builder: DocumentBuilder, parts: _Parts) -> None:
        self._builder = builder
        self._parts = parts
        self._before: list[Span] = []  # of paragraphs whose end was deleted
        self._said: set[str] = set()

    def write(self, root: Element) -> None:
        """Add every paragraph and table under an element."""
        stack = [root]
        while stack:
            element = stack.pop()
            name = local_name(element.tag)
            if name == "p":
                self._paragraph(element, before_field=bool(stack) and _is_field(stack[-1]))
                stack.extend(reversed(list(text_boxes(element))))
            elif name == "tbl":
                rows, header = table_rows(element, self._parts.rules)
                if max((len(row) for row in rows), default=0) > 1:
                    add_table(self._builder, rows, header=header)
                    self._add_referred(element)
                else:
                    stack.extend(reversed([cell for row in _rows(element) for cell in _cells(row)]))
            elif name == "sdt" and control_text(element) == "":
                continue  # a prompt to fill in a field
            elif name in _TRANSPARENT or name in {"tc", "txbxContent"}:
                stack.extend(reversed(element))
        self._builder.close_block()

    def _paragraph(self, paragraph: Element, *, before_field: bool = False) -> None:
        """Add a paragraph, unless the next one goes on in it.

        Args:
            paragraph: A w:p.
            before_field: Whether a field of a form follows, to which a label here belongs.
        """
        spans = [*self._before, *paragraph_spans(paragraph, self._parts.rules)]
        self._before = spans if _end_is_deleted(paragraph) else []
        if before_field and _LABEL.fullmatch(join_spans(spans)):
            self._before = [*spans, (" ", "plain")]
        if self._before:
            return
        text = join_spans(merge_runs(spans)).strip()
        style = paragraph_style(paragraph, self._parts.styles)
        label, level = self._label(list_place(paragraph, style), style)  # an empty one counts too
        if not text:
            return
        if style.title and not self._builder.title:
            self._builder.title = text
        words = f"{label} {text}" if label and label != BULLET else text
        if style.heading:
            self._builder.heading(style.heading, words)
        elif level is not None:
            mark = "" if label and label != BULLET else "- "
            self._builder.add(f"{'  ' * level}{mark}{words}", end="\n")
        else:
            self._builder.close_block()
            self._builder.add(words)
        self._add_referred(paragraph)

    def _label(
        self, place: tuple[str, int | None] | None, style: Style
    ) -> tuple[str | None, int | None]:
        """(the automatic number of a paragraph, how deep in a list it stands)."""
        if place is None:
            return None, None
        list_id, level = place
        if level is None:
            level = self._parts.numbering.level_of_style(list_id, style.name) or 0
        return self._parts.numbering.label(list_id, level), level

    def _add_referred(self, element: Element) -> None:
        """The notes and comments that a paragraph or table refers to."""
        notes, comments = self._parts.notes, self._parts.comments
        for note in referred(element, _NOTES, notes.__contains__):
            mark = self._parts.rules.marks.get(note, "")
            self._builder.close_block()
            self._builder.add(f"[{mark}] {notes[note]}" if mark else notes[note])
        for name in referred(element, _COMMENTS, comments.__contains__):
            if name not in self._said:
                self._said.add(name)
                self._builder.close_block()
                self._builder.add(comments[name].line())


def _is_field(element: Element) -> bool:
    """Whether an element is a content control around a single paragraph: the field of a form."""
    if local_name(element.tag) != "sdt" or control_text(element) is not None:
        return False
    parts = [local_name(part.tag) for part in element.iter()]
    return parts.count("p") == 1 and "docPartObj" not in parts


def _end_is_deleted(paragraph: Element) -> bool:
    """Whether the mark that ends a paragraph was deleted, so that the next one goes on in it."""
    for part in paragraph:
        if local_name(part.tag) == "pPr":
            for look in part:
                if local_name(look.tag) == "rPr":
                    return any(local_name(each.tag) in _DELETED for each in look)
    return False


def text_boxes(paragraph: Element) -> Iterator[Element]:
    """The contents of the outermost text boxes of a paragraph, each once."""
    stack = [paragraph]
    while stack:
        element = stack.pop()
        for child in element:
            if local_name(child.tag) == "txbxContent":
                yield child
            elif local_name(child.tag) != "Fallback":
                stack.append(child)


def table_rows(table: Element, rules: TextRules) -> tuple[list[list[str]], int | None]:
    """The rows with merged cells filled in, and how many are marked as header (None: no mark)."""
    rows: list[list[str]] = []
    header = 0
    for row in _rows(table):
        cells: list[str] = []
        for cell in _cells(row):
            properties = next((part for part in cell if local_name(part.tag) == "tcPr"), None)
            merged, span = _merging(properties)
            above = rows[-1][len(cells)] if rows and len(rows[-1]) > len(cells) else ""
            text = above if merged else _cell_text(cell, rules)
            cells += [text, *[Covered(text)] * (span - 1)]
        marked = any(local_name(part.tag) == "tblHeader" for part in row.iter())
        header += marked and header == len(rows)
        rows.append(cells)
    return rows, header or None


def _rows(table: Element) -> Iterator[Element]:
    for row in _inside(table, "tr"):
        properties = next((part for part in row if local_name(part.tag) == "trPr"), ())
        if not any(local_name(part.tag) == "del" for part in properties):
            yield row


def _cells(row: Element) -> Iterator[Element]:
    yield from _inside(row, "tc")


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The parts of a table, also those that stand in content controls."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        if local_name(element.tag) == name:
            yield element
        elif local_name(element.tag) in _TRANSPARENT:
            stack.extend(reversed(element))


def _merging(properties: Element | None) -> tuple[bool, int]:
    """Whether a cell continues the one above, and how many columns wide it is."""
    merged, span = False, 1
    for part in properties if properties is not None else ():
        if local_name(part.tag) == "vMerge":
            merged = attribute(part, "val") != "restart"
        elif local_name(part.tag) == "gridSpan" and attribute(part, "val").isdecimal():
            span = max(1, min(int(attribute(part, "val")), _SPAN_LIMIT))
    return merged, span


def _cell_text(cell: Element, rules: TextRules) -> str:
    """The paragraphs of a cell; a table inside it as "a: b; c: d"."""
    inner = next((part for part in cell if local_name(part.tag) == "tbl"), None)
    if inner is None:
        paragraphs = (part for part in cell.iter() if local_name(part.tag) == "p")
        return " ".join(filter(None, (paragraph_text(p, rules).strip() for p in paragraphs)))
    before = [paragraph_text(part, rules).strip() for part in cell if local_name(part.tag) == "p"]
    rows, _ = table_rows(inner, rules)
    return " ".join(filter(None, [*before, "; ".join(row_line((), row) for row in rows)]))
