"""XML of any schema: the text of its elements. The anchors are the titles of sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans, merge_runs
from askdocs.documents.loaders.shared.zip_archive import local_name, parse_xml
from askdocs.documents.loaders.tables.cells import clean
from askdocs.types import Document

_TITLES = frozenset({"title", "head", "heading", "article-title", "subject-title"})
# Elements without content for readers: in web pages and in the article format JATS.
_LEFT_OUT = frozenset(
    "script style tex-math journal-meta article-id contrib-id history permissions object-id xref "
    "self-uri".split()
)


_SCRIPTS: dict[str, Script] = {
    "sup": "super",
    "superscript": "super",
    "sub": "sub",
    "subscript": "sub",
}


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. An element that contains only named values is a line "name: value".

    Attributes are read where the file is data: no element has both text and other elements.
    """
    builder = DocumentBuilder(source)
    root = parse_xml(path.read_bytes())
    is_data = not any(len(each) and _has_own_text(each) for each in root.iter())
    text_of = _data_text if is_data else _element_text
    stack: list[tuple[Element, int]] = [(root, 0)]
    while stack:
        element, depth = stack.pop()
        name = local_name(element.tag)
        if not name or name in _LEFT_OUT:
            continue
        own_line = _attributes_line(element) if is_data and depth else ""
        if name in _TITLES and depth > 0 and _element_text(element):
            if builder.length == 0 or not builder.title:
                builder.title = _element_text(element)
            builder.heading(depth, _element_text(element))
        elif _has_own_text(element) or len(element) == 0:
            if text := text_of(element):
                builder.add(text)
        elif _is_record(element):
            builder.add("; ".join(filter(None, (own_line, _record_line(element, text_of)))))
        else:
            if own_line:
                builder.add(own_line)
            stack.extend((child, depth + 1) for child in reversed(list(element)))
    return [builder.build()]


def _element_text(element: Element) -> str:
    spans: list[Span] = []
    stack: list[Element | str] = [element]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            spans.append((item, "plain"))
            continue
        script = _SCRIPTS.get(local_name(item.tag)) if item is not element else None
        if script is not None:
            spans.append(("".join(item.itertext()), script))
        else:
            stack += reversed([item.text or "", *_children_and_tails(item)])
    return clean(join_spans(merge_runs(spans)))


def _children_and_tails(element: Element) -> Iterator[Element | str]:
    for child in element:
        yield child
        yield child.tail or ""


def _attributes_line(element: Element) -> str:
    """The attributes of an element of data: "qty: 3; price: 4.50"."""
    values = ((key, clean(value)) for key, value in element.attrib.items() if "}" not in key)
    return "; ".join(f"{key}: {value}" for key, value in values if any(map(str.isalnum, value)))


def _data_text(element: Element) -> str:
    """The text of an element of data with its attributes: "4.50 (currency: EUR)"."""
    words, attributes = _element_text(element), _attributes_line(element)
    return f"{words} ({attributes})" if words and attributes else words or attributes


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


def _record_line(element: Element, text_of: Callable[[Element], str]) -> str:
    values = {local_name(child.tag): _element_text(child) for child in element}
    if set(values) == {"surname", "given-names"}:
        return f"{values['given-names']} {values['surname']}"
    parts = []
    for child in element:
        words = text_of(child)
        if words and local_name(child.tag):
            parts.append(f"{local_name(child.tag)}: {words}")
    return "; ".join(parts)
