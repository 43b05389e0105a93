"""Markdown as it is written, but for rows of tables; anchors are lines and headings.

A row names its columns, as those of all other formats do: "| E2 | Frozen |" says nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

from askdocs.documents.loaders.shared.builder import DocumentBuilder, normalise
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.tables.cells import clean
from askdocs.documents.loaders.tables.rows import column_names, row_line
from askdocs.types import Anchor, Document

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_NO_TITLE = re.compile(r"^\s*(?:$|[-*+>|#]|\d+[.)]\s|```|~~~| {4})")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_RULE = re.compile(
    r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*|\|[ \t]*:?-+:?[ \t]*\|"
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_QUOTE = re.compile(r"^ {0,3}(?:> ?)+")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)

# A mark and what is shown of it: embedded and linked notes, highlights, callouts, footnotes.
_WIKI_MARKS = (
    (re.compile(r"!\[\[([^\[\]|]*)\|\s*\d+(?:x\d+)?\s*\]\]"), r"\1"),  # a picture with its width
    (re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]"), r"\1"),
    (re.compile(r"(?<![=\w])==(?=\S)([^=\n]+?)(?<=\S)==(?![=\w])"), r"\1"),
    (re.compile(r"^(\s*>+\s*)\[!(\w+)\][+-]?\s*(.*)$"), r"\1\3"),
    (re.compile(r"(?<=\w|[.,;:!?)])\[\^([\w-]+)\]"), r" [\1]"),
    (re.compile(r"^\[\^([\w-]+)\]:"), r"[\1]"),
)

# An entity as HTML writes characters ("&oacute;"); a span of code, which stays as it is.
_ENTITY = re.compile(r"(`[^`]*`)|&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# The elements that people write in Markdown; "<T>" and "<name>" are none.
_ELEMENTS = (
    "a|abbr|article|aside|audio|b|bdi|bdo|big|blockquote|br|caption|center|cite|code|col"
    "|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|i"
    "|iframe|img|ins|kbd|li|main|mark|nav|ol|p|picture|pre|q|s|samp|section|small|source|span"
    "|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(
    rf"(`[^`]*`)|</?({_ELEMENTS})((?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))?)*)\s*/?>",
    re.IGNORECASE,
)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_PARTING = frozenset("br hr td th li p div dd dt tr".split())  # elements that part words

Headings = list[tuple[int, int, str]]  # (offset of the line, level, words)


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with an anchor at each heading; its lines are those of the file."""
    builder = DocumentBuilder(source)
    builder.add(_with_named_cells(_without_wiki_marks(normalise(read_text(path)))), end="")
    document = builder.build()
    front = _FRONT_MATTER.match(document.text)
    titled = _TITLE.search(front.group(1)) if front else None
    headings = markdown_headings(document.text, front.end() if front else 0)
    return [with_headings(document, headings, title=titled.group(1) if titled else "")]


def _without_wiki_marks(text: str) -> str:
    """The text as it is shown: links by their words, no marks, no tags of HTML, no comments.

    Marks of quoted paragraphs (">") are no text either. Lines keep their number. Code stays as
    it is.
    """
    lines, fence, comment, code = text.split("\n"), "", "", True
    for number, line in enumerate(lines):
        code = code and line[:4].isspace() if line.strip() else True  # it begins below a blank line
        mark = None if comment else _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence:
            lines[number], comment = _shown(line, comment, code=code)
            lines[number] = _QUOTE.sub("", lines[number])
    return "\n".join(lines)


_COMMENTS = {"%%": "%%", "<!--": "-->"}  # what opens a comment, and what closes it
_PLACE = re.compile(r"(?:^|(?<=\s))\^[A-Za-z0-9-]{2,40}\s*$")  # what links to a paragraph name


def _shown(line: str, closing: str, *, code: bool) -> tuple[str, str]:
    """What is shown of a line, and what closes the comment that goes on after it.

    `closing` is what closes a comment that began above, or "". A comment stands between "%%" and
    "%%", or "<!--" and "-->". Code that is set in by four spaces keeps its tags.
    """
    if closing or "%%" in line or "<!--" in line:
        line, closing = _without_comments(line, closing)
    if "[[" in line or "==" in line or "[!" in line or "[^" in line:
        for pattern, words in _WIKI_MARKS:
            line = pattern.sub(words, line)
    if "^" in line:
        line = _PLACE.sub("", line)
    if "<" in line and not code:
        line = _without_tags(line)
    return _ENTITY.sub(lambda found: found[1] or unescape(found[0]), line), closing


def _without_comments(line: str, closing: str) -> tuple[str, str]:
    """A line without its comments, and what closes the one that goes on after it."""
    shown: list[str] = []
    for piece in re.split(r"(%%|<!--|-->|`[^`]*`)", line):
        if closing:
            closing = "" if piece == closing else closing
        elif piece in _COMMENTS:
            closing = _COMMENTS[piece]
        else:
            shown.append(piece)
    return "".join(shown), closing


def _without_tags(line: str) -> str:
    """A line without the tags of HTML in it; a picture is shown by its other text."""
    shown = _TAG.sub(_in_place_of, line)
    return shown if shown == line or not _TAG.match(line.lstrip()) else shown.strip()


def _in_place_of(found: re.Match[str]) -> str:
    code, element, attributes = found.groups()
    if code:
        return str(code)
    other = _ALT.search(attributes) if element.lower() == "img" else None
    if other:
        return other[1] or other[2] or ""
    return " " if element.lower() in _PARTING else ""


def with_headings(document: Document, headings: Headings, *, title: str = "") -> Document:
    """The document with line 1 at its start and each heading, with its parents, where it is."""
    anchors = [Anchor(0, line=1)] if document.text else []
    parents: list[tuple[int, str]] = []
    for start, level, words in headings:
        parents = [parent for parent in parents if parent[0] < level] + [(level, words)]
        anchors.append(Anchor(start, heading=" › ".join(words for _, words in parents)))
    first = next((words for _, _, words in headings), "")
    return replace(document, title=title or first or document.title, anchors=tuple(anchors))


def _with_named_cells(text: str) -> str:
    """The text with the column names in each row of its tables; no line more or less."""
    lines, fence = text.split("\n"), ""
    names: Sequence[str] = ()
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        if fence or "|" not in line:
            names = ()
        elif _RULE.fullmatch(line) and number > 0:
            names = _cells(lines[number - 1])
            if len(names) != len(_cells(line)):
                names = ()
        elif names:
            lines[number] = row_line(column_names(names), _cells(line)) or line
    return "\n".join(lines)


def _cells(line: str) -> list[str]:
    """The cells of a row of a table, on one line each."""
    inner = re.sub(r"(?<!\\)\|\s*$", "", line.strip().removeprefix("|"))
    return [
        clean(_BREAK.sub(" ", cell.replace("\\|", "|"))) for cell in re.split(r"(?<!\\)\|", inner)
    ]


def markdown_headings(text: str, begin: int = 0) -> Headings:
    """The headings outside code fences, from offset `begin` on: "# A", or "A" underlined."""
    found: Headings = []
    start, fence, above = begin, "", ""
    for line in text[begin:].splitlines(keepends=True):
        words = line.rstrip("\n")
        mark = _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence:
            heading = _HEADING.match(words)
            underline = _UNDERLINE.match(words)
            if heading:
                found.append((start, len(heading.group(1)), heading.group(2)))
            elif underline and not _NO_TITLE.match(above):
                level = 1 if underline.group(1).startswith("=") else 2
                found.append((start - len(above) - 1, level, above.strip()))
        above = "" if fence or mark else words
        start += len(line)
    return found
