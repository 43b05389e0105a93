"""OpenDocument texts (.odt) and slides (.odp): anchors are headings and, in slides, the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.office.zip_archive import (
    attribute,
    core_title,
    local,
    open_archive,
    read_part,
    read_xml,
)
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_LEFT_OUT = frozenset(
    "tracked-changes annotation annotation-end sequence-decls forms deletion script desc "
    "title".split()
)
_INLINE_BLOCKS = frozenset({"text-box", "note"})
_SPACE_LIMIT = 100
_REPEAT_LIMIT = 100


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text in its order; notes stand behind their paragraph."""
    with open_archive(path) as archive:
        manifest = "META-INF/manifest.xml"
        if manifest in archive.namelist() and b"encryption-data" in read_part(archive, manifest):
            raise LoadError("the file is protected by a password")
        builder = DocumentBuilder(source, title=core_title(archive, "meta.xml"))
        content = read_xml(archive, "content.xml")
    body = next((part for part in content if local(part.tag) == "body"), None)
    if body is None:
        raise LoadError("the file is incomplete: it has no body")
    _write(builder, body)
    return [builder.build()]


def _write(builder: DocumentBuilder, body: Element) -> None:
    stack: list[tuple[Element, int]] = [(body, 0)]  # an element and the depth of lists around it
    slide = 0
    while stack:
        element, depth = stack.pop()
        name = local(element.tag)
        if name in _LEFT_OUT:
            continue
        if name == "page":
            slide += 1
            builder.close_block()
            builder.anchor(page=slide, heading="")
        if name in {"h", "p"}:
            _add_paragraph(builder, element, depth)
            stack.extend((part, 0) for part in reversed(list(_inside(element))))
        elif name == "table":
            rows, header = _table_rows(element)
            add_table(builder, rows, header=header)
        elif name == "frame" and attribute(element, "class") == "title":
            builder.heading(1, " ".join(map(paragraph_text, _paragraphs(element))))
        elif name != "notes" or depth == 0:
            inner = depth + 1 if name == "list" else depth
            stack.extend((part, inner) for part in reversed(element))
    builder.close_block()


def _add_paragraph(builder: DocumentBuilder, element: Element, depth: int) -> None:
    text = paragraph_text(element).strip()
    if not text:
        return
    level = attribute(element, "outline-level")
    if local(element.tag) == "h":
        builder.heading(int(level) if level.isdecimal() else 1, text)
    elif depth:
        builder.add(f"{'  ' * (depth - 1)}- {text}", end="\n")
    else:
        builder.close_block()
        if attribute(element, "style-name") == "Title" and not builder.title:
            builder.title = text
        builder.add(text)


def paragraph_text(paragraph: Element) -> str:
    """The words of a paragraph, without notes and text boxes."""
    pieces: list[str] = []
    stack: list[Element | str] = [paragraph]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(" ".join(item.split("\n")))
            continue
        name = local(item.tag)
        following = (item.tail or "") if item is not paragraph else ""
        if name in _INLINE_BLOCKS or name in _LEFT_OUT:
            pieces.append(following)
            continue
        if name == "s":
            count = attribute(item, "c")
            pieces.append(" " * (min(int(count), _SPACE_LIMIT) if count.isdecimal() else 1))
        elif name == "tab":
            pieces.append("\t")
        elif name == "line-break":
            pieces.append("\n")
        stack.append(following)
        stack.extend(reversed(item))
        stack.append(item.text or "")
    return "".join(pieces)


def _inside(paragraph: Element) -> Iterator[Element]:
    """The text boxes and the bodies of the notes in a paragraph."""
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if local(element.tag) == "text-box":
            yield element
        elif local(element.tag) == "note":
            yield from (part for part in element if local(part.tag) == "note-body")
        else:
            stack.extend(reversed(element))


def _paragraphs(element: Element) -> list[Element]:
    return [part for part in element.iter() if local(part.tag) in {"h", "p"}]


def _table_rows(table: Element) -> tuple[list[list[str]], int | None]:
    """The rows, and how many of them are header rows (None: the table does not say)."""
    rows: list[list[str]] = []
    header = 0
    stack: list[tuple[Element, bool]] = [(table, False)]
    while stack:
        element, in_header = stack.pop()
        name = local(element.tag)
        if name == "table-row":
            rows.append(_cells(element))
            header += in_header
        else:
            inside = in_header or name == "table-header-rows"
            stack.extend((part, inside) for part in reversed(element))
    return rows, header or None


def _cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if local(cell.tag) not in {"table-cell", "covered-table-cell"}:
            continue
        repeated = attribute(cell, "number-columns-repeated")
        count = min(int(repeated), _REPEAT_LIMIT) if repeated.isdecimal() else 1
        text = " ".join(filter(None, (paragraph_text(part).strip() for part in _paragraphs(cell))))
        cells += [text] * count
    return cells
