"""Contacts (.vcf): a section for each card, with a line for each property."""

from __future__ import annotations

import quopri
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.types import Document

_FIELDS = {
    "NICKNAME": "Nickname",
    "ORG": "Organisation",
    "TITLE": "Title",
    "ROLE": "Role",
    "TEL": "Phone",
    "EMAIL": "Mail",
    "IMPP": "Chat",
    "ADR": "Address",
    "URL": "Link",
    "BDAY": "Birthday",
    "ANNIVERSARY": "Anniversary",
    "RELATED": "Related",
    "CATEGORIES": "Kind",
    "NOTE": "Note",
}
_FILES = {"PHOTO": "picture", "LOGO": "picture", "SOUND": "recording"}
_PROPERTY = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[A-Za-z-]+)(?P<parameters>(?:;(?:\"[^\"]*\"|[^:;\"])*+)*+):(?P<value>.*)"
)
_PROPERTY_UNQUOTED = re.compile(  # a quotation mark that is not closed
    r"(?:[\w-]+\.)?(?P<name>[A-Za-z-]+)(?P<parameters>(?:;[^:;]*)*):(?P<value>.*)"
)
_TYPE = re.compile(r";(?:type=)?\"?([a-z]+(?:,[a-z]+)*)\"?(?=;|$)", re.IGNORECASE)
_CHARSET = re.compile(r";charset=\"?([\w.:-]+)", re.IGNORECASE)
_PART_ENDS = re.compile(r"(?<!\\);")
_KINDS = frozenset({"home", "work", "cell", "fax", "pager", "car", "main"})
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: str
    value: str

    @property
    def text(self) -> str:
        """The value as it is shown. The parts of a name or an address are joined."""
        parts = [_unescape(part).strip() for part in _PART_ENDS.split(self.value)]
        return ", ".join(filter(None, parts)) if self.name in {"ADR", "ORG"} else "; ".join(parts)

    @property
    def kinds(self) -> str:
        """What a number or an address is for: "work", "cell"."""
        named = ",".join(_TYPE.findall(self.parameters)).lower().split(",")
        return ", ".join(dict.fromkeys(kind for kind in named if kind in _KINDS))


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Each card is a section, and its name is the heading.

    A file without a whole card is read as plain text.
    """
    builder = DocumentBuilder(source)
    text = read_text(path, builder)
    cards = list(_cards(text))
    if not cards:
        builder.anchor(line=1)
        builder.add(text, end="")
        return [builder.build()]
    for card in cards:
        _add_card(builder, card)
    files = Counter(_FILES[field.name] for card in cards for field in card if field.name in _FILES)
    for noun, count in files.items():
        builder.report_skipped(counted(count, noun))
    return [builder.build()]


def _cards(text: str) -> Iterator[list[_Property]]:
    """The properties of each card."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\n[ \t]", "", text)
    card: list[_Property] = []
    begun = given = False
    for block in _joined(text.split("\n")):
        found = _PROPERTY.fullmatch(block) or _PROPERTY_UNQUOTED.fullmatch(block)
        if not found:
            continue
        name, parameters = found["name"].upper(), found["parameters"]
        if name in {"BEGIN", "END"}:
            if card and (name == "END" or begun):
                yield card
                given = True
            card, begun = [], name == "BEGIN"
        else:
            card.append(_Property(name, parameters, _decoded(found["value"], parameters)))
    if card and begun and given:
        yield card  # the file was cut


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with values in quoted-printable that go on in the next line joined."""
    pieces: list[str] = []
    for line in lines:
        goes_on = line.endswith("=") and _is_quoted((pieces or [line])[0].partition(":")[0])
        pieces.append(line[:-1] if goes_on else line)
        if not goes_on:
            yield "".join(pieces)
            pieces = []


def _is_quoted(parameters: str) -> bool:
    return "QUOTED-PRINTABLE" in parameters.upper()


def _decoded(value: str, parameters: str) -> str:
    if not _is_quoted(parameters):
        return value
    data = quopri.decodestring(value.encode())
    named = _CHARSET.search(parameters)
    try:
        return data.decode(named[1] if named else "utf-8")
    except (LookupError, UnicodeError):
        return data.decode("cp1252", "replace")


def _unescape(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _add_card(builder: DocumentBuilder, card: Sequence[_Property]) -> None:
    first = {field.name: field for field in reversed(card)}
    named = first.get("FN") or first.get("ORG")
    name = named.text if named else ""
    if not name and "N" in first:
        parts = [_unescape(part) for part in _PART_ENDS.split(first["N"].value)]
        name = " ".join(filter(None, (*parts[1:3], parts[0])))
    if name:
        builder.heading(1, " ".join(name.split()))
    for field in card:
        text = field.text.strip()
        if field.name in _FIELDS and text:
            kinds = f" ({field.kinds})" if field.kinds else ""
            value = text.removeprefix("tel:").removeprefix("mailto:")
            builder.add(f"{_FIELDS[field.name]}{kinds}: {' '.join(value.split())}", end="\n")
    builder.close_block()
