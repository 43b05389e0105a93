"""Forms in Adobe's XFA, whose pages show only "Please wait": their texts, labels and values.

Such a file contains a template (labels, fields, fixed text) and the data that was filled in, both
as XML. They are merged according to the XFA 3.3 specification, but only with the bindings that
files use: by name, or by a simple path. Scripts are not run. Hidden parts of the template are
omitted.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.shared.zip_archive import local_name, parse_xml

_PACKET_NAMES = ("template", "datasets")
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,32};)")
_HIDDEN = frozenset({"hidden", "invisible", "inactive"})
_GROUPS = frozenset({"subform", "subformSet", "area", "exclGroup"})
_PLACED = frozenset({*_GROUPS, "field", "draw"})
_LINES = frozenset({"p", "div", "br", "li"})
_LENGTH = re.compile(r"(-?[\d.]+)\s*(mm|cm|in|pt|em|)")
_POINTS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72.0, "pt": 1.0, "em": 12.0, "": 72.0}
_ROW_HEIGHT = 4.0  # points by which the heights of parts of one row may differ
_MOST_LINES = 50_000


def xfa_lines(pdf: Any) -> list[str]:
    """The lines of the form: fixed texts, and "Label: value" for each field with a value.

    Empty if the file has no such form, or if it cannot be read.
    """
    try:
        packets = _packets(pdf)
        template, data = packets.get("template"), packets.get("datasets")
        if template is None:
            return []
        filled_in = (
            next((child for child in data if local_name(child.tag) == "data"), None)
            if data is not None
            else None
        )
        lines: list[str] = []
        for line in _Form(filled_in).lines(template):
            if line and line != (lines[-1] if lines else ""):
                lines.append(line)
            if len(lines) >= _MOST_LINES:
                break
        return lines
    except (LoadError, RecursionError):
        return []


def _packets(pdf: Any) -> dict[str, Element]:
    """The parts of the form by name."""
    pieces = [
        (_packet_name(pdf, n), _packet_content(pdf, n))
        for n in range(pdfium.FPDF_GetXFAPacketCount(pdf))
    ]
    found = {name: _parse_packet(content) for name, content in pieces if name in _PACKET_NAMES}
    if not found and pieces:  # all of it in one stream
        whole = _parse_packet(b"".join(content for _, content in pieces))
        found = {
            local_name(packet.tag): packet
            for packet in whole
            if local_name(packet.tag) in _PACKET_NAMES
        }
    return found


def _parse_packet(content: bytes) -> Element:
    """The root of a packet. Some programs do not escape "&" in it."""
    try:
        return parse_xml(content)
    except LoadError:
        return parse_xml(_BARE_AMPERSAND.sub(b"&amp;", content))


def _packet_name(pdf: Any, number: int) -> str:
    size = pdfium.FPDF_GetXFAPacketName(pdf, number, None, 0)
    buffer = ctypes.create_string_buffer(max(size, 1))
    pdfium.FPDF_GetXFAPacketName(pdf, number, buffer, size)
    return buffer.value.decode("utf-8", "replace")


def _packet_content(pdf: Any, number: int) -> bytes:
    size = ctypes.c_ulong()
    pdfium.FPDF_GetXFAPacketContent(pdf, number, None, 0, size)
    buffer = ctypes.create_string_buffer(max(size.value, 1))
    pdfium.FPDF_GetXFAPacketContent(pdf, number, buffer, size.value, size)
    return buffer.raw[: size.value]


class _Form:
    """Traverses a template together with its data."""

    def __init__(self, data: Element | None) -> None:
        self._data = data
        self._record = data[0] if data is not None and len(data) else None

    def lines(self, template: Element) -> Iterator[str]:
        for part in template:
            if local_name(part.tag) == "subform":
                found = _children_named(self._data, part.get("name", ""))
                yield from self._group(part, found[0] if found else self._record)

    def _group(self, part: Element, data: Element | None) -> Iterator[str]:
        """The lines of a group, in reading order."""
        taken: dict[str, int] = {}
        in_row = part.get("layout") == "row"
        cells: list[str] = []
        for child in _reading_order(part):
            for line in self._part(child, data, taken):
                cells.append(line)
                if not in_row:
                    yield cells.pop()
        if cells:
            yield " | ".join(cells)

    def _part(self, part: Element, data: Element | None, taken: dict[str, int]) -> Iterator[str]:
        kind = local_name(part.tag)
        if part.get("presence") in _HIDDEN:
            return
        if kind == "draw":
            yield _value_text(_child(part, "value"))
        elif kind == "field":
            yield self._field(part, self._value_of(part, data, taken))
        elif kind == "exclGroup":
            yield from self._choices(part, self._value_of(part, data, taken))
        elif not part.get("name") or kind in ("subformSet", "area"):
            yield from self._group(part, data)
        else:
            for instance in self._instances(part, data, taken):
                yield from self._group(part, instance)

    def _instances(
        self, part: Element, data: Element | None, taken: dict[str, int]
    ) -> Sequence[Element | None]:
        """The data of each instance of a named group."""
        found = self._bound(part, data)
        occurs = _child(part, "occur")
        if occurs is not None and occurs.get("max", "1") != "1":
            return found or ([] if occurs.get("min") == "0" else [None])
        name = part.get("name", "")
        number = taken.get(name, 0)
        taken[name] = number + 1
        return [found[number] if number < len(found) else None]

    def _bound(self, part: Element, data: Element | None) -> list[Element]:
        """The data that is bound to a part, by its path or its name."""
        bind = _child(part, "bind")
        match = bind.get("match", "") if bind is not None else ""
        if match == "none":
            return []
        if match == "dataRef" and bind is not None:
            return self._at(bind.get("ref", ""), data)
        return _children_named(data, part.get("name", ""))

    def _at(self, path: str, data: Element | None) -> list[Element]:
        """The data at a path such as "$.Person.Name" or "$record.Items[*]"."""
        first, *names = re.sub(r"\[[^\]]*\]", "", path).split(".")
        starts = {"$record": self._record, "$data": self._data, "$": data}
        if first not in starts:
            names.insert(0, first)
        found = [starts.get(first, data)]
        for name in names:
            found = [node for one in found for node in _children_named(one, name)]
        return [node for node in found if node is not None]

    def _value_of(self, part: Element, data: Element | None, taken: dict[str, int]) -> str | None:
        """The value that was filled in; None if the data contains none."""
        found = self._bound(part, data)
        name = part.get("name", "")
        number = taken.get(name, 0)
        taken[name] = number + 1
        if not found:
            return None
        return " ".join("".join(found[min(number, len(found) - 1)].itertext()).split())

    def _field(self, part: Element, value: str | None) -> str:
        shown = _displayed_value(
            part, value if value is not None else _value_text(_child(part, "value"))
        )
        label = _value_text(_child(_child(part, "caption"), "value"))
        if not shown or _field_type(part) in ("button", "signature", "barcode", "passwordEdit"):
            return label if _field_type(part) != "button" else ""
        label = label or _tooltip(part) or _name_as_words(part.get("name", ""))
        return f"{label.rstrip(' :.')}: {shown}"

    def _choices(self, part: Element, value: str | None) -> Iterator[str]:
        """The lines of a group of radio buttons."""
        for child in _reading_order(part):
            if local_name(child.tag) != "field":
                yield from self._part(child, None, {})
                continue
            label = _value_text(_child(_child(child, "caption"), "value")) or _tooltip(child)
            pressed = bool(value) and value in _items(child, saved=True)[:1]
            label = label or (_name_as_words(child.get("name", "")) if pressed else "")
            yield f"{label.rstrip(' :.')}: yes" if pressed else label


def _reading_order(part: Element) -> list[Element]:
    """The parts of a group, from top to bottom if they have positions, else in file order."""
    children = [child for child in part if local_name(child.tag) in _PLACED]
    if part.get("layout", "position") != "position" or local_name(part.tag) == "subformSet":
        return children
    rows = [(round(_to_points(child.get("y", "0")) / _ROW_HEIGHT), child) for child in children]
    return [
        child
        for _, child in sorted(rows, key=lambda pair: (pair[0], _to_points(pair[1].get("x", "0"))))
    ]


def _to_points(length: str) -> float:
    found = _LENGTH.match(length)
    return float(found[1]) * _POINTS[found[2]] if found and found[1].strip("-.") else 0.0


def _child(part: Element | None, name: str) -> Element | None:
    return next((e for e in part if local_name(e.tag) == name), None) if part is not None else None


def _children_named(data: Element | None, name: str) -> list[Element]:
    return (
        [child for child in data if local_name(child.tag) == name]
        if data is not None and name
        else []
    )


def _value_text(value: Element | None) -> str:
    """The text of a value; "" for an image."""
    if value is None or _child(value, "image") is not None:
        return ""
    return " ".join("".join(_text_pieces(value)).split())


def _text_pieces(element: Element) -> Iterator[str]:
    """The text of an element, with a space between its lines."""
    if local_name(element.tag) in _LINES:
        yield " "
    yield element.text or ""
    for child in element:
        yield from _text_pieces(child)
        yield child.tail or ""


def _field_type(part: Element) -> str:
    ui = _child(part, "ui")
    kinds = [local_name(child.tag) for child in ui] if ui is not None else []
    return next((kind for kind in kinds if kind not in ("picture", "extras")), "")


def _items(part: Element, *, saved: bool) -> list[str]:
    """The entries of a list as they are saved or shown; of a checkbox, its two values."""
    lists = [element for element in part if local_name(element.tag) == "items"]
    stored = [element for element in lists if element.get("save") == "1"]
    shown = [element for element in lists if element not in stored]
    chosen = (stored or shown) if saved else (shown or stored)
    return (
        [" ".join("".join(element.itertext()).split()) for element in chosen[0]] if chosen else []
    )


def _displayed_value(part: Element, value: str) -> str:
    """A stored value as the form displays it: the entry of a list, or yes or no of a checkbox."""
    saved = _items(part, saved=True)
    if _field_type(part) == "checkButton":
        return "yes" if value and value == (saved or ["1"])[0] else "no"
    if value in saved:
        entries = _items(part, saved=False)
        return entries[saved.index(value)] if saved.index(value) < len(entries) else value
    return value


def _tooltip(part: Element) -> str:
    """The tooltip or the screen reader text of a field."""
    assist = _child(part, "assist")
    return _value_text(_child(assist, "toolTip")) or _value_text(_child(assist, "speak"))


def _name_as_words(name: str) -> str:
    """The name of a field as words: "DateOfBirth" becomes "Date Of Birth"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_+", " ", name).strip()
