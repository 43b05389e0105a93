"""Rendered reStructuredText and AsciiDoc: headings, lists, code, notes; the rest literally.

Only common markup is rendered. Directives have no effect, and no file is included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from askdocs.output.strip_markup import RESTRUCTURED_INLINE
from askdocs.types import Document

from .marked_text import MarkedText
from .source_blocks import code_html, heading_html, items_html, lines_between
from .source_links import SourceLinks
from .source_rows import Line, has_cells, is_table, table

_MARKS = re.compile(r"([^\w\s])\1{2,}\s*")  # the line under a heading, or around a block
_ITEM = re.compile(r"\s*(?:[-*+•]|#\.|\(?(?:\d{1,3}|[A-Za-z])[.)])\s+\S")
_ASCIIDOC_ITEM = re.compile(r"\s*(?:[-*]|\*{2,5}|\.{1,5}|\d{1,3}\.)\s+\S")
_GRID = re.compile(r"\s*(?:\+[-=+]{3,}|={2,}( +={2,})+|\|)")
_DIRECTIVE = re.compile(r"\s*\.\. (?:\|[^|]+\| )?([\w:.+-]+)::\s*(.*)")
_COMMENT = re.compile(r"\s*\.\.(?:\s|$)")
_DOCTEST = re.compile(r"\s*>>> ")
_CODE = frozenset(
    "code code-block sourcecode parsed-literal literalinclude highlight math productionlist".split()
)
_NOTES = frozenset(
    "note warning tip important caution danger attention hint error admonition seealso topic"
    " versionadded versionchanged deprecated sidebar".split()
)
_ASCIIDOC_INLINE = re.compile(
    r"`{1,3}(?P<code>[^`]{1,400})`{1,3}|(?<!\w)\*{1,2}(?P<strong>\S(?:[^*]{0,400}?\S)?)\*{1,2}(?!\w)"
    r"|(?<!\w)_{1,2}(?P<em>\S(?:[^_]{0,400}?\S)?)_{1,2}(?!\w)"
    r"|\b(?:link|xref):(?P<to>[^\s\[\]]{1,400})\[(?P<link>[^\[\]\n]{1,400})\]"
)
_ADDRESS = re.compile(r"<([^<>]+)>`_{0,2}$")  # at the end of a link or role
_DOCUMENT_ROLE = re.compile(r":(?:doc|download):`")
_DEEPEST = 20  # nested directives that are rendered; deeper ones are text
_TAGS = {"code": "code", "strong": "strong", "em": "em", "role": "code", "link": "span"}
_ASCIIDOC_FENCES = ("----", "....", "```", "|===", "++++", "////")
_ASCIIDOC_HEADING = re.compile(r"(=+|#+)\s+")


def restructured_blocks(
    document: Document, marked: MarkedText, links: SourceLinks, start: int, end: int
) -> Iterator[str]:
    """The HTML of reStructuredText between `start` and `end`."""
    lines = list(lines_between(document.text, start, end, blank=True))
    yield from _Restructured(document, marked, links).blocks(lines)


class _Markup:
    def __init__(self, document: Document, marked: MarkedText, links: SourceLinks) -> None:
        self._marked = marked
        self._links = links
        self._text = marked.text
        self._no_rows_until = 0  # lines up to there are known to be no rows
        self._headings = {a.start: a.heading for a in document.anchors if a.heading}

    def line(self, line: Line) -> str:
        return self._text[slice(*line)]

    def indent(self, line: Line) -> int:
        words = self.line(line)
        return len(words) - len(words.lstrip())

    def words(self, start: int, end: int, pattern: re.Pattern[str] = RESTRUCTURED_INLINE) -> str:
        """Text with rendered inline markup, without the markup characters."""
        html, at = "", start
        for found in pattern.finditer(self._text, start, end):
            name = found.lastgroup or ""
            inner = self._marked.html(*found.span(name))
            opened, closed = f"<{_TAGS[name]}>", f"</{_TAGS[name]}>"
            if address := _address(found):
                opened, closed = self._links.tags(address)
            html += f"{self._marked.html(at, found.start())}{opened}{inner}{closed}"
            at = found.end()
        return html + self._marked.html(at, end)

    def rows(self, lines: Sequence[Line], at: int) -> tuple[str, int]:
        """The rows of a table from line `at` on as HTML, and the line after them; "" for none.

        Empty lines may be between them.
        """
        rows: list[Line] = []
        end = at
        if lines[at][0] < self._no_rows_until:
            return "", at
        for number in range(at, len(lines)):
            words = self.line(lines[number])
            if "; " in words and has_cells(words):
                rows.append(lines[number])
                end = number + 1
            elif words.strip():
                break
        if len(rows) < 2 or not is_table(self._text, rows, is_sheet=False):
            self._no_rows_until = rows[-1][1] if rows else 0
            return "", at
        return table(self._marked, rows), end

    def paragraph(self, lines: Sequence[Line], end: int, pattern: re.Pattern[str]) -> str:
        words = self.words(lines[0][0], end, pattern)
        return f'<p data-at="{lines[0][0]}" dir="auto">{words}</p>'


def _address(found: re.Match[str]) -> str:
    """Where inline markup links to; "" if it is no link, or one to a name in the document."""
    if "to" in found.re.groupindex:  # AsciiDoc
        return found["to"] or ""
    name, words = found.lastgroup, found.group()
    if name == "link" or (name == "role" and _DOCUMENT_ROLE.match(words)):
        written = _ADDRESS.search(words)
        return written[1].strip() if written else found[name] if name == "role" else ""
    return ""


class _Restructured(_Markup):
    def blocks(self, lines: Sequence[Line], depth: int = 0) -> Iterator[str]:
        if depth > _DEEPEST:
            yield self._code(lines)
            return
        at = 0
        while at < len(lines):
            if not self.line(lines[at]).strip():
                at += 1
                continue
            html, end = self.rows(lines, at)
            if html:
                yield html
                at = end
                continue
            heading = self._heading(lines, at)
            if heading:
                html, at = heading
                yield html
                continue
            if _DIRECTIVE.match(self.line(lines[at])) or _COMMENT.match(self.line(lines[at])):
                end = self._indented_end(lines, at + 1, self.indent(lines[at]) + 1)
                yield from self._directive(lines[at:end], depth)
            else:
                end = self._paragraph_end(lines, at)
                yield from self._chunk(lines[at:end])
                if self.line(lines[end - 1]).rstrip().endswith("::"):
                    begin, depth = end, self.indent(lines[at]) + 1
                    end = self._indented_end(lines, end, depth)
                    yield self._code(lines[begin:end])
            at = end

    def _heading(self, lines: Sequence[Line], at: int) -> tuple[str, int] | None:
        """A heading with its underline and overline, and the line after it."""
        if _MARKS.fullmatch(self.line(lines[at])) and at + 1 < len(lines):
            if lines[at + 1][0] not in self._headings:
                return (
                    ("<hr>", at + 1)
                    if at + 1 < len(lines) and not self.line(lines[at + 1])
                    else None
                )
            at += 1
        heading = self._headings.get(lines[at][0])
        if heading is None:
            return None
        under = at + 1 < len(lines) and _MARKS.fullmatch(self.line(lines[at + 1]))
        return heading_html(self._marked, *lines[at], heading), at + (2 if under else 1)

    def _paragraph_end(self, lines: Sequence[Line], at: int) -> int:
        while at < len(lines) and self.line(lines[at]).strip():
            at += 1
        return at

    def _indented_end(self, lines: Sequence[Line], at: int, depth: int) -> int:
        """The line after the last one from `at` on that is blank or indented by `depth`."""
        last = at
        while at < len(lines):
            blank = not self.line(lines[at]).strip()
            if not blank and self.indent(lines[at]) < depth:
                break
            at += 1
            last = last if blank else at
        return last

    def _code(self, lines: Sequence[Line]) -> str:
        first = next((at for at, line in enumerate(lines) if self.line(line).strip()), len(lines))
        lines = lines[first:]
        filled = [self.indent(line) for line in lines if self.line(line).strip()]
        return code_html(self._marked, lines, min(filled, default=0))

    def _directive(self, lines: Sequence[Line], depth: int) -> Iterator[str]:
        found = _DIRECTIVE.match(self.line(lines[0]))
        name = found[1].rsplit(":", 1)[-1].lower() if found else ""
        head, body = lines[0], lines[1:]
        if found and name in _CODE:
            options = 0  # such as :linenos:
            while options < len(body) and self.line(body[options]).lstrip().startswith(":"):
                options += 1
            yield self._code(body[options:])
        elif found and name in _NOTES:
            begin = head[0] + found.start(2)
            title = f'<span class="directive">{escape(name.capitalize())}</span> '
            title += self.words(begin, head[1])
            yield f'<div class="note"><p data-at="{head[0]}">{title}</p>'
            yield from self.blocks(body, depth + 1)
            yield "</div>"
        else:
            yield f'<p class="directive" data-at="{head[0]}">{self._marked.html(*head)}</p>'
            yield from self.blocks(body, depth + 1)

    def _chunk(self, lines: Sequence[Line]) -> Iterator[str]:
        """Lines between blank ones: a literal table, list items, or a paragraph."""
        first = self.line(lines[0])
        if _GRID.match(first) or _DOCTEST.match(first):
            yield self._code(lines)
            return
        if not _ITEM.match(first):
            end = lines[-1][1]
            literal = self.line(lines[-1]).rstrip()
            if literal.endswith("::"):
                end -= len(self.line(lines[-1])) - len(literal) + 1  # one colon is read
            quoted = self.indent(lines[0]) > 0
            html = self.paragraph(lines, end, RESTRUCTURED_INLINE)
            yield f"<blockquote>{html}</blockquote>" if quoted else html
            return
        items: list[Line] = []
        for line in lines:
            if _ITEM.match(self.line(line)) or not items:
                items.append(line)
            else:
                items[-1] = (items[-1][0], line[1])
        yield items_html(self._marked, items, self.words)


def asciidoc_blocks(
    document: Document, marked: MarkedText, links: SourceLinks, start: int, end: int
) -> Iterator[str]:
    """The HTML of AsciiDoc between `start` and `end`."""
    markup = _Markup(document, marked, links)
    lines = list(lines_between(document.text, start, end, blank=True))
    at = 0
    while at < len(lines):
        words = markup.line(lines[at]).rstrip()
        heading = markup._headings.get(lines[at][0])
        if not words.strip():
            at += 1
        elif heading is not None:
            sign = _ASCIIDOC_HEADING.match(words)
            begin = lines[at][0] + (sign.end() if sign else 0)
            yield heading_html(marked, begin, lines[at][1], heading)
            at += 1
        elif (found := markup.rows(lines, at))[0]:
            yield found[0]
            at = found[1]
        elif words.startswith(_ASCIIDOC_FENCES):
            close = at + 1
            while close < len(lines) and markup.line(lines[close]).rstrip() != words:
                close += 1
            yield code_html(marked, lines[at + 1 : close])
            at = close + 1
        else:
            begin = at
            while (
                at < len(lines)
                and markup.line(lines[at]).strip()
                and (at == begin or not markup.line(lines[at]).startswith(_ASCIIDOC_FENCES))
            ):
                at += 1
            yield from _asciidoc_chunk(markup, marked, lines[begin:at])


def _asciidoc_chunk(markup: _Markup, marked: MarkedText, lines: Sequence[Line]) -> Iterator[str]:
    first = markup.line(lines[0])
    if _ASCIIDOC_ITEM.match(first):
        yield items_html(marked, lines, lambda a, b: markup.words(a, b, _ASCIIDOC_INLINE))
    elif first.startswith("|"):
        yield code_html(marked, lines)
    elif first.startswith(("[", ":", "image:", "include:", ".")):
        for line in lines:
            yield f'<p class="directive" data-at="{line[0]}">{marked.html(*line)}</p>'
    else:
        yield markup.paragraph(lines, lines[-1][1], _ASCIIDOC_INLINE)
