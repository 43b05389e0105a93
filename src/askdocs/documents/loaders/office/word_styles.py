"""The styles of a Word document: headings, lists, superscripts and subscripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.superscripts import VERTICAL_ALIGNMENTS, Script
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name, read_xml

_HEADING_NAME = re.compile(r"heading\s*(\d)", re.I)
_BODY_LEVEL = 9  # the outline level of body text
_DEEPEST_LIST = 8
_SUPERSCRIPT_FROM = 4  # half points from which a run is a superscript; less only aligns two fonts


@dataclass(frozen=True, slots=True)
class Style:
    """The properties of a paragraph style.

    Attributes:
        heading: The heading level from 1; 0 for text.
        title: Whether it is the style of the document's title.
        in_list: Whether its paragraphs are list items.
        list_id: The list (w:numId) of its paragraphs, "" for none.
        list_level: Their level in the list, from 0; None if the list defines it.
        name: The id of the style.
    """

    heading: int = 0
    title: bool = False
    in_list: bool = False
    list_id: str = ""
    list_level: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles of a document, and its superscript, subscript and hidden styles."""

    paragraphs: Mapping[str, Style] = field(default_factory=dict)
    runs: Mapping[str, Script] = field(default_factory=dict)
    hidden_runs: frozenset[str] = frozenset()


def read_styles(archive: ZipFile) -> Styles:
    """The styles, each with the properties that it inherits."""
    if "word/styles.xml" not in archive.namelist():
        return Styles()
    elements = {
        attribute(element, "styleId"): element
        for element in read_xml(archive, "word/styles.xml")
        if local_name(element.tag) == "style"
    }
    characters = {n: e for n, e in elements.items() if attribute(e, "type") == "character"}
    scripts = {name: _read_character_style(name, elements) for name in characters}
    return Styles(
        {name: _read_style(name, elements) for name in elements},
        {name: script for name, (script, _) in scripts.items() if script != "plain"},
        frozenset(name for name, (_, hidden) in scripts.items() if hidden),
    )


def _read_style(name: str, elements: Mapping[str, Element]) -> Style:
    found = Style(name=name)
    seen: set[str] = set()
    while name in elements and name not in seen:
        seen.add(name)
        element = elements[name]
        label = _property_value(element, "name")
        found = _inherit_list(found, element, label)
        if label.lower() == "title":
            return replace(found, heading=1, title=True)
        named = _HEADING_NAME.fullmatch(label)
        outline = _outline_level(element)
        if named or outline is not None:
            level = int(named.group(1)) if named else (outline or 0) + 1
            # A heading may inherit its numbering from the style it is based on.
            found = _inherit_list_of_bases(found, element, elements)
            return replace(found, heading=0 if level > _BODY_LEVEL else level, in_list=False)
        name = _property_value(element, "basedOn")
    return found


def _inherit_list_of_bases(
    found: Style, element: Element, elements: Mapping[str, Element]
) -> Style:
    seen: set[str] = set()
    name = _property_value(element, "basedOn")
    while not found.list_id and name in elements and name not in seen:
        seen.add(name)
        found = _inherit_list(found, elements[name], "")
        name = _property_value(elements[name], "basedOn")
    return found


def _inherit_list(found: Style, element: Element, label: str) -> Style:
    list_id, level = _list_properties(element)
    if list_id and not found.list_id:
        found = replace(found, list_id=list_id)
    if level is not None and found.list_level is None:
        found = replace(found, list_level=level)
    in_list = found.in_list or list_id not in {"", "0"} or label.lower().startswith("list ")
    return replace(found, in_list=in_list)


def _read_character_style(name: str, elements: Mapping[str, Element]) -> tuple[Script, bool]:
    """(the script of a character style, whether it hides text)."""
    seen: set[str] = set()
    script: Script | None = None
    hidden = False
    while name in elements and name not in seen:
        seen.add(name)
        properties = next((part for part in elements[name] if local_name(part.tag) == "rPr"), None)
        for part in properties if properties is not None else ():
            value = attribute(part, "val")
            if local_name(part.tag) == "vertAlign" and script is None:
                script = VERTICAL_ALIGNMENTS.get(value, "plain")
            if local_name(part.tag) == "position" and script is None:
                script = script_of_position(vertical_position([part]))
            if script is None and is_struck([part]):
                script = "struck"
            hidden = hidden or (local_name(part.tag) == "vanish" and value not in {"0", "false"})
        name = _property_value(elements[name], "basedOn")
    return script or "plain", hidden


def vertical_position(properties: Iterable[Element]) -> int:
    """The vertical position of a run in half points; negative values are below the baseline."""
    for part in properties:
        value = attribute(part, "val")
        if local_name(part.tag) == "position" and re.fullmatch(r"-?\d{1,4}", value):
            return int(value)
    return 0


def is_struck(properties: Iterable[Element]) -> bool:
    """Whether a line is drawn through a run."""
    return any(
        local_name(part.tag) in {"strike", "dstrike"}
        and attribute(part, "val") not in {"0", "false", "off"}
        for part in properties
    )


def script_of_position(half_points: int) -> Script:
    """The script of a run that is positioned by hand instead of marked as a superscript."""
    if abs(half_points) < _SUPERSCRIPT_FROM:
        return "plain"
    return "super" if half_points > 0 else "sub"


def paragraph_style(paragraph: Element, styles: Styles) -> Style:
    """The style of a paragraph. The paragraph's own outline level overrides it."""
    style = styles.paragraphs.get(_property_value(paragraph, "pStyle"), Style())
    outline = _outline_level(paragraph)
    if outline is None:
        return style
    return replace(style, heading=0 if outline >= _BODY_LEVEL else outline + 1)


def list_position(paragraph: Element, style: Style) -> tuple[str, int | None] | None:
    """(list, level from 0) of a paragraph; None if it is not in a list.

    The list is "" if only the name of the style shows that it is a list item. The level is None if
    the list defines it.
    """
    own, level = _list_properties(paragraph)
    if own == "0":
        return None
    if own:
        return own, min(level or 0, _DEEPEST_LIST)
    if style.list_id == "0" or not (style.in_list or style.list_id):
        return None
    return style.list_id, level if level is not None else style.list_level


def _list_properties(element: Element) -> tuple[str, int | None]:
    """(list, level) in the properties of a paragraph or a style; "" and None if not set."""
    for part in _properties(element):
        if local_name(part.tag) == "numPr":
            level = _property_value(part, "ilvl")
            return _property_value(part, "numId"), int(level) if level.isdecimal() else None
    return "", None


def _outline_level(element: Element) -> int | None:
    for part in _properties(element):
        if local_name(part.tag) == "outlineLvl" and attribute(part, "val").isdecimal():
            return int(attribute(part, "val"))
    return None


def _properties(element: Element) -> Element | tuple[()]:
    return next((part for part in element if local_name(part.tag) == "pPr"), ())


def _property_value(element: Element, name: str) -> str:
    """The value of a property in an element or in its paragraph properties."""
    for part in (*element, *_properties(element)):
        if local_name(part.tag) == name:
            return attribute(part, "val")
    return ""
