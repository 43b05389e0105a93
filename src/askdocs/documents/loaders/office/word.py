"""Word documents (.docx), strict or not: paragraphs, lists, tables in place; anchors are headings.

Read from the XML itself: content controls, text boxes, notes and inserted text are there too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.office.word_styles import (
    Style,
    list_level,
    paragraph_style,
    read_styles,
)
from askdocs.documents.loaders.office.zip_archive import (
    attribute,
    core_title,
    local,
    open_archive,
    read_xml,
)
from askdocs.documents.loaders.tables.rows import add_table, row_line
from askdocs.types import Document

_TRANSPARENT = frozenset("sdt sdtContent customXml ins moveTo smartTag body document".split())
_LEFT_OUT = frozenset("del moveFrom Fallback txbxContent instrText pPr rPr sdtPr delText".split())
_MATHS = {"sup": "^", "sub": "_", "den": "/"}  # so that formulas read as E=mc^2
_SPAN_LIMIT = 100


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text of the body, its text boxes and notes."""
    with open_archive(path) as archive:
        body = read_xml(archive, "word/document.xml")
        styles = read_styles(archive)
        notes = {**_notes(archive, "footnote"), **_notes(archive, "endnote")}
        builder = DocumentBuilder(source, title=core_title(archive, "docProps/core.xml"))
    _Writer(builder, styles, notes).write(body)
    return [builder.build()]


class _Writer:
    """Adds the blocks of a document in order, without recursion."""

    def __init__(
        self, builder: DocumentBuilder, styles: dict[str, Style], notes: dict[str, str]
    ) -> None:
        self._builder = builder
        self._styles = styles
        self._notes = notes

    def write(self, root: Element) -> None:
        """Add every paragraph and table under an element."""
        stack = [root]
        while stack:
            element = stack.pop()
            name = local(element.tag)
            if name == "p":
                self._paragraph(element)
                stack.extend(reversed(list(text_boxes(element))))
            elif name == "tbl":
                rows, header = table_rows(element)
                if max((len(row) for row in rows), default=0) > 1:
                    add_table(self._builder, rows, header=header)
                else:
                    stack.extend(reversed([cell for row in _rows(element) for cell in _cells(row)]))
            elif name in _TRANSPARENT or name in {"tc", "txbxContent"}:
                stack.extend(reversed(element))
        self._builder.close_block()

    def _paragraph(self, paragraph: Element) -> None:
        text = paragraph_text(paragraph).strip()
        if not text:
            return
        style = paragraph_style(paragraph, self._styles)
        level = list_level(paragraph, style)
        if style.title and not self._builder.title:
            self._builder.title = text
        if style.heading:
            self._builder.heading(style.heading, text)
        elif level is not None:
            self._builder.add(f"{'  ' * level}- {text}", end="\n")
        else:
            self._builder.close_block()
            self._builder.add(text)
        for note in note_ids(paragraph):
            if note in self._notes:
                self._builder.close_block()
                self._builder.add(self._notes[note])


def paragraph_text(paragraph: Element) -> str:
    """The words of a paragraph as they stand after all changes are accepted."""
    pieces: list[str] = []
    stack = [paragraph]
    while stack:
        element = stack.pop()
        name = local(element.tag)
        if name in _LEFT_OUT:
            continue
        if name == "t":
            pieces.append(element.text or "")
        elif name in {"tab", "ptab"}:
            pieces.append("\t")
        elif name in {"br", "cr"}:
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        else:
            pieces.append(_MATHS.get(name, ""))
            stack.extend(reversed(element))
    return "".join(pieces)


def text_boxes(paragraph: Element) -> Iterator[Element]:
    """The contents of the outermost text boxes of a paragraph, each once."""
    stack = [paragraph]
    while stack:
        element = stack.pop()
        for child in element:
            if local(child.tag) == "txbxContent":
                yield child
            elif local(child.tag) != "Fallback":
                stack.append(child)


def note_ids(paragraph: Element) -> list[str]:
    """The notes that a paragraph refers to, as "footnote 2"."""
    return [
        f"{local(element.tag).removesuffix('Reference')} {attribute(element, 'id')}"
        for element in paragraph.iter()
        if local(element.tag) in {"footnoteReference", "endnoteReference"}
    ]


def table_rows(table: Element) -> tuple[list[list[str]], int | None]:
    """The rows with merged cells filled in, and how many are marked as header (None: no mark)."""
    rows: list[list[str]] = []
    header = 0
    for row in _rows(table):
        cells: list[str] = []
        for cell in _cells(row):
            properties = next((part for part in cell if local(part.tag) == "tcPr"), None)
            merged, span = _merging(properties)
            above = rows[-1][len(cells)] if rows and len(rows[-1]) > len(cells) else ""
            text = above if merged else _cell_text(cell)
            cells += [text] + [""] * (span - 1)
        marked = any(local(part.tag) == "tblHeader" for part in row.iter())
        header += marked and header == len(rows)
        rows.append(cells)
    return rows, header or None


def _rows(table: Element) -> Iterator[Element]:
    yield from _inside(table, "tr")


def _cells(row: Element) -> Iterator[Element]:
    yield from _inside(row, "tc")


def _inside(parent: Element, name: str) -> Iterator[Element]:
    """The parts of a table, also those that stand in content controls."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        if local(element.tag) == name:
            yield element
        elif local(element.tag) in _TRANSPARENT:
            stack.extend(reversed(element))


def _merging(properties: Element | None) -> tuple[bool, int]:
    """Whether a cell continues the one above, and how many columns wide it is."""
    merged, span = False, 1
    for part in properties if properties is not None else ():
        if local(part.tag) == "vMerge":
            merged = attribute(part, "val") != "restart"
        elif local(part.tag) == "gridSpan" and attribute(part, "val").isdecimal():
            span = max(1, min(int(attribute(part, "val")), _SPAN_LIMIT))
    return merged, span


def _cell_text(cell: Element) -> str:
    """The paragraphs of a cell; a table inside it as "a: b; c: d"."""
    inner = next((part for part in cell if local(part.tag) == "tbl"), None)
    if inner is None:
        paragraphs = (part for part in cell.iter() if local(part.tag) == "p")
        return " ".join(filter(None, (paragraph_text(part).strip() for part in paragraphs)))
    before = [paragraph_text(part).strip() for part in cell if local(part.tag) == "p"]
    rows, _ = table_rows(inner)
    return " ".join(filter(None, [*before, "; ".join(row_line((), row) for row in rows)]))


def _notes(archive: ZipFile, kind: str) -> dict[str, str]:
    part = f"word/{kind}s.xml"
    if part not in archive.namelist():
        return {}
    found = {}
    for note in read_xml(archive, part):
        if not attribute(note, "type"):
            texts = (paragraph_text(p).strip() for p in note.iter() if local(p.tag) == "p")
            found[f"{kind} {attribute(note, 'id')}"] = " ".join(filter(None, texts))
    return found
