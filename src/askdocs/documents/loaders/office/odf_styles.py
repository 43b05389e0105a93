"""What the styles of an OpenDocument text say: raised characters, lists, numbers of headings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.shared.numerals import alphabetic, repeated_letter, roman
from askdocs.documents.loaders.shared.superscripts import Script
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name

_LISTS = frozenset({"list-style", "outline-style"})
_LEVELS = frozenset({"list-level-style-number", "list-level-style-bullet", "outline-level-style"})
OUTLINE = "outline-style"  # stands for the list of the document's headings
BULLET = "-"


@dataclass(frozen=True, slots=True)
class OpenLevel:
    """How a level of a list is numbered (OpenDocument 1.3 part 3, 16.31 and 19.880).

    Attributes:
        kind: "1", "a", "A", "i", "I"; "" for no number, "-" for a bullet.
        before: What stands before the number.
        after: What stands behind it.
        start: The first number.
        shown: How many levels are shown, this one included.
        in_step: Whether letters go on as aa, bb, not aa, ab.
    """

    kind: str = ""
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1
    in_step: bool = False

    def written(self, number: int) -> str:
        """A number of this level in its style."""
        small = (repeated_letter if self.in_step else alphabetic)(number)
        styles = {"a": small, "A": small.upper(), "i": roman(number).lower(), "I": roman(number)}
        return styles.get(self.kind, str(number) if self.kind else "")


@dataclass(slots=True)
class OpenStyles:
    """The styles of a document, those of its own and the automatic ones.

    Attributes:
        runs: Text style → how it raises or lowers.
        hidden: Text and paragraph styles whose text is not shown.
        parents: Style → the one it takes over from.
        lists: List style → its levels, from 0; OUTLINE for headings.
        lists_of: Paragraph style → the list style of its paragraphs.
    """

    runs: dict[str, Script] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[int, OpenLevel]] = field(default_factory=dict)
    lists_of: dict[str, str] = field(default_factory=dict)

    def read(self, root: Element) -> None:
        """Take in the styles of a part of the file."""
        for element in root.iter():
            kind = local_name(element.tag)
            if kind == "style":
                self._read_style(element)
            elif kind in _LISTS:
                name = OUTLINE if kind == OUTLINE else attribute(element, "name")
                self.lists[name] = dict(_levels(element))

    def family(self, name: str) -> list[str]:
        """A style and those that it takes over from, nearest first."""
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self.parents.get(name, "")
        return found

    def script(self, name: str) -> Script:
        """How text of a style stands."""
        return next((self.runs[each] for each in self.family(name) if each in self.runs), "plain")

    def is_hidden(self, name: str) -> bool:
        """Whether text of a style is not shown."""
        return any(each in self.hidden for each in self.family(name))

    def list_of(self, paragraph_style: str) -> str:
        """The list style that a paragraph style gives its paragraphs, "" for none."""
        names = self.family(paragraph_style)
        return next((self.lists_of[each] for each in names if each in self.lists_of), "")

    def is_title(self, paragraph_style: str) -> bool:
        """Whether a paragraph style is that of the document's title."""
        return "Title" in self.family(paragraph_style)

    def _read_style(self, element: Element) -> None:
        name = attribute(element, "name")
        if parent := attribute(element, "parent-style-name"):
            self.parents[name] = parent
        if (of_list := _own(element, "list-style-name")) is not None:
            self.lists_of[name] = of_list
        for part in element:
            if local_name(part.tag) == "text-properties":
                script = _script(attribute(part, "text-position"))
                if script is not None:
                    self.runs[name] = script
                if attribute(part, "display") == "none":
                    self.hidden.add(name)


def _own(element: Element, name: str) -> str | None:
    """An attribute that says something where it is there, even if it is empty."""
    for key, value in element.attrib.items():
        if key.rsplit("}", 1)[-1] == name:
            return value
    return None


def _script(position: str) -> Script | None:
    """ "super 58%", "-33% 58%" → how the text stands; None where nothing is said."""
    first = (position.split() or [""])[0]
    if not first:
        return None
    if first in {"super", "sub"}:
        return "super" if first == "super" else "sub"
    height = first.removesuffix("%").removeprefix("-")
    if not height.replace(".", "").isdecimal() or float(height) == 0:
        return "plain"
    return "sub" if first.startswith("-") else "super"


def _levels(element: Element) -> Iterable[tuple[int, OpenLevel]]:
    for part in element:
        at = attribute(part, "level")
        if local_name(part.tag) in _LEVELS and at.isdecimal():
            yield int(at) - 1, _level(part)


def _level(part: Element) -> OpenLevel:
    if local_name(part.tag) == "list-level-style-bullet":
        return OpenLevel(kind=BULLET)
    return OpenLevel(
        kind=attribute(part, "num-format"),
        before=attribute(part, "num-prefix"),
        after=attribute(part, "num-suffix"),
        start=_number(attribute(part, "start-value"), 1),
        shown=_number(attribute(part, "display-levels"), 1),
        in_step=attribute(part, "num-letter-sync") == "true",
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else default


class OpenNumbering:
    """Counts the numbered paragraphs of a document; ask for each once, in order."""

    def __init__(self, lists: Mapping[str, Mapping[int, OpenLevel]]) -> None:
        self._lists = lists
        self._counts: dict[str, dict[int, int]] = {}

    def restart(self, counter: str) -> None:
        """Begin the numbers of a list anew."""
        self._counts.pop(counter, None)

    def label(self, counter: str, style: str, at: int, start: int | None = None) -> str | None:
        """The number of the next paragraph.

        Args:
            counter: Which list is counted.
            style: Its list style.
            at: The level of the paragraph, from 0.
            start: The number that it is given, None for the next one.

        Returns:
            "3.2", "(b)", "-" for a bullet, "" for no number, None where the style is not known.
        """
        levels = self._lists.get(style)
        if levels is None:
            return None
        level = levels.get(at, OpenLevel())
        counts = self._counts.setdefault(counter, {})
        counts[at] = start if start is not None else counts.get(at, level.start - 1) + 1
        for below in [each for each in counts if each > at]:
            del counts[below]
        if level.kind == BULLET:
            return BULLET
        if not level.kind:
            return ""
        shown = range(max(0, at + 1 - level.shown), at + 1)
        written = [
            levels.get(each, OpenLevel()).written(
                counts.get(each, levels.get(each, OpenLevel()).start)
            )
            for each in shown
        ]
        return f"{level.before}{'.'.join(filter(None, written))}{level.after}".strip()
