"""Rendered Markdown: markdown-it finds the blocks, and words keep their offsets in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from askdocs.types import Document

from .marked_text import MarkedText
from .source_blocks import code_html
from .source_links import SourceLinks
from .source_rows import Line, is_table, table

_FRONT = "---\n"
_INLINE_SIGNS = re.compile(r"[`*_~\[<&\\]")  # without them, a cell is its words
_NEAR = 12  # markup characters allowed between two characters of a word
_TAGS = {"em": "em", "strong": "strong", "s": "s"}
_BLOCKS = {
    "paragraph": "p", "bullet_list": "ul", "ordered_list": "ol", "list_item": "li",
    "blockquote": "blockquote",
}  # fmt: skip
_TEXTS = frozenset({"text", "code_inline", "text_special"})


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


@lru_cache(4)
def _tokens(text: str) -> list[Token]:
    front = text.find(f"\n{_FRONT}") if text.startswith(_FRONT) else -1
    if front > 0:  # its lines stay, so that offsets do not change
        head = text[: front + 1 + len(_FRONT)]
        text = "\n" * head.count("\n") + text[len(head) :]
    return _parser().parse(text)


def markdown_blocks(
    document: Document, marked: MarkedText, links: SourceLinks, start: int, end: int
) -> Iterator[str]:
    """The HTML of the blocks that begin between `start` and `end`.

    Pictures are their descriptions, links to other places their words, and HTML is left out but for
    its words: nothing from a document is loaded or run.
    """
    del document
    yield from _Markdown(marked, links, start, end).blocks()


class _Markdown:
    """The part of a document between `start` and `end`. Only that is parsed."""

    def __init__(self, marked: MarkedText, links: SourceLinks, start: int, end: int) -> None:
        self._marked = marked
        self._links = links
        self._href = self._close = ""  # of the link whose words are read
        self._text = marked.text
        self._part = self._text[start:end]
        self._starts = [start]
        for line in self._part.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def blocks(self) -> Iterator[str]:
        in_table = False
        for token in _tokens(self._part):
            if token.type == "table_open":
                in_table = True
                yield self._table(token)
            elif token.type == "table_close":
                in_table = False
            elif not in_table:
                yield self._html(token)

    def _html(self, token: Token) -> str:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name == "heading":
            return self._tag(token, f"h{min(int(token.tag[1]) + 2, 6)}")
        if name in _BLOCKS:
            return "" if token.hidden else self._tag(token, _BLOCKS[name])
        if token.type in ("fence", "code_block"):
            return self._code(token)
        if token.type == "hr":
            return "<hr>"
        if token.type in ("inline", "html_block"):
            start, end = self._span(token)
            if token.type == "html_block":
                return f'<p data-at="{start}" dir="auto">{self._without_tags(start, end)}</p>'
            return "".join(self._inline(token.children or [], start, end))
        return ""

    def _tag(self, token: Token, tag: str) -> str:
        if token.nesting < 0:
            return f"</{tag}>"
        at = f' data-at="{self._starts[token.map[0]]}"' if token.map else ""
        first = f' start="{int(token.attrs["start"])}"' if "start" in token.attrs else ""
        return f'<{tag}{at}{first} dir="auto">'

    def _span(self, token: Token) -> tuple[int, int]:
        first, last = token.map or (0, 0)
        return self._starts[first], min(self._starts[last], len(self._text))

    def _lines(self, first: int, last: int) -> list[Line]:
        return [(self._starts[n], self._starts[n + 1] - 1) for n in range(first, last)]

    def _code(self, token: Token) -> str:
        first, last = token.map or (0, 0)
        indent = 4
        if token.type == "fence":
            first, count = first + 1, token.content.count("\n")
            last = min(first + count, last)
            head = self._text[self._starts[first - 1] : self._starts[first]]
            indent = len(head) - len(head.lstrip(" "))
        return code_html(self._marked, self._lines(first, last), indent)

    def _table(self, token: Token) -> str:
        """Each row of the text contains the column names, as loaders write them."""
        first, last = token.map or (0, 0)
        rows = self._lines(first + 2, last)
        if rows and is_table(self._text, rows, is_sheet=True):
            return table(self._marked, rows, words=self._cell)
        return code_html(self._marked, self._lines(first, last))

    def _cell(self, start: int, end: int) -> str:
        cell = self._text[start:end]
        if not _INLINE_SIGNS.search(cell):
            return self._marked.html(start, end)
        [inline] = _parser().parseInline(cell)
        return "".join(self._inline(inline.children or [], start, end))

    def _without_tags(self, start: int, end: int) -> str:
        html, at = "", start
        while at < end:
            opens = self._text.find("<", at, end)
            html += self._marked.html(at, opens if opens >= 0 else end)
            closes = self._text.find(">", opens, end) if opens >= 0 else -1
            at = closes + 1 if closes >= 0 else end
        return html

    def _inline(self, tokens: Sequence[Token], at: int, end: int) -> Iterator[str]:
        """The words of a block. Each is located in the text after the previous one."""
        for token in tokens:
            if token.type in _TEXTS:
                html, at = self._words(token.content, at, end)
                yield f"<code>{html}</code>" if token.type == "code_inline" else html
            elif token.type in ("softbreak", "hardbreak"):
                yield "<br>" if token.type == "hardbreak" else "\n"
            elif token.type == "image":
                html, at = self._words(token.content, at, end)
                at = self._behind(str(token.attrs.get("src", "")), at, end)
                yield f'<span class="image">Picture: {html}</span>'
            elif token.type == "html_inline":
                at = self._behind(token.content, at, end)
            elif token.type == "link_open":
                self._href = str(token.attrs.get("href", ""))
                opened, self._close = self._links.tags(self._href)
                yield opened
            elif token.type == "link_close":
                at = self._behind(self._href, at, end)
                yield self._close
            else:
                tag = _TAGS.get(token.type.rsplit("_", 1)[0])
                yield f"<{'/' if token.nesting < 0 else ''}{tag}>" if tag else ""

    def _behind(self, words: str, at: int, end: int) -> int:
        found = self._text.find(words, at, end) if words else -1
        return found + len(words) if found >= 0 else at

    def _words(self, words: str, at: int, end: int) -> tuple[str, int]:
        """Words as HTML, and their end offset; markup characters between them are skipped."""
        found = self._text.find(words, at, end)
        if found >= 0:
            return self._marked.html(found, found + len(words)), found + len(words)
        html = ""
        for letter in words:
            found = self._text.find(letter, at, min(at + _NEAR, end))
            html += self._marked.html(found, found + 1) if found >= 0 else escape(letter)
            at = found + 1 if found >= 0 else at
        return html, at
