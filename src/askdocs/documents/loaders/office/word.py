"""Word documents (.docx), transitional or strict. The anchors are headings.

The XML is read directly, as if all tracked changes were accepted. The text contains automatic
numbers, form fields, text boxes, notes, equations, comments, headers and footers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.word_numbering import BULLET, Numbering
from askdocs.documents.loaders.office.word_parts import (
    WordComment,
    header_footer_parts,
    read_comments,
    read_headers_footers,
    read_notes,
    referred,
)
from askdocs.documents.loaders.office.word_styles import (
    Style,
    Styles,
    list_position,
    paragraph_style,
    read_styles,
)
from askdocs.documents.loaders.office.word_text import (
    TextContext,
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
from askdocs.documents.loaders.tables.cells import MergedCell
from askdocs.documents.loaders.tables.rows import add_table, plain_line
from askdocs.types import Document

_TRANSPARENT = frozenset("sdt sdtContent customXml ins moveTo smartTag body document".split())
_DELETED = frozenset({"del", "moveFrom"})
_NOTES = {"footnoteReference": "footnote ", "endnoteReference": "endnote "}
_COMMENTS = {"commentReference": ""}
_NON_TEXT_CONTENT = {
    "pic": "picture",
    "imagedata": "picture",
    "chart": "chart",
    "object": "embedded object",
    "altChunk": "embedded document",
    "subDoc": "linked document",
    "relIds": "diagram",
}
_LABEL = re.compile(r"[^\n]{1,60}:\s*")
_SPAN_LIMIT = 100


@dataclass(frozen=True, slots=True)
class _Parts:
    """The other parts of a document, to which its body refers."""

    styles: Styles = field(default_factory=Styles)
    context: TextContext = field(default_factory=TextContext)
    numbering: Numbering = field(default_factory=Numbering)
    notes: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, WordComment] = field(default_factory=dict)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the text of the body, its text boxes, notes and comments.

    Notes and comments follow their paragraph. Headers and footers are at the end, each once.
    """
    with open_archive(path) as archive:
        body = read_xml(archive, "word/document.xml")
        parts = _read_parts(archive)
        builder = DocumentBuilder(source, title=core_title(archive, "docProps/core.xml"))
        headers_footers = list(read_headers_footers(archive, body, parts.context))
        other = Counter[str]()
        for root in header_footer_parts(archive, body):
            other |= _non_text_content(root)
    _Writer(builder, parts).write(body)
    _add_headers_footers(builder, headers_footers)
    for skipped in _in_words(_non_text_content(body)):
        builder.report_skipped(skipped)
    for skipped in _in_words(other, " in headers and footers"):
        builder.report_skipped(skipped)
    return [builder.build()]


def _non_text_content(root: Element) -> Counter[str]:
    """The number of pictures, charts and other non-text content of a part, by type."""
    counts = Counter[str]()
    stack = [root]
    while stack:
        element = stack.pop()
        name = local_name(element.tag)
        kind = _NON_TEXT_CONTENT.get(name, "")
        if name == "chart" and not attribute(element, "id"):
            kind = ""
        if kind:
            counts[kind] += 1
        if name not in {"Fallback", "object", "del"}:
            stack.extend(element)
    return counts


def _in_words(counts: Mapping[str, int], where: str = "") -> Iterator[str]:
    """A phrase for each type of non-text content, with its count."""
    for kind, count in sorted(counts.items()):
        remark = " (no text recognition)" if kind == "picture" else ""
        yield f"{counted(count, kind)}{where}{remark}"


def _read_parts(archive: ZipFile) -> _Parts:
    styles = read_styles(archive)
    context = TextContext(styles.runs, styles.hidden_runs)
    notes = {**read_notes(archive, "footnote", context), **read_notes(archive, "endnote", context)}
    comments = read_comments(archive, context)
    return _Parts(styles, context, Numbering(archive), notes, comments)


def _add_headers_footers(
    builder: DocumentBuilder, headers_footers: Sequence[tuple[str, str]]
) -> None:
    headers_footers = [(kind, words) for kind, words in headers_footers if words != builder.title]
    if headers_footers:
        builder.close_block()
        builder.anchor(heading="")
    for kind, words in headers_footers:
        builder.add(f"{kind}: {words}")


class _Writer:
    """Adds the blocks of a document in order, without recursion."""

    def __init__(self, builder: DocumentBuilder, parts: _Parts) -> None:
        self._builder = builder
        self._parts = parts
        self._before: list[Span] = []  # of paragraphs whose paragraph mark was deleted
        self._written_comments: set[str] = set()

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
                rows, header = table_rows(element, self._parts.context)
                if max((len(row) for row in rows), default=0) > 1:
                    add_table(self._builder, rows, header=header)
                    self._add_referred(element)
                else:
                    stack.extend(
                        reversed(
                            [cell for row in _table_rows_of(element) for cell in _cells_of(row)]
                        )
                    )
            elif name == "sdt" and control_text(element) == "":
                continue  # a placeholder
            elif name in _TRANSPARENT or name in {"tc", "txbxContent"}:
                stack.extend(reversed(element))
        self._builder.close_block()

    def _paragraph(self, paragraph: Element, *, before_field: bool = False) -> None:
        """Add a paragraph, unless the next one continues it.

        Args:
            paragraph: A w:p.
            before_field: Whether a form field follows. Then the paragraph may be its label.
        """
        spans = [*self._before, *paragraph_spans(paragraph, self._parts.context)]
        self._before = spans if _end_is_deleted(paragraph) else []
        if before_field and _LABEL.fullmatch(join_spans(spans)):
            self._before = [*spans, (" ", "plain")]
        if self._before:
            return
        text = join_spans(merge_runs(spans)).strip()
        style = paragraph_style(paragraph, self._parts.styles)
        label, level = self._label(
            list_position(paragraph, style), style
        )  # empty paragraphs count too
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
        """(the automatic number of a paragraph, its list level)."""
        if place is None:
            return None, None
        list_id, level = place
        if level is None:
            level = self._parts.numbering.level_of_style(list_id, style.name) or 0
        return self._parts.numbering.label(list_id, level), level

    def _add_referred(self, element: Element) -> None:
        """Add the notes and comments that a paragraph or table refers to."""
        notes, comments = self._parts.notes, self._parts.comments
        for note in referred(element, _NOTES, notes.__contains__):
            mark = self._parts.context.marks.get(note, "")
            self._builder.close_block()
            self._builder.add(f"[{mark}] {notes[note]}" if mark else notes[note])
        for name in referred(element, _COMMENTS, comments.__contains__):
            if name not in self._written_comments:
                self._written_comments.add(name)
                self._builder.close_block()
                self._builder.add(comments[name].line())


def _is_field(element: Element) -> bool:
    """Whether an element is a form field: a content control around a single paragraph."""
    if local_name(element.tag) != "sdt" or control_text(element) is not None:
        return False
    parts = [local_name(part.tag) for part in element.iter()]
    return parts.count("p") == 1 and "docPartObj" not in parts


def _end_is_deleted(paragraph: Element) -> bool:
    """Whether the paragraph mark was deleted. Then the next paragraph continues this one."""
    for part in paragraph:
        if local_name(part.tag) == "pPr":
            for properties in part:
                if local_name(properties.tag) == "rPr":
                    return any(local_name(change.tag) in _DELETED for change in properties)
    return False


def text_boxes(paragraph: Element) -> Iterator[Element]:
    """The contents of the outermost text boxes of a paragraph, without duplicates."""
    stack = [paragraph]
    while stack:
        element = stack.pop()
        for child in element:
            if local_name(child.tag) == "txbxContent":
                yield child
            elif local_name(child.tag) != "Fallback":
                stack.append(child)


def table_rows(table: Element, context: TextContext) -> tuple[list[list[str]], int | None]:
    """The rows with merged cells repeated, and the number of marked header rows (None if 0)."""
    rows: list[list[str]] = []
    header = 0
    for row in _table_rows_of(table):
        cells: list[str] = []
        for cell in _cells_of(row):
            properties = next((part for part in cell if local_name(part.tag) == "tcPr"), None)
            merged, span = _cell_span(properties)
            above = rows[-1][len(cells)] if rows and len(rows[-1]) > len(cells) else ""
            text = above if merged else _cell_text(cell, context)
            cells += [text, *[MergedCell(text)] * (span - 1)]
        marked = any(local_name(part.tag) == "tblHeader" for part in row.iter())
        if marked and header == len(rows):
            header += 1
        rows.append(cells)
    return rows, header or None


def _table_rows_of(table: Element) -> Iterator[Element]:
    for row in _table_parts(table, "tr"):
        properties = next((part for part in row if local_name(part.tag) == "trPr"), ())
        if not any(local_name(part.tag) == "del" for part in properties):
            yield row


def _cells_of(row: Element) -> Iterator[Element]:
    yield from _table_parts(row, "tc")


def _table_parts(parent: Element, name: str) -> Iterator[Element]:
    """The rows or cells of a table, including those in content controls."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        if local_name(element.tag) == name:
            yield element
        elif local_name(element.tag) in _TRANSPARENT:
            stack.extend(reversed(element))


def _cell_span(properties: Element | None) -> tuple[bool, int]:
    """(whether a cell is merged with the cell above, the number of columns that it spans)."""
    merged, span = False, 1
    for part in properties if properties is not None else ():
        if local_name(part.tag) == "vMerge":
            merged = attribute(part, "val") != "restart"
        elif local_name(part.tag) == "gridSpan" and attribute(part, "val").isdecimal():
            span = max(1, min(int(attribute(part, "val")), _SPAN_LIMIT))
    return merged, span


def _cell_text(cell: Element, context: TextContext) -> str:
    """The text of a cell with its text boxes. A nested table is written as "a: b; c: d"."""
    texts: list[str] = []
    stack = [cell]
    while stack:
        element = stack.pop()
        name = local_name(element.tag)
        if name == "p":
            texts.append(paragraph_text(element, context).strip())
            stack.extend(reversed(list(text_boxes(element))))
        elif name == "tbl":
            rows, _ = table_rows(element, context)
            texts.append("; ".join(map(plain_line, rows)))
        elif name in _TRANSPARENT or name in {"tc", "txbxContent"}:
            stack.extend(reversed(element))
    return " ".join(filter(None, texts))
