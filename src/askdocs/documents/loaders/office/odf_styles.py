"""The styles of an OpenDocument text: superscripts, hidden text, list and heading numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.shared.numerals import alphabetic, repeated_letter, roman, to_int
from askdocs.documents.loaders.shared.superscripts import Script
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name

_LISTS = frozenset({"list-style", "outline-style"})
_LEVELS = frozenset({"list-level-style-number", "list-level-style-bullet", "outline-level-style"})
OUTLINE = "outline-style"  # the key of the list of headings
BULLET = "-"


@dataclass(frozen=True, slots=True)
class OdfLevel:
    """How a level of a list is numbered (OpenDocument 1.3 part 3, 16.31 and 19.880).

    Attributes:
        kind: "1", "a", "A", "i", "I"; "" for no number, "-" for a bullet.
        before: The text before the number.
        after: The text after it.
        start: The first number.
        shown: The number of levels that are shown, including this one.
        in_step: Whether letters continue as aa, bb instead of aa, ab.
    """

    kind: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1
    in_step: bool = False

    def written(self, number: int) -> str:
        """A number in the number format of this level."""
        small = (repeated_letter if self.in_step else alphabetic)(number)
        styles = {"a": small, "A": small.upper(), "i": roman(number).lower(), "I": roman(number)}
        return styles.get(self.kind, str(number) if self.kind else "")


@dataclass(slots=True)
class OdfStyles:
    """The styles of a document, both named and automatic.

    Attributes:
        runs: Text style → superscript or subscript.
        hidden: Text and paragraph styles with hidden text.
        parents: Style → its parent style.
        lists: List style → its levels, from 0; OUTLINE for headings.
        lists_of: Paragraph style → the list style of its paragraphs.
    """

    runs: dict[str, Script] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[int, OdfLevel]] = field(default_factory=dict)
    lists_of: dict[str, str] = field(default_factory=dict)

    def read(self, root: Element) -> None:
        """Add the styles of a part of the file."""
        for element in root.iter():
            kind = local_name(element.tag)
            if kind == "style":
                self._read_style(element)
            elif kind in _LISTS:
                name = OUTLINE if kind == OUTLINE else attribute(element, "name")
                self.lists[name] = dict(_read_levels(element))

    def family(self, name: str) -> list[str]:
        """A style and its ancestors, nearest first."""
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self.parents.get(name, "")
        return found

    def script(self, name: str) -> Script:
        """The script of a text style: plain, superscript or subscript."""
        return next(
            (self.runs[style] for style in self.family(name) if style in self.runs), "plain"
        )

    def is_hidden(self, name: str) -> bool:
        """Whether text of a style is hidden."""
        return any(style in self.hidden for style in self.family(name))

    def list_of(self, paragraph_style: str) -> str:
        """The list style of a paragraph style, "" for none."""
        names = self.family(paragraph_style)
        return next((self.lists_of[style] for style in names if style in self.lists_of), "")

    def is_title(self, paragraph_style: str) -> bool:
        """Whether a paragraph style is the style of the document's title."""
        return "Title" in self.family(paragraph_style)

    def _read_style(self, element: Element) -> None:
        name = attribute(element, "name")
        if parent := attribute(element, "parent-style-name"):
            self.parents[name] = parent
        if (of_list := _attribute_or_none(element, "list-style-name")) is not None:
            self.lists_of[name] = of_list
        for part in element:
            if local_name(part.tag) == "text-properties":
                script = _script_of_position(attribute(part, "text-position"))
                if script is not None:
                    self.runs[name] = script
                elif _is_struck(part):
                    self.runs[name] = "struck"
                if attribute(part, "display") == "none":
                    self.hidden.add(name)


def _attribute_or_none(element: Element, name: str) -> str | None:
    """The value of an attribute, which may be empty; None if it is missing."""
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return None


def _is_struck(properties: Element) -> bool:
    line = attribute(properties, "text-line-through-style")
    kind = attribute(properties, "text-line-through-type")
    return (line or kind or "none") != "none" and kind != "none"


def _script_of_position(position: str) -> Script | None:
    """The script of a text position such as "super 58%" or "-33% 58%"; None if it is empty."""
    first = (position.split() or [""])[0]
    if not first:
        return None
    if first in {"super", "sub"}:
        return "super" if first == "super" else "sub"
    height = first.removesuffix("%").removeprefix("-")
    if not height.replace(".", "").isdecimal() or float(height) == 0:
        return "plain"
    return "sub" if first.startswith("-") else "super"


def _read_levels(element: Element) -> Iterable[tuple[int, OdfLevel]]:
    for part in element:
        at = attribute(part, "level")
        if local_name(part.tag) in _LEVELS and at.isdecimal():
            yield int(at) - 1, _read_level(part)


def _read_level(part: Element) -> OdfLevel:
    if local_name(part.tag) == "list-level-style-bullet":
        return OdfLevel(kind=BULLET)
    return OdfLevel(
        kind=attribute(part, "num-format"),
        before=attribute(part, "num-prefix"),
        after=attribute(part, "num-suffix"),
        start=to_int(attribute(part, "start-value"), 1),
        shown=to_int(attribute(part, "display-levels"), 1),
        in_step=attribute(part, "num-letter-sync") == "true",
    )


class OdfNumbering:
    """Counts the numbered paragraphs of a document. Call `label` once for each, in order."""

    def __init__(self, lists: Mapping[str, Mapping[int, OdfLevel]]) -> None:
        self._lists = lists
        self._counts: dict[str, dict[int, int]] = {}

    def restart(self, counter: str) -> None:
        """Restart the numbers of a list."""
        self._counts.pop(counter, None)

    def label(self, counter: str, style: str, at: int, start: int | None = None) -> str | None:
        """The number of the next paragraph.

        Args:
            counter: The list that is counted.
            style: Its list style.
            at: The level of the paragraph, from 0.
            start: The number that the file assigns; None for the next one.

        Returns:
            "3.2", "(b)", "-" for a bullet, "" for no number, None if the style is unknown.
        """
        levels = self._lists.get(style)
        if levels is None:
            return None
        level = levels.get(at, OdfLevel())
        counts = self._counts.setdefault(counter, {})
        counts[at] = start if start is not None else counts.get(at, level.start - 1) + 1
        for below in [index for index in counts if index > at]:
            del counts[below]
        if level.kind == BULLET:
            return BULLET
        if not level.kind:
            return ""
        shown = range(max(0, at + 1 - level.shown), at + 1)
        written = [
            levels.get(index, OdfLevel()).written(
                counts.get(index, levels.get(index, OdfLevel()).start)
            )
            for index in shown
        ]
        return f"{level.before}{'.'.join(filter(None, written))}{level.after}".strip()
