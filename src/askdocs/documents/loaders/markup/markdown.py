"""Markdown, unchanged except for tables. The anchors are lines and headings.

Rows of tables get column names, as in all other formats: "| E2 | Frozen |" is not self-contained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from askdocs.documents.loaders.html.inline import STRUCK_TAGS
from askdocs.documents.loaders.html.table import is_data_table, table_rows
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted, normalise
from askdocs.documents.loaders.shared.decoding import read_text
from askdocs.documents.loaders.shared.superscripts import Span, join_spans
from askdocs.documents.loaders.tables.cells import clean
from askdocs.documents.loaders.tables.rows import add_table, column_names, row_line
from askdocs.types import Anchor, Document

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_NO_TITLE = re.compile(r"^\s*(?:$|[-*+>|#]|\d+[.)]\s|```|~~~| {4})")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_RULE = re.compile(
    r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*|\|[ \t]*:?-+:?[ \t]*\|"
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_QUOTE = re.compile(r"^ {0,3}(?:> ?)+")
_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)

# Wiki markup and its replacement: embedded and linked notes, highlights, callouts, footnotes.
_WIKI_MARKS = (
    (re.compile(r"!\[\[([^\[\]|]*)\|\s*\d+(?:x\d+)?\s*\]\]"), r"\1"),  # a picture with its width
    (re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]"), r"\1"),
    (re.compile(r"(?<![=\w])==(?=\S)([^=\n]+?)(?<=\S)==(?![=\w])"), r"\1"),
    (re.compile(r"^(\s*>+\s*)\[!(\w+)\][+-]?\s*(.*)$"), r"\1\3"),
    (re.compile(r"(?<=\w|[.,;:!?)])\[\^([\w-]+)\]"), r" [\1]"),
    (re.compile(r"^\[\^([\w-]+)\]:"), r"[\1]"),
)

# A character reference of HTML ("&oacute;"), or a code span, which stays unchanged.
_ENTITY = re.compile(r"(`[^`]*`)|&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# The HTML elements that are used in Markdown. "<T>" and "<name>" are not elements.
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
# A table in HTML, or a block or span of code, which stays unchanged.
_TABLE = re.compile(
    r"(^ {0,3}(?:```|~~~).*?(?:^ {0,3}(?:```|~~~)|\Z)|`[^`\n]*`)|^ {0,3}<table\b.*?</table\s*>",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_CODE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_PICTURE = re.compile(
    r"!\[[^\]\n]*\][(\[]|<img\b|!\[\[[^\]\n]*\.(?:png|jpe?g|gif|svg|webp|bmp|tiff?)\b",
    re.IGNORECASE,
)
_SEPARATING = frozenset("br hr td th li p div dd dt tr".split())  # elements that separate words
_SCRIPT = re.compile(r"(`[^`]*`)|<(su[pb])\b[^<>]*>(.*?)</\2\s*>", re.IGNORECASE)
_NOTE_LINK = re.compile(r"<a\b[^<>]*\bhref\s*=\s*[\"']?#", re.IGNORECASE)

Headings = list[tuple[int, int, str]]  # (offset of the line, level, text)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with an anchor at each heading. Its lines are the lines of the file."""
    builder = DocumentBuilder(source)
    text = normalise(read_text(path, builder))
    builder.add(_with_named_cells(without_markup(text)), end="")
    pictures = len(_PICTURE.findall(_CODE.sub("", text)))
    if pictures:
        builder.report_skipped(counted(pictures, "linked picture"))
    document = builder.build()
    front = _FRONT_MATTER.match(document.text)
    titled = _TITLE.search(front.group(1)) if front else None
    headings = markdown_headings(document.text, front.end() if front else 0)
    return [with_headings(document, headings, title=titled.group(1) if titled else "")]


def without_markup(text: str) -> str:
    """The text without wiki markup, HTML tags, comments and block quote markers (">").

    Links are replaced by their text. The number of lines stays the same. Code stays unchanged.
    """
    if "<table" in text.lower():
        text = _TABLE.sub(lambda found: found[1] or _html_table(found[0]), text)
    lines, fence, comment, code = text.split("\n"), "", "", True
    for number, line in enumerate(lines):
        code = (
            code and line[:4].isspace() if line.strip() else True
        )  # code begins after a blank line
        mark = None if comment else _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence:
            lines[number], comment = _render_line(line, comment, code=code)
            lines[number] = _QUOTE.sub("", lines[number])
    return "\n".join(lines)


def _html_table(markup: str) -> str:
    """A table in HTML as rows with column names, on as many lines as its markup has."""
    table = LexborHTMLParser(markup).css_first("table")
    if table is None or not is_data_table(table):
        return markup
    caption, cells, header = table_rows(table, lambda node: node.tag in {"script", "style"})
    builder = DocumentBuilder("")
    add_table(builder, cells, header=header)
    rows = [*filter(None, [caption]), *filter(None, builder.build().text.split("\n"))]
    count = markup.count("\n") + 1
    if len(rows) > count:
        rows[count - 1 :] = [" | ".join(rows[count - 1 :])]
    return "\n".join([*rows, *[""] * (count - len(rows))])


_COMMENTS = {"%%": "%%", "<!--": "-->"}  # start of a comment → its end
_BLOCK_ID = re.compile(r"(?:^|(?<=\s))\^[A-Za-z0-9-]{2,40}\s*$")  # the link target of a block


def _render_line(line: str, closing: str, *, code: bool) -> tuple[str, str]:
    """(the rendered text of a line, the end marker of a comment that continues after it).

    `closing` is the end marker of a comment that began on an earlier line, or "". A comment is
    between "%%" and "%%", or "<!--" and "-->". Indented code keeps its tags.
    """
    if closing or "%%" in line or "<!--" in line:
        line, closing = _without_comments(line, closing)
    if "[[" in line or "==" in line or "[!" in line or "[^" in line:
        for pattern, words in _WIKI_MARKS:
            line = pattern.sub(words, line)
    if "^" in line:
        line = _BLOCK_ID.sub("", line)
    if "<" in line and not code:
        line = _without_tags(line)
    return _ENTITY.sub(lambda found: found[1] or unescape(found[0]), line), closing


def _without_comments(line: str, closing: str) -> tuple[str, str]:
    """(a line without its comments, the end marker of a comment that continues after it)."""
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
    """A line without its HTML tags.

    An image is replaced by its alternative text. Struck text is marked as in Markdown, "~~30~~".
    """
    shown = join_spans(_spans(line))
    return shown if shown == line or not _TAG.match(line.lstrip()) else shown.strip()


def _spans(line: str) -> Iterator[Span]:
    """The superscripts and subscripts of a line, and the text between them, without tags."""
    end = 0
    for found in _SCRIPT.finditer(line):
        if found[1]:
            continue  # code
        yield _TAG.sub(_replace_tag, line[end : found.start()]), "plain"
        run = _TAG.sub(_replace_tag, found[3])
        if found[2].lower() == "sub":
            yield run, "sub"
        else:
            yield run, "note" if _NOTE_LINK.search(found[3]) else "super"
        end = found.end()
    yield _TAG.sub(_replace_tag, line[end:]), "plain"


def _replace_tag(found: re.Match[str]) -> str:
    code, element, attributes = found.groups()
    if code:
        return str(code)
    other = _ALT.search(attributes) if element.lower() == "img" else None
    if other:
        return other[1] or other[2] or ""
    if element.lower() in STRUCK_TAGS:
        return "~~"
    return " " if element.lower() in _SEPARATING else ""


def with_headings(document: Document, headings: Headings, *, title: str = "") -> Document:
    """The document with an anchor for line 1, and one for each heading with its parents."""
    anchors = [Anchor(0, line=1)] if document.text else []
    parents: list[tuple[int, str]] = []
    for start, level, words in headings:
        parents = [parent for parent in parents if parent[0] < level] + [(level, words)]
        anchors.append(Anchor(start, heading=" › ".join(words for _, words in parents)))
    first = next((words for _, _, words in headings), "")
    return replace(document, title=title or first or document.title, anchors=tuple(anchors))


def _with_named_cells(text: str) -> str:
    """The text with column names in each row of its tables. The number of lines stays the same."""
    lines, fence = text.split("\n"), ""
    names: Sequence[str] = ()
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        if fence or "|" not in line:
            names = ()
        elif _RULE.fullmatch(line) and number > 0:
            names = _split_cells(lines[number - 1])
            if len(names) != len(_split_cells(line)):
                names = ()
        elif names:
            lines[number] = row_line(column_names(names), _split_cells(line)) or line
    return "\n".join(lines)


def _split_cells(line: str) -> list[str]:
    """The cells of a table row, each on one line."""
    inner = re.sub(r"(?<!\\)\|\s*$", "", line.strip().removeprefix("|"))
    return [
        clean(_BREAK.sub(" ", cell.replace("\\|", "|"))) for cell in re.split(r"(?<!\\)\|", inner)
    ]


def markdown_headings(text: str, begin: int = 0) -> Headings:
    """The headings outside code fences, from offset `begin`: "# A", or "A" underlined."""
    found: Headings = []
    start, fence, above = begin, "", ""
    for line in text[begin:].splitlines(keepends=True):
        words = line.rstrip("\n")
        mark = _FENCE.match(line)
        if mark and (not fence or mark.group(1).startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence:
            heading = _HEADING.match(words)
            underline = _SETEXT_UNDERLINE.match(words)
            if heading:
                found.append((start, len(heading.group(1)), heading.group(2)))
            elif underline and not _NO_TITLE.match(above):
                level = 1 if underline.group(1).startswith("=") else 2
                found.append((start - len(above) - 1, level, above.strip()))
        above = "" if fence or mark else words
        start += len(line)
    return found
