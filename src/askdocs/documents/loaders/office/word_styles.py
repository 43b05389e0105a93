"""What the styles of a Word document say: which paragraphs are headings, which are list items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.zip_archive import attribute, local, read_xml

_HEADING_NAME = re.compile(r"heading\s*(\d)", re.I)
_BODY_LEVEL = 9  # the outline level of text that is no heading


@dataclass(frozen=True, slots=True)
class Style:
    """`heading` is a level from 1, 0 for none; `title` marks the document's title."""

    heading: int = 0
    title: bool = False
    in_list: bool = False


def read_styles(archive: ZipFile) -> dict[str, Style]:
    """Style id → what it means, with what a style takes over from the one it is based on."""
    if "word/styles.xml" not in archive.namelist():
        return {}
    elements = {
        attribute(element, "styleId"): element
        for element in read_xml(archive, "word/styles.xml")
        if local(element.tag) == "style"
    }
    return {name: _style(name, elements) for name in elements}


def _style(name: str, elements: dict[str, Element]) -> Style:
    seen: set[str] = set()
    in_list = False
    while name in elements and name not in seen:
        seen.add(name)
        element = elements[name]
        label = _value(element, "name")
        in_list = in_list or (_numbered(element) or label.lower().startswith("list "))
        if label.lower() == "title":
            return Style(heading=1, title=True)
        named = _HEADING_NAME.fullmatch(label)
        outline = _outline(element)
        if named or outline is not None:
            level = int(named.group(1)) if named else (outline or 0) + 1
            return Style(heading=0 if level > _BODY_LEVEL else level)
        name = _value(element, "basedOn")
    return Style(in_list=in_list)


def paragraph_style(paragraph: Element, styles: dict[str, Style]) -> Style:
    """The style of a paragraph; an outline level of its own counts more."""
    style = styles.get(_value(paragraph, "pStyle"), Style())
    outline = _outline(paragraph)
    if outline is None:
        return style
    return Style(heading=0 if outline >= _BODY_LEVEL else outline + 1, title=style.title)


def list_level(paragraph: Element, style: Style) -> int | None:
    """How deep in a list the paragraph stands, from 0; None where it stands in none."""
    for element in _properties(paragraph):
        if local(element.tag) == "numPr":
            number, level = _value(element, "numId"), _value(element, "ilvl")
            if number == "0":
                return None
            return min(int(level), 8) if level.isdecimal() else 0
    return 0 if style.in_list else None


def _numbered(style: Element) -> bool:
    return any(local(element.tag) == "numId" for element in style.iter())


def _outline(element: Element) -> int | None:
    for part in _properties(element):
        if local(part.tag) == "outlineLvl" and attribute(part, "val").isdecimal():
            return int(attribute(part, "val"))
    return None


def _properties(element: Element) -> Element | tuple[()]:
    return next((part for part in element if local(part.tag) == "pPr"), ())


def _value(element: Element, name: str) -> str:
    """The value of a setting directly in an element or in its paragraph properties."""
    for part in (*element, *_properties(element)):
        if local(part.tag) == name:
            return attribute(part, "val")
    return ""
