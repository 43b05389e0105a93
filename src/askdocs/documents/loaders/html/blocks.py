"""Converts HTML elements to paragraphs, headings, lists and rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from askdocs.documents.loaders.html.inline import special_span
from askdocs.documents.loaders.html.table import is_data_row, is_data_table, row_cells, table_rows
from askdocs.documents.loaders.html.visibility import Visibility, is_prose
from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.numerals import alphabetic, roman
from askdocs.documents.loaders.shared.superscripts import Span, join_spans
from askdocs.documents.loaders.tables.rows import add_table, plain_line

_NEVER = frozenset(
    "script style noscript template svg canvas iframe object head nav footer menu audio video map "
    "datalist".split()
)
_BLOCKS = frozenset(
    "address article blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure form h1 h2 h3 h4 h5 h6 header hgroup hr html li main ol p pre section "
    "summary table tbody td tfoot th thead tr ul legend aside footer nav".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ROLES = frozenset("navigation banner contentinfo search complementary menu menubar alert".split())
_BOILERPLATE_CLASSES = frozenset(
    "nav navbar navbox navigation menu sidebar breadcrumb breadcrumbs footer toc catlinks "
    "mw-editsection mw-jump-link noprint printfooter vector-menu sitenotice skip-link "
    "skip-to-content share social-share pagination sr-only visually-hidden "
    "screen-reader-text material-icons material-symbols-outlined katex-html".split()
)
_COOKIES = re.compile(r"cookie|consent|gdpr|onetrust", re.I)
_COOKIE_LIMIT = 3000  # characters of a cookie banner; a page about cookies is longer
_ARROWS = frozenset("↩ ↑ ⤴ ⏎ ↵ ↖".split())
_SPACED = frozenset("button label output progress meter".split())
_HEADER_WORDS = "h1, h2, h3, h4, h5, h6, p, time, address"
_LIST_STYLE = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?\b((?:lower|upper)-(?:alpha|latin|roman))", re.I
)
_LIST_KINDS = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "lower-roman": "i",
    "upper-alpha": "A",
    "upper-latin": "A",
    "upper-roman": "I",
}
_FEED = re.compile(r"[ \t]*\n[ \t]*")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_CONTAINERS = frozenset(["body", "main", "article", "html"])


def is_boilerplate(node: LexborNode, visibility: Visibility, kept_header: int = 0) -> bool:
    """Whether an element is boilerplate, or not visible."""
    tag = node.tag or ""
    if tag in _NEVER or visibility.is_tab(node):
        return True
    if tag == "button":
        return not visibility.opens(node)
    role = (node.attributes.get("role") or "").lower()
    if role in _ROLES or (visibility.hidden(node) and node.css_first("math") is None):
        return tag not in _CONTAINERS
    if tag in _CONTAINERS:
        return False
    if tag == "sup" and "reference" in (node.attributes.get("class") or ""):
        return True  # a citation number of Wikipedia
    if tag == "a" and _is_way_back(node):
        return True
    if tag == "aside":
        return not _is_remark(node)
    if tag == "header" and node.mem_id != kept_header and not _inside_article(node):
        return True
    return _has_boilerplate_class(node)


def _is_remark(aside: LexborNode) -> bool:
    """Whether an <aside> belongs to the text: a note, or a box in an article or a book."""
    attributes = aside.attributes
    kind = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''}".strip()
    if "note" in kind:
        return True
    return (bool(kind) or _inside_article(aside)) and is_prose(aside)


def _is_way_back(link: LexborNode) -> bool:
    """Whether a link is the arrow that leads from a note back to its reference mark."""
    target = link.attributes.get("href") or ""
    return "#" in target and link.text().strip(" \n\t\u00a0\ufe0e[]") in _ARROWS


def _has_boilerplate_class(node: LexborNode) -> bool:
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    if not names.strip():
        return False
    if not _BOILERPLATE_CLASSES.isdisjoint(names.split()):
        return True
    return bool(_COOKIES.search(names)) and len(node.text()) < _COOKIE_LIMIT


def _inside_article(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in {"article", "main"}:
            return True
        parent = parent.parent
    return False


class HtmlWriter:
    """Writes elements without recursion, so nesting may be arbitrarily deep."""

    def __init__(
        self,
        builder: DocumentBuilder,
        is_skipped: Callable[[LexborNode], bool],
        labels: Mapping[int, str] | None = None,
    ) -> None:
        """Create a writer that adds text to `builder`.

        Args:
            builder: The builder to which the text is added.
            is_skipped: Whether an element is skipped, together with its descendants.
            labels: Id of an element → a label that is written above it.
        """
        self._builder = builder
        self._is_skipped = is_skipped
        self._labels = labels or {}
        self._words: list[Span] = []
        self._lists: list[_List] = []  # the open lists
        self._mark = ""
        self._preformatted = 0

    def write(self, root: LexborNode) -> None:
        """Add all text under an element."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node)
            elif node.tag == "-text":
                self._text(node.text_content or "")
            elif self._inline(node) or self._is_skipped(node):
                continue
            elif node.tag == "table" and is_data_table(node):
                self._table(node)
            elif node.tag == "tr" and is_data_row(node):
                self._flush()
                self._builder.add(plain_line(row_cells(node, self._is_skipped)), end="\n")
            else:
                self._enter(node)
                stack.append((node, True))
                stack.extend((child, False) for child in _children_backwards(node))
        self._flush()
        self._builder.close_block()

    def _text(self, text: str) -> None:
        self._words.append((text if self._preformatted else _SPACE.sub(" ", text), "plain"))

    def _inline(self, node: LexborNode) -> bool:
        """Write an inline element such as a formula; whether its children are finished with it."""
        if (node.tag or "-").startswith("-"):
            return True
        span = special_span(node, self._is_skipped)
        if span is not None:
            self._words.append(span)
        return span is not None

    def _enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _SPACED:
            self._words.append((" ", "plain"))
        if tag == "br":
            self._words.append(("\n", "plain"))
        elif tag in _BLOCKS:
            self._flush()
        label = self._labels.get(node.mem_id, "")
        if label and not " ".join(node.text(separator=" ").split()).startswith(label):
            self._flush()
            self._builder.add(label)
        if tag in {"ul", "ol"}:
            self._lists.append(_open_list(node))
        elif tag == "li":
            self._mark = self._next_mark(node)
        elif tag == "pre":
            self._preformatted += 1

    def _next_mark(self, item: LexborNode) -> str:
        indent = "  " * (len(self._lists) - 1)
        if not self._lists or self._lists[-1].kind == "":
            return f"{indent}- "
        open_list = self._lists[-1]
        given = _to_int(item.attributes.get("value"))
        open_list.next = open_list.next if given is None else given
        mark = f"{indent}{_format_number(open_list.next, open_list.kind)}. "
        open_list.next += open_list.step
        return mark

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _HEADINGS:
            words, self._words = join_spans(self._words), []
            self._builder.heading(_HEADINGS[tag], words)
        elif tag in _BLOCKS:
            self._flush()
        if tag in _SPACED:
            self._words.append((" ", "plain"))  # separated from their neighbours by a space
        elif tag == "pre":
            self._preformatted -= 1
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            if not self._lists:
                self._builder.close_block()

    def _flush(self) -> None:
        text, self._words = join_spans(self._words), []
        if not self._preformatted:
            text = re.sub(" {2,}", " ", _FEED.sub("\n", text))
        text = text.strip("\n") if self._preformatted else text.strip()
        if not text.strip():
            return
        if self._lists:
            self._builder.add(self._mark + text, end="\n")
            self._mark = ""
        else:
            self._builder.add(text)

    def _table(self, node: LexborNode) -> None:
        self._flush()
        caption, rows, header = table_rows(node, self._is_skipped)
        if caption:
            self._builder.add(caption)
        add_table(self._builder, rows, header=header)


@dataclass(slots=True)
class _List:
    """An open list: its number style ("1", "a", "A", "i", "I", "" for bullets) and next number."""

    kind: str
    next: int = 1
    step: int = 1


def _open_list(node: LexborNode) -> _List:
    attributes = node.attributes
    if node.tag == "ul":
        return _List("")
    style = _LIST_STYLE.search(attributes.get("style") or "")
    kind = attributes.get("type") or (
        _LIST_KINDS.get(style.group(1).lower(), "1") if style else "1"
    )
    start = _to_int(attributes.get("start"))
    if "reversed" not in attributes:
        return _List(kind, 1 if start is None else start)
    items = sum(1 for child in node.iter() if child.tag == "li")
    return _List(kind, items if start is None else start, -1)


def _format_number(number: int, kind: str) -> str:
    small = alphabetic(number) or str(number)
    styles = {"a": small, "A": small.upper(), "i": roman(number).lower(), "I": roman(number)}
    return styles.get(kind, str(number))


def _to_int(text: str | None) -> int | None:
    digits = (text or "").removeprefix("-")
    return int(text or "") if digits.isdecimal() and len(digits) < 9 else None


def _children_backwards(node: LexborNode) -> Iterator[LexborNode]:
    """The children of an element, last first; of a <header>, only its headings and paragraphs."""
    if node.tag == "header":
        yield from reversed(node.css(_HEADER_WORDS))
        return
    child = node.last_child
    while child is not None:
        yield child
        child = child.prev
