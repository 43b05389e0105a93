"""HTML pages: the main text, without boilerplate. The anchor is the heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from selectolax.lexbor import LexborHTMLParser, LexborNode

from askdocs.documents.loaders.chats import add_messages, telegram_page
from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.html.blocks import HtmlWriter, is_boilerplate
from askdocs.documents.loaders.html.style_sheets import apply_text_styles, sheets_of
from askdocs.documents.loaders.html.visibility import Visibility
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import DecodedText, decode_with_remarks
from askdocs.types import Document

_CHARSET = re.compile(
    rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]+encoding=[\"']([\w-]+)", re.I
)
_MAIN_SHARE = 0.3  # <main> or <article> is read alone if it has this share of the page's text
_NO_TEXT = frozenset("script style template noscript".split())
_SCRIPTED = (
    "the page is built by a script, so the file contains no text; open it in a browser and save it"
    " from there as a complete page or as PDF"
)
# The placeholder of such a page until its script has run, or if scripts are disabled.
_SWITCHED = r"\b(?:enabl|activ|aktiv|turn|requir|need|disabled|support)\w*"
_WORDS = r"[^.!?\n]*"
_PLACEHOLDER = re.compile(
    rf"{_WORDS}\bjava ?script\b{_WORDS}{_SWITCHED}{_WORDS}[.!?]*"
    rf"|{_WORDS}{_SWITCHED}{_WORDS}\bjava ?script\b{_WORDS}[.!?]*"
    r"|\b(?:loading|please wait|wird geladen|chargement|cargando)\b",
    re.I,
)
_PICTURE = 3000  # characters of an inline image; a smaller one is an icon
_ICON = 40  # pixels; a picture that is not larger is an icon
_AROUND = frozenset({"nav", "header", "footer", "aside", "noscript", "template"})
_PLACEHOLDER_REST = 60  # letters besides the placeholder; more are content
_EMPTY = re.compile(rb"<(?P<name>[A-Za-z][\w:-]*)(?:\s[^<>]*?)?/>")
_VOID = frozenset(b"area base br col embed hr img input link meta source track wbr".split())
_PLACEHOLDER_LIMIT = 400  # characters


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with the text of the page.

    Raises:
        LoadError: The text of the page is built by a script, so the file does not contain it.
    """
    data = path.read_bytes()
    is_xml = PurePosixPath(source).suffix.lower() == ".xhtml"
    decoded = decode_page(expand_empty_elements(data) if is_xml else data)
    return [page_document(source, parse_page(decoded.text), remarks=decoded.remarks)]


def page_document(
    source: str, page: LexborHTMLParser, title: str = "", *, remarks: Sequence[str] = ()
) -> Document:
    """The document of a page. `title` is used if the page has no title.

    `remarks` say what may be wrong in its text.

    Raises:
        LoadError: The text of the page is built by a script, so the file does not contain it.
    """
    builder = DocumentBuilder(source, title=page_title(page) or title)
    chat, messages = telegram_page(page)
    if messages:
        builder.title = chat or builder.title
        add_messages(builder, messages)
    else:
        add_page(builder, page)
    for remark in remarks:
        builder.report_skipped(remark)
    frames = sum(1 for frame in page.css("iframe, frame") if frame.attributes.get("src"))
    if frames:
        builder.report_skipped(f"{counted(frames, 'frame')} with another page")
    for noun, count in _non_text_content(page):
        builder.report_skipped(counted(count, noun))
    document = builder.build()
    text = document.text
    rest = _PLACEHOLDER.sub("", text[:_PLACEHOLDER_LIMIT])
    empty = not text or (len(text) < _PLACEHOLDER_LIMIT and _is_mostly_placeholder(rest, text))
    if empty and page.css_first("script") is not None:
        raise LoadError(_SCRIPTED)
    return document


def _non_text_content(page: LexborHTMLParser) -> Iterator[tuple[str, int]]:
    """(noun, count) for each type of non-text content of a page."""
    inline_images = [
        img for img in page.css("img[src^='data:']") if len(img.attributes["src"] or "") > _PICTURE
    ]
    drawings = [svg for svg in page.css("svg") if svg.css_first("text") is not None]
    yield from (
        (noun, len(nodes))
        for noun, nodes in (
            ("picture", inline_images),
            ("linked picture", list(_linked_pictures(page))),
            ("drawing with text", drawings),
            ("video", page.css("video")),
            ("recording", page.css("audio")),
            ("embedded object", page.css("object[data], embed[src]")),
        )
        if nodes
    )


def _linked_pictures(page: LexborHTMLParser) -> Iterator[LexborNode]:
    """The pictures of the main part that are files of their own, without icons."""
    for image in _main_part(page.body).css("img[src]") if page.body is not None else ():
        attributes = image.attributes
        sides = [attributes.get("width") or "", attributes.get("height") or ""]
        is_icon = any(side.isdecimal() and int(side) <= _ICON for side in sides)
        if not is_icon and not (attributes.get("src") or "").startswith("data:"):
            parent = image.parent
            while parent is not None and parent.tag not in _AROUND:
                parent = parent.parent
            if parent is None:
                yield image


def _is_mostly_placeholder(rest: str, text: str) -> bool:
    """Whether the page contains little text besides a placeholder."""
    return rest != text and sum(map(str.isalpha, rest)) < _PLACEHOLDER_REST


def expand_empty_elements(data: bytes) -> bytes:
    """XHTML with `<title/>` as `<title></title>`, since HTML has no self-closing tags."""
    return _EMPTY.sub(
        lambda tag: (
            tag.group()
            if tag["name"].lower() in _VOID
            else b"<%b></%b>" % (tag.group()[1:-2].rstrip(), tag["name"])
        ),
        data,
    )


def parse_html(data: bytes, charset: str = "") -> LexborHTMLParser:
    """Parse a page. Its encoding is detected; see `decode_page`."""
    return parse_page(decode_page(data, charset).text)


def parse_page(text: str) -> LexborHTMLParser:
    """Parse the markup of a page, and apply its style sheets."""
    page = LexborHTMLParser(text)
    apply_text_styles(page, list(sheets_of(page)))
    return page


def decode_page(data: bytes, charset: str = "") -> DecodedText:
    """Return the markup of a page as text. Its encoding is detected; see `decode_with_remarks`.

    `charset` is the encoding that is declared outside the page, such as in a mail header; "" for
    none. A declaration in the page overrides it.
    """
    named = _CHARSET.search(data[:4096])
    declared = (named.group(1) or named.group(2)).decode("ascii", "replace") if named else charset
    return decode_with_remarks(data, declared)


def page_title(page: LexborHTMLParser) -> str:
    """The title of the page; "" if it is only a file name."""
    title = page.css_first("head title")
    words = " ".join(title.text().split()) if title is not None else ""
    return "" if words.lower().endswith((".htm", ".html")) else words


def add_page(builder: DocumentBuilder, page: LexborHTMLParser) -> None:
    """Add the text of the page's main part without boilerplate; all text if nothing is left."""
    body = page.body
    if body is None:
        return
    kept_header = _header_with_title(body)
    main = _main_part(body)
    before = builder.length
    shown = Visibility(page)
    HtmlWriter(builder, lambda node: is_boilerplate(node, shown, kept_header), shown.labels).write(
        main
    )
    if builder.length == before:
        HtmlWriter(builder, lambda node: node.tag in _NO_TEXT).write(body)


def _main_part(body: LexborNode) -> LexborNode:
    """<main> or the only <article>, if it contains enough of the text; else the body."""
    candidates = body.css("main, [role=main]") or body.css("article")
    if len(candidates) != 1:
        return body
    length = len(body.text())
    return candidates[0] if len(candidates[0].text()) >= _MAIN_SHARE * length else body


def _header_with_title(body: LexborNode) -> int:
    """The id of the <header> with the page's only top heading, which is kept; else 0."""
    tops = body.css("h1")
    if len(tops) != 1:
        return 0
    parent = tops[0].parent
    while parent is not None:
        if parent.tag == "header":
            return parent.mem_id
        parent = parent.parent
    return 0
