"""OpenDocument texts (.odt) and slides (.odp). The anchors are headings and, in slides, pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.office.odf_styles import BULLET, OUTLINE, OdfNumbering, OdfStyles
from askdocs.documents.loaders.office.odf_text import (
    LEFT_OUT,
    OdfContext,
    note_mark,
    paragraph_text,
    read_fields,
    read_formulas,
    refuse_encrypted,
)
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    core_title,
    local_name,
    open_archive,
    read_xml,
)
from askdocs.documents.loaders.tables.merged_cells import Grid, Span, fill_merged
from askdocs.documents.loaders.tables.rows import add_table
from askdocs.types import Document

_REPEAT_LIMIT = 100
_HEADER_NAMES = {"header": "Header", "footer": "Footer"}
_PAGE_NUMBERS = frozenset({"page-number", "page-count"})


@dataclass(frozen=True, slots=True)
class _Position:
    """The position of an element in a list, its level, and whether it begins a list item."""

    depth: int = 0
    style: str = ""
    counter: str = ""
    begins_item: bool = False
    start: int | None = None


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document.

    Notes and comments follow their paragraph. Headers and footers are at the end, each once.
    """
    with open_archive(path) as archive:
        refuse_encrypted(archive)
        builder = DocumentBuilder(source, title=core_title(archive, "meta.xml"))
        content = read_xml(archive, "content.xml")
        styles, masters = _read_styles(archive, content)
        context = OdfContext(styles, read_formulas(archive), read_fields(content))
    body = next((part for part in content if local_name(part.tag) == "body"), None)
    if body is None:
        raise LoadError("the file is incomplete: it has no body")
    _Writer(builder, context).write(body)
    if any(local_name(part.tag) == "text" for part in body):
        _add_headers_footers(builder, masters, context)
    _report_skipped(builder, body, context)
    return [builder.build()]


def _report_skipped(builder: DocumentBuilder, body: Element, context: OdfContext) -> None:
    """Record the images and embedded objects of a document, which are not read."""
    pictures = objects = 0
    for frame in body.iter():
        parts = [local_name(part.tag) for part in frame] if local_name(frame.tag) == "frame" else []
        if "object" in parts or "object-ole" in parts:
            names = [attribute(part, "href").removeprefix("./") for part in frame]
            if not any(name in context.formulas for name in names):
                objects += 1
        elif "image" in parts:
            pictures += 1
    if pictures:
        builder.report_skipped(f"{counted(pictures, 'picture')} (no text recognition)")
    if objects:
        builder.report_skipped(counted(objects, "embedded object"))


def _read_styles(archive: ZipFile, content: Element) -> tuple[OdfStyles, Element | None]:
    styles = OdfStyles()
    root = read_xml(archive, "styles.xml") if "styles.xml" in archive.namelist() else None
    if root is not None:
        styles.read(root)
    styles.read(content)
    return styles, root


def _add_headers_footers(
    builder: DocumentBuilder, root: Element | None, context: OdfContext
) -> None:
    """Add the headers and footers of the pages, without page numbers."""
    context = replace(context, unwanted=_PAGE_NUMBERS)
    seen = {builder.title, ""}
    for element in root.iter() if root is not None else ():
        kind = local_name(element.tag).split("-")[0]
        if kind not in _HEADER_NAMES or local_name(element.tag).endswith(("-style", "-properties")):
            continue
        cells = [
            " ".join(cell.split())
            for paragraph in _paragraphs_in(element)
            for cell in paragraph_text(paragraph, context).split("\t")
        ]
        words = " | ".join(dict.fromkeys(cell for cell in cells if any(map(str.isalpha, cell))))
        if words not in seen:
            if len(seen) == 2:
                builder.close_block()
                builder.anchor(heading="")
            seen.add(words)
            builder.add(f"{_HEADER_NAMES[kind]}: {words}")


class _Writer:
    """Adds the blocks of a document in order, without recursion."""

    def __init__(self, builder: DocumentBuilder, context: OdfContext) -> None:
        self._builder = builder
        self._context = context
        self._numbering = OdfNumbering(context.styles.lists)
        self._last_list: dict[str, str] = {}  # list style → the last list of that style
        self._counters: dict[str, str] = {}  # list → the list whose numbers it continues

    def write(self, body: Element) -> None:
        """Add everything under an element."""
        stack: list[tuple[Element, _Position]] = [(body, _Position())]
        slide = 0
        while stack:
            element, position = stack.pop()
            name = local_name(element.tag)
            if name in LEFT_OUT or (name == "section" and attribute(element, "display") == "none"):
                continue
            if name == "page":
                slide += 1
                self._builder.close_block()
                self._builder.anchor(page=slide, heading="")
            if name in {"h", "p"}:
                self._paragraph(element, position)
                stack.extend((part, _Position()) for part in reversed(list(text_boxes(element))))
            elif name == "table":
                self._table(element)
            elif name == "frame" and attribute(element, "class") == "title":
                words = (paragraph_text(part, self._context) for part in _paragraphs_in(element))
                self._builder.heading(1, " ".join(words))
            elif name != "notes" or position.depth == 0:
                inner = self._inner(element, name, position)
                stack.extend(reversed([*self._placed(element, inner)]))
        self._builder.close_block()

    def _inner(self, element: Element, name: str, position: _Position) -> _Position:
        """The position of the children of an element."""
        if name == "list":
            return self._list(element, position)
        if name in {"list-item", "list-header"}:
            start = attribute(element, "start-value")
            given = int(start) if start.isdecimal() and len(start) < 9 else None
            return replace(position, begins_item=name == "list-item", start=given)
        return position

    def _list(self, element: Element, position: _Position) -> _Position:
        style = attribute(element, "style-name") or position.style
        if position.depth:
            return replace(position, depth=position.depth + 1, style=style)
        own = attribute(element, "id") or f"list {id(element)}"
        continued = attribute(element, "continue-list")
        if attribute(element, "continue-numbering") == "true":
            continued = continued or self._last_list.get(style, "")
        counter = self._counters.get(continued, continued) or own
        self._counters[own] = counter
        self._last_list[style] = counter
        return _Position(1, style, counter)

    def _placed(self, element: Element, position: _Position) -> Iterator[tuple[Element, _Position]]:
        """The children of an element. Only the first paragraph of a list item has the number."""
        for part in element:
            yield part, position
            if local_name(part.tag) in {"p", "h"}:
                position = replace(position, begins_item=False)

    def _paragraph(self, element: Element, position: _Position) -> None:
        style = attribute(element, "style-name")
        if self._context.styles.is_hidden(style):
            return
        text = paragraph_text(element, self._context).strip()
        label = self._label(element, position)
        if not text:
            return
        words = f"{label} {text}" if label and label != BULLET else text
        level = attribute(element, "outline-level")
        if local_name(element.tag) == "h":
            self._builder.heading(int(level) if level.isdecimal() else 1, words)
        elif position.depth:
            mark = "" if words != text or not position.begins_item else "- "
            self._builder.add(f"{'  ' * (position.depth - 1)}{mark}{words}", end="\n")
        else:
            self._builder.close_block()
            if self._context.styles.is_title(style) and not self._builder.title:
                self._builder.title = text
            self._builder.add(words)
        self._add_referred(element)

    def _label(self, element: Element, position: _Position) -> str | None:
        """The number of a paragraph, which may be stored in the file."""
        for part in element:
            if local_name(part.tag) == "number":
                return "".join(part.itertext()).strip()
        if position.begins_item:
            at = position.depth - 1
            return self._numbering.label(position.counter, position.style, at, position.start)
        if local_name(element.tag) != "h" or attribute(element, "is-list-header") == "true":
            return None
        level = attribute(element, "outline-level")
        at = int(level) - 1 if level.isdecimal() and level != "0" else 0
        style = self._context.styles.list_of(attribute(element, "style-name")) or OUTLINE
        start = attribute(element, "start-value")
        given = int(start) if start.isdecimal() and len(start) < 9 else None
        if attribute(element, "restart-numbering") == "true" and given is None:
            given = 1
        return self._numbering.label(style, style, at, given)

    def _add_referred(self, element: Element) -> None:
        """Add the notes and comments in a paragraph or table."""
        for part in _notes_in(element):
            self._builder.close_block()
            if local_name(part.tag) == "annotation":
                self._builder.add(_comment_text(part))
                continue
            words = " ".join(paragraph_text(p, self._context).strip() for p in _paragraphs_in(part))
            mark = note_mark(part)
            self._builder.add(f"[{mark}] {words}" if mark else words)

    def _table(self, element: Element) -> None:
        rows, header = _table_rows(element, self._context)
        if max((len(row) for row in rows), default=0) == 1:
            for row in rows:
                self._builder.add(row[0])
        else:
            add_table(self._builder, rows, header=header)
        self._add_referred(element)


def text_boxes(paragraph: Element) -> Iterator[Element]:
    """The outermost text boxes in a paragraph."""
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if local_name(element.tag) == "text-box":
            yield element
        else:
            stack.extend(reversed(element))


def _notes_in(element: Element) -> Iterator[Element]:
    """The notes and comments in an element, in order."""
    stack = list(reversed(element))
    while stack:
        part = stack.pop()
        if local_name(part.tag) in {"note", "annotation"}:
            yield part
        elif local_name(part.tag) != "text-box":
            stack.extend(reversed(part))


def _comment_text(annotation: Element) -> str:
    """A comment with its author and date."""
    fields = {local_name(part.tag): (part.text or "").strip() for part in annotation}
    by = f" by {fields['creator']}" if fields.get("creator") else ""
    on = f" ({fields['date'][:10]})" if fields.get("date") else ""
    words = " ".join(paragraph_text(part).strip() for part in _paragraphs_in(annotation))
    return f"Comment{by}{on}: {words}"


def _paragraphs_in(element: Element) -> list[Element]:
    """The paragraphs in an element, without those of the notes and comments in it."""
    found: list[Element] = []
    stack = list(reversed(element))
    while stack:
        part = stack.pop()
        if local_name(part.tag) in {"h", "p"}:
            found.append(part)
        if local_name(part.tag) not in {"note", "annotation"}:
            stack.extend(reversed(part))
    return found


def _table_rows(table: Element, context: OdfContext) -> tuple[Grid, int | None]:
    """The rows, and the number of header rows (None if the table defines none)."""
    rows: Grid = []
    spans: list[Span] = []
    header = 0
    stack: list[tuple[Element, bool]] = [(table, False)]
    while stack:
        element, in_header = stack.pop()
        name = local_name(element.tag)
        if name == "table-row":
            rows.append(_row_cells(element, context, len(rows), spans))
            header += in_header
        else:
            inside = in_header or name == "table-header-rows"
            stack.extend((part, inside) for part in reversed(element))
    fill_merged(rows, spans)
    return rows, header or None


def _row_cells(row: Element, context: OdfContext, at: int, spans: list[Span]) -> list[str]:
    """The cell texts of a row. The merged cells that begin in it are added to `spans`."""
    cells: list[str] = []
    for cell in row:
        if local_name(cell.tag) not in {"table-cell", "covered-table-cell"}:
            continue
        across, down = (
            _repeat_count(cell, "number-columns-spanned"),
            _repeat_count(cell, "number-rows-spanned"),
        )
        if across > 1 or down > 1:
            spans.append(((at, len(cells)), (at + down - 1, len(cells) + across - 1)))
        paragraphs = (paragraph_text(part, context).strip() for part in _paragraphs_in(cell))
        text = " ".join(filter(None, paragraphs))
        cells += [text] * _repeat_count(cell, "number-columns-repeated")
    return cells


def _repeat_count(element: Element, name: str) -> int:
    value = attribute(element, name)
    return max(1, min(int(value), _REPEAT_LIMIT)) if value.isdecimal() and len(value) < 9 else 1
