"""What the styles of a Word document say: headings, lists and their numbers, raised characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.superscripts import Script
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name, read_xml

_HEADING_NAME = re.compile(r"heading\s*(\d)", re.I)
_BODY_LEVEL = 9  # the outline level of text that is no heading
_DEEPEST_LIST = 8
_RAISED = 4  # half points from which a run stands higher; less only evens out two fonts
_SCRIPTS: dict[str, Script] = {"superscript": "super", "subscript": "sub"}


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style means.

    Attributes:
        heading: Its level from 1, 0 for none.
        title: Whether it marks the document's title.
        in_list: Whether its paragraphs are items of a list.
        list_id: The list (w:numId) that its paragraphs belong to, "" for none.
        list_level: Their level in it, from 0; None where the list tells.
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
    """The styles of a document: of its paragraphs, and what character styles raise or hide."""

    paragraphs: Mapping[str, Style] = field(default_factory=dict)
    runs: Mapping[str, Script] = field(default_factory=dict)
    hidden_runs: frozenset[str] = frozenset()


def read_styles(archive: ZipFile) -> Styles:
    """The styles, each with what it takes over from the one that it is based on."""
    if "word/styles.xml" not in archive.namelist():
        return Styles()
    elements = {
        attribute(element, "styleId"): element
        for element in read_xml(archive, "word/styles.xml")
        if local_name(element.tag) == "style"
    }
    characters = {n: e for n, e in elements.items() if attribute(e, "type") == "character"}
    looks = {name: _run_look(name, elements) for name in characters}
    return Styles(
        {name: _style(name, elements) for name in elements},
        {name: script for name, (script, _) in looks.items() if script != "plain"},
        frozenset(name for name, (_, hidden) in looks.items() if hidden),
    )


def _style(name: str, elements: Mapping[str, Element]) -> Style:
    found = Style(name=name)
    seen: set[str] = set()
    while name in elements and name not in seen:
        seen.add(name)
        element = elements[name]
        label = _value(element, "name")
        found = _with_list(found, element, label)
        if label.lower() == "title":
            return replace(found, heading=1, title=True)
        named = _HEADING_NAME.fullmatch(label)
        outline = _outline(element)
        if named or outline is not None:
            level = int(named.group(1)) if named else (outline or 0) + 1
            # Above the levels, a heading may take its number from the style it is based on.
            found = _with_lists_below(found, element, elements)
            return replace(found, heading=0 if level > _BODY_LEVEL else level, in_list=False)
        name = _value(element, "basedOn")
    return found


def _with_lists_below(found: Style, element: Element, elements: Mapping[str, Element]) -> Style:
    seen: set[str] = set()
    name = _value(element, "basedOn")
    while not found.list_id and name in elements and name not in seen:
        seen.add(name)
        found = _with_list(found, elements[name], "")
        name = _value(elements[name], "basedOn")
    return found


def _with_list(found: Style, element: Element, label: str) -> Style:
    list_id, level = _list(element)
    if list_id and not found.list_id:
        found = replace(found, list_id=list_id)
    if level is not None and found.list_level is None:
        found = replace(found, list_level=level)
    in_list = found.in_list or list_id not in {"", "0"} or label.lower().startswith("list ")
    return replace(found, in_list=in_list)


def _run_look(name: str, elements: Mapping[str, Element]) -> tuple[Script, bool]:
    """(how a character style raises or lowers, whether it hides)."""
    seen: set[str] = set()
    script: Script | None = None
    hidden = False
    while name in elements and name not in seen:
        seen.add(name)
        look = next((part for part in elements[name] if local_name(part.tag) == "rPr"), None)
        for part in look if look is not None else ():
            value = attribute(part, "val")
            if local_name(part.tag) == "vertAlign" and script is None:
                script = _SCRIPTS.get(value, "plain")
            if local_name(part.tag) == "position" and script is None:
                script = script_of_position(raised_by([part]))
            hidden = hidden or (local_name(part.tag) == "vanish" and value not in {"0", "false"})
        name = _value(elements[name], "basedOn")
    return script or "plain", hidden


def raised_by(look: Iterable[Element]) -> int:
    """How far the properties of a run raise it, in half points; below 0 they lower it."""
    for part in look:
        value = attribute(part, "val")
        if local_name(part.tag) == "position" and re.fullmatch(r"-?\d{1,4}", value):
            return int(value)
    return 0


def script_of_position(half_points: int) -> Script:
    """What a run is that is raised by hand instead of being marked as a superscript."""
    if abs(half_points) < _RAISED:
        return "plain"
    return "super" if half_points > 0 else "sub"


def paragraph_style(paragraph: Element, styles: Styles) -> Style:
    """The style of a paragraph; an outline level of its own counts more."""
    style = styles.paragraphs.get(_value(paragraph, "pStyle"), Style())
    outline = _outline(paragraph)
    if outline is None:
        return style
    return replace(style, heading=0 if outline >= _BODY_LEVEL else outline + 1)


def list_place(paragraph: Element, style: Style) -> tuple[str, int | None] | None:
    """The list that a paragraph stands in and its level, from 0; None where it stands in none.

    The list is "" where only the name of the style tells that it is an item; the level is None
    where the list tells it.
    """
    own, level = _list(paragraph)
    if own == "0":
        return None
    if own:
        return own, min(level or 0, _DEEPEST_LIST)
    if style.list_id == "0" or not (style.in_list or style.list_id):
        return None
    return style.list_id, level if level is not None else style.list_level


def _list(element: Element) -> tuple[str, int | None]:
    """(list, level) in the properties of a paragraph or a style; "" and None where not said."""
    for part in _properties(element):
        if local_name(part.tag) == "numPr":
            level = _value(part, "ilvl")
            return _value(part, "numId"), int(level) if level.isdecimal() else None
    return "", None


def _outline(element: Element) -> int | None:
    for part in _properties(element):
        if local_name(part.tag) == "outlineLvl" and attribute(part, "val").isdecimal():
            return int(attribute(part, "val"))
    return None


def _properties(element: Element) -> Element | tuple[()]:
    return next((part for part in element if local_name(part.tag) == "pPr"), ())


def _value(element: Element, name: str) -> str:
    """The value of a setting directly in an element or in its paragraph properties."""
    for part in (*element, *_properties(element)):
        if local_name(part.tag) == name:
            return attribute(part, "val")
    return ""
