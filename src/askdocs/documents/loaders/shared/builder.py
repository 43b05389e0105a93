"""Building a Document piece by piece, normalised, with anchors at the right characters."""

from __future__ import annotations

import re
import unicodedata

from askdocs.types import Anchor, Document

_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_PAGE_ENDS = re.compile(r"[\x0b\x0c]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\ufffe\uffff]")
# Ligatures, and the shapes of Arabic letters that old programs wrote in place of the letters.
_SHAPES = re.compile(
    "[\ufb00-\ufb06\ufb13-\ufb17\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdf9\ufe80-\ufefc]+"
)
# A word broken at a line end: "infor-\nmation" becomes "information\n", so lines keep their count.
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_]{2})-[ \t]*\n[ \t]*(?P<rest>[a-zà-öø-ÿ]+[^\s\w]*)[ \t]*")
_WORD_BEFORE = re.compile(r"\w+(?:-\w+)*\Z")
_WORD_LIMIT = 60
_OPEN_WORD = re.compile(r"[^\W\d_]{2}-[ \t]*\n?\Z")
_WIKI_HEADING = re.compile(r"(={1,6})[ \t]*([^=]+?)[ \t]*(?:\1)?")  # also of Typst and AsciiDoc
_TITLE_LIMIT = 120
# Two lines are records if both have a label, or if both are short and end in a number.
_RECORDS = (
    re.compile(r"[^\W\d_][^:\n]{0,40}:[ \t]\S"),
    re.compile(r"[^\W\d_].{0,60}[ \t]\S*\d\S*\Z"),
)
_HARD_HYPHEN = "\u2011"


def normalise(text: str) -> str:
    """Normalise a text to the form in which it is stored. The function is idempotent.

    The text is in Unicode NFC, and ligatures are letters. Each line ends in a line feed. Control
    characters, soft hyphens and zero-width characters are removed. A word that is hyphenated at a
    line end is joined. The number of lines stays the same.
    """
    text = _SHAPES.sub(lambda shapes: unicodedata.normalize("NFKC", shapes.group()), text)
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text  # the usual case
    text = _LINE_ENDS.sub("\n", text)
    text = _PAGE_ENDS.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    while True:
        composed = unicodedata.normalize("NFC", text)
        text = _BROKEN_WORD.sub(_join_broken_word, composed)
        if text == composed:
            return text


def _join_broken_word(match: re.Match[str]) -> str:
    """Join the halves. "state-of-the-" and "art" keep the hyphen, since the word has others."""
    before = _WORD_BEFORE.search(match.string[max(0, match.start() - _WORD_LIMIT) : match.start()])
    hyphen = "-" if before and "-" in before.group() else ""
    return f"{hyphen}{match['rest']}\n"


class DocumentBuilder:
    """Collects the text of one document. `build` returns the Document.

    Each piece is normalised when it is added, so offsets never change later.
    """

    def __init__(self, source: str, *, title: str = "") -> None:
        self.source = source
        self.title = title
        self.length = 0
        self._tail = ""  # the last two characters
        self._pieces: list[str] = []
        self._anchors: list[Anchor] = []
        self._parents: list[tuple[int, str]] = []
        self._left_out: dict[str, None] = {}

    def report_skipped(self, what: str) -> None:
        """Record that some content of the file is not in the text; see Document.left_out.

        Args:
            what: A short phrase for users, without a full stop. The same phrase counts once.
        """
        self._left_out[" ".join(normalise(what).split())] = None

    def anchor(
        self,
        *,
        page: int | None = None,
        page_label: str | None = None,
        heading: str | None = None,
        line: int | None = None,
    ) -> None:
        """Set the location of the text that is added next; see Anchor."""
        self._anchors.append(Anchor(self.length, page, page_label, heading, line))

    def add(self, text: str, *, end: str = "\n\n") -> None:
        """Append a piece, usually a paragraph, and the separator `end`."""
        piece = normalise(text)
        last = self._pieces[-1] if self._pieces else ""
        if piece.lstrip()[:1].islower() and _OPEN_WORD.search(last[-100:]):
            # Two separate words must not look like one hyphenated word.
            self._pieces[-1] = _HARD_HYPHEN.join(last.rsplit("-", 1))
        self._pieces.append(piece + end)
        self.length += len(piece) + len(end)
        self._tail = (self._tail + piece + end)[-2:]

    def heading(self, level: int, text: str) -> None:
        """Begin a section. Its anchor includes the parent headings: "Part › Chapter"."""
        words = " ".join(normalise(text).split())
        if not words:
            return
        self._parents = [parent for parent in self._parents if parent[0] < level]
        self._parents.append((level, words))
        self.close_block()
        self.anchor(heading=" › ".join(parent for _, parent in self._parents))
        self.add(words)

    def close_block(self) -> None:
        """Add an empty line after a list or table, unless there is one."""
        missing = 2 - (len(self._tail) - len(self._tail.rstrip("\n")))
        if self._tail and missing > 0:
            self.add("", end="\n" * missing)

    def build(self) -> Document:
        """Return the Document. If no title is set, `title_line` chooses a line of the text."""
        text = "".join(self._pieces).rstrip()
        anchors = tuple(anchor for anchor in self._anchors if anchor.start < len(text))
        title = " ".join(normalise(self.title).split()) or title_line(text)
        return Document(self.source, text, title, anchors, tuple(self._left_out))


def counted(count: int, noun: str) -> str:
    """A count with its noun, singular or plural: "1 picture", "3 drawings with text"."""
    head, joint, rest = noun.partition(" with ")
    ending = "" if count == 1 else "es" if head.endswith("x") else "s"
    return f"{count} {head}{ending}{joint}{rest}"


def title_line(text: str) -> str:
    """The first line of a document if it is a title, else "".

    The only line of a file is content, and so is the first of several records. Neither is a title,
    because titles are not quoted.
    """
    first, _, rest = text.partition("\n")
    second = rest.partition("\n")[0]
    if not rest.strip() or any(mark.match(first) and mark.match(second) for mark in _RECORDS):
        return ""
    return first_line(text)


def first_line(text: str) -> str:
    """The first line of a text if it can serve as a title, else ""."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = line.lstrip("#").strip()
    wiki = _WIKI_HEADING.fullmatch(line)
    line = wiki[2] if wiki else line
    return line if len(line) <= _TITLE_LIMIT and not line.endswith((".", ";", ",")) else ""
