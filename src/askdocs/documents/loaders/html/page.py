"""HTML pages: what a reader reads, without the page's furniture; the anchor is the heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.html.blocks import HtmlWriter, furniture
from askdocs.documents.loaders.text import decode
from askdocs.types import Document

_CHARSET = re.compile(
    rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]+encoding=[\"']([\w-]+)", re.I
)
_MAIN_SHARE = 0.3  # of the page's text that <main> or <article> must hold to stand for it


def load(path: Path, source: str) -> Sequence[Document]:
    """One document with the text of the page."""
    builder = DocumentBuilder(source)
    page = parse_html(path.read_bytes())
    builder.title = page_title(page)
    add_page(builder, page)
    return [builder.build()]


def parse_html(data: bytes) -> LexborHTMLParser:
    """The page, decoded by its byte order mark, the encoding it names, or its likeliest one."""
    named = _CHARSET.search(data[:4096])
    declared = (named.group(1) or named.group(2)).decode("ascii", "replace") if named else ""
    if declared.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
        declared = "cp1252"  # what browsers do: the standard says so
    if declared.lower() in {"shift_jis", "shift-jis", "sjis"}:
        declared = "cp932"
    return LexborHTMLParser(decode(data, "" if declared.lower().startswith("utf") else declared))


def page_title(page: LexborHTMLParser) -> str:
    """What the page calls itself."""
    title = page.css_first("head title")
    words = " ".join(title.text().split()) if title is not None else ""
    return "" if words.lower().endswith((".htm", ".html")) else words


def add_page(builder: DocumentBuilder, page: LexborHTMLParser) -> None:
    """Add the page's text: of its main part if it has one, without furniture if that leaves any."""
    body = page.body
    if body is None:
        return
    kept_header = _header_with_title(body)
    main = _main_part(body)
    before = builder.length
    HtmlWriter(builder, lambda node: furniture(node, kept_header)).write(main)
    if builder.length == before:
        HtmlWriter(builder, lambda node: node.tag in {"script", "style", "template"}).write(body)


def _main_part(body: LexborNode) -> LexborNode:
    """<main>, or the only <article>, where it holds a good part of the text; else the body."""
    candidates = body.css("main, [role=main]") or body.css("article")
    if len(candidates) != 1:
        return body
    length = len(body.text())
    return candidates[0] if len(candidates[0].text()) >= _MAIN_SHARE * length else body


def _header_with_title(body: LexborNode) -> int:
    """The id of the <header> that holds the page's only top heading, else 0: it is to be kept."""
    tops = body.css("h1")
    if len(tops) != 1:
        return 0
    parent = tops[0].parent
    while parent is not None:
        if parent.tag == "header":
            return parent.mem_id
        parent = parent.parent
    return 0
