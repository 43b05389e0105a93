"""XML of any schema: the text of its elements. The anchors are the titles of sections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.zip_archive import local_name, parse_xml
from askdocs.documents.loaders.tables.cells import clean
from askdocs.types import Document

_TITLES = frozenset({"title", "head", "heading", "article-title", "subject-title"})
# Elements without content for readers: in web pages and in the article format JATS.
_LEFT_OUT = frozenset(
    "script style tex-math journal-meta article-id contrib-id history permissions object-id xref "
    "self-uri".split()
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. An element that contains only named values is a line "name: value"."""
    builder = DocumentBuilder(source)
    stack: list[tuple[Element, int]] = [(parse_xml(path.read_bytes()), 0)]
    while stack:
        element, depth = stack.pop()
        name = local_name(element.tag)
        if not name or name in _LEFT_OUT:
            continue
        if name in _TITLES and depth > 0 and _element_text(element):
            if builder.length == 0 or not builder.title:
                builder.title = _element_text(element)
            builder.heading(depth, _element_text(element))
        elif _has_own_text(element) or len(element) == 0:
            if _element_text(element):
                builder.add(_element_text(element))
        elif _is_record(element):
            builder.add(_record_line(element))
        else:
            stack.extend((child, depth + 1) for child in reversed(list(element)))
    return [builder.build()]


def _element_text(element: Element) -> str:
    return clean("".join(element.itertext()))


def _has_own_text(element: Element) -> bool:
    """Whether text is directly in the element. Then it is a paragraph with inline elements."""
    if element.text and element.text.strip():
        return True
    return any(child.tail and child.tail.strip() for child in element)


def _is_record(element: Element) -> bool:
    """Whether the element contains values with different names, and nothing else."""
    children = list(element)
    names = [local_name(child.tag) for child in children]
    return (
        len(children) > 1
        and all(len(child) == 0 for child in children)
        and len(set(names)) > 1
        and _TITLES.isdisjoint(names)
        and "p" not in names
    )


def _record_line(element: Element) -> str:
    values = {local_name(child.tag): _element_text(child) for child in element}
    if set(values) == {"surname", "given-names"}:
        return f"{values['given-names']} {values['surname']}"
    parts = []
    for child in element:
        words = _element_text(child)
        if words and local_name(child.tag):
            parts.append(f"{local_name(child.tag)}: {words}")
    return "; ".join(parts)
