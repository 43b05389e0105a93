"""The automatic numbers of Word paragraphs (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.numerals import ordinal, repeated_letter, roman, to_int
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name, read_xml

_PART = "word/numbering.xml"
_LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")
_NUMBER_FORMATS: dict[str, Callable[[int], str]] = {
    "lowerLetter": repeated_letter,
    "upperLetter": lambda number: repeated_letter(number).upper(),
    "lowerRoman": lambda number: roman(number).lower(),
    "upperRoman": roman,
    "decimalZero": lambda number: f"{number:02d}",
    "ordinal": ordinal,
    "none": lambda _: "",
}
_ALWAYS_KEPT = frozenset({"none", "decimalZero"})  # unchanged by a legal level
BULLET = "-"


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of a list is numbered. `style` is the paragraph style that is linked to it."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""
    style: str = ""
    restart: int | None = None  # the level, from 1, that restarts it; 0 for never
    legal: bool = False  # all numbers are decimal


@dataclass(frozen=True, slots=True)
class _List:
    """A list instance: the abstract list that defines its levels, and its overrides."""

    levels_of: str
    starts: Mapping[int, int] = field(default_factory=dict)
    levels: Mapping[int, Level] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document. Call `label` once for each, in order."""

    def __init__(self, archive: ZipFile | None = None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()
        if archive is not None and _PART in archive.namelist():
            self._read(read_xml(archive, _PART))

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """The level of a list, from 0, that is linked to a paragraph style."""
        known = self._lists.get(list_id)
        levels = self._levels.get(known.levels_of, {}) if known else {}
        return next((at for at, level in levels.items() if level.style == style), None)

    def label(self, list_id: str, at: int) -> str | None:
        """The number of the next paragraph of a list, as Word displays it.

        Args:
            list_id: The list (w:numId).
            at: The level of the paragraph, from 0.

        Returns:
            "3.2", "(b)"; "-" for a bullet, None if the list is unknown.
        """
        known = self._lists.get(list_id)
        if known is None or known.levels_of not in self._levels:
            return None
        levels = {**self._levels[known.levels_of], **known.levels}
        counts = self._counts.setdefault(known.levels_of, [None] * _LEVELS)
        at = min(max(at, 0), _LEVELS - 1)
        self._advance(list_id, at, known=known, levels=levels, counts=counts)
        level = levels.get(at, Level())
        if level.kind == "bullet":
            return BULLET
        return _PLACEHOLDER.sub(
            lambda placeholder: _format_number(placeholder, levels, counts, level.legal), level.text
        )

    def _advance(
        self,
        list_id: str,
        at: int,
        *,
        known: _List,
        levels: Mapping[int, Level],
        counts: list[int | None],
    ) -> None:
        """Count one paragraph at a level, and restart the levels below it."""
        if at in known.starts and (list_id, at) not in self._started:
            counts[at] = None
        self._started.add((list_id, at))
        current = counts[at]
        start = known.starts.get(at, levels.get(at, Level()).start)
        counts[at] = start if current is None else current + 1
        for below in range(at + 1, _LEVELS):
            restart = levels.get(below, Level()).restart
            if restart is None or at < restart:
                counts[below] = None

    def _read(self, root: Element) -> None:
        linked: dict[str, str] = {}  # name of a numbering style → the abstract list that defines it
        links: dict[str, str] = {}
        for element in root:
            if local_name(element.tag) == "abstractNum":
                name = attribute(element, "abstractNumId")
                self._levels[name] = _read_levels(element)
                for part in element:
                    if local_name(part.tag) == "styleLink":
                        linked[attribute(part, "val")] = name
                    elif local_name(part.tag) == "numStyleLink":
                        links[name] = attribute(part, "val")
            elif local_name(element.tag) == "num":
                self._lists[attribute(element, "numId")] = _read_list(element)
        for name, style in links.items():
            if style in linked:
                self._levels[name] = self._levels[linked[style]]


def _format_number(
    placeholder: re.Match[str], levels: Mapping[int, Level], counts: list[int | None], legal: bool
) -> str:
    at = int(placeholder.group(1)) - 1
    level = levels.get(at, Level())
    number = counts[at] if counts[at] is not None else level.start  # a level that was skipped
    kind = "decimal" if legal and level.kind not in _ALWAYS_KEPT else level.kind
    return _NUMBER_FORMATS.get(kind, str)(number or 0)


def _read_levels(element: Element) -> dict[int, Level]:
    return {
        int(attribute(part, "ilvl")): _read_level(part)
        for part in element
        if local_name(part.tag) == "lvl" and attribute(part, "ilvl").isdecimal()
    }


def _read_level(element: Element) -> Level:
    values = {local_name(part.tag): attribute(part, "val") for part in element}
    # A format of Word 2010 and later is in a choice with an older one.
    formats = [
        attribute(part, "val") for part in element.iter() if local_name(part.tag) == "numFmt"
    ]
    return Level(
        start=to_int(values.get("start", ""), 1),
        kind=values.get("numFmt") or (formats[-1] if formats else "decimal"),
        text=values.get("lvlText", ""),
        style=values.get("pStyle", ""),
        restart=to_int(values["lvlRestart"], 0) if "lvlRestart" in values else None,
        legal="isLgl" in values and values["isLgl"] not in {"0", "false"},
    )


def _read_list(element: Element) -> _List:
    levels_of = ""
    starts: dict[int, int] = {}
    levels: dict[int, Level] = {}
    for part in element:
        if local_name(part.tag) == "abstractNumId":
            levels_of = attribute(part, "val")
        elif local_name(part.tag) == "lvlOverride":
            at = to_int(attribute(part, "ilvl"), 0)
            for override in part:
                if local_name(override.tag) == "startOverride":
                    starts[at] = to_int(attribute(override, "val"), 1)
                elif local_name(override.tag) == "lvl":
                    levels[at] = _read_level(override)
    return _List(levels_of, starts, levels)
