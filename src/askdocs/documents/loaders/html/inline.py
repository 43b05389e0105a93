"""The text of an inline element on one line, with superscripts, formulas and form values."""

from __future__ import annotations

import re
from collections.abc import Callable

from selectolax.lexbor import LexborNode

from askdocs.documents.loaders.html.style_sheets import STRUCK_STYLE
from askdocs.documents.loaders.shared.mathml import math_text
from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans

IsSkipped = Callable[[LexborNode], bool]

_SUPERSCRIPT_STYLE = re.compile(r"vertical-align\s*:\s*super", re.I)
_SUBSCRIPT_STYLE = re.compile(r"vertical-align\s*:\s*sub", re.I)
STRUCK_TAGS = frozenset({"del", "s", "strike"})
_NOT_INLINE = "p, div, li, table, h1, h2, h3, h4, h5, h6, pre, blockquote"
_NOTE_CLASS = re.compile(r"(?:^|[\s_-])(?:foot|end)?note-?(?:ref|call|mark|reference)", re.I)
_NOTE_CLASS_SHORT = re.compile(
    r"(?:^|[\s_-])(?:fn-?ref|noteref|footnote|endnote)(?:$|[\s_-])", re.I
)
_NOTE_MARK = re.compile(r"\W*(?:\d{1,4}|[a-z]|[ivxlc]{1,5})\W*", re.I)
_SCRIPT_CLASSES: dict[str, Script] = {
    "superscript": "super",
    "sup": "super",
    "subscript": "sub",
    "sub": "sub",
}
_BREAKS = frozenset("br p div tr td ul ol dd dt".split())


def script_of(node: LexborNode) -> Script | None:
    """Whether an element is a superscript, a subscript or a reference mark; else None."""
    tag = node.tag or ""
    if tag == "a":
        return "note" if _is_note_link(node) else None
    if tag == "sup":
        return "note" if _is_reference_mark(node) else "super"
    if tag == "sub":
        return "sub"
    if tag not in {"span", "font", "small", "em", "i", "b", "strong"}:
        return None
    style, names = node.attributes.get("style") or "", (node.attributes.get("class") or "").split()
    if _SUPERSCRIPT_STYLE.search(style):
        return "note" if _is_reference_mark(node) else "super"
    if _SUBSCRIPT_STYLE.search(style):
        return "sub"
    return next((_SCRIPT_CLASSES[name] for name in names if name in _SCRIPT_CLASSES), None)


def _is_reference_mark(node: LexborNode) -> bool:
    """Whether a superscript is a reference mark: it links to a note, or has such a class."""
    if not _NOTE_MARK.fullmatch(node.text().strip() or "."):
        return False
    parent = node.parent
    links = [
        node.css_first("a[href]"),
        parent if parent is not None and parent.tag == "a" else None,
    ]
    if any(link is not None and "#" in (link.attributes.get("href") or "") for link in links):
        return True
    return _has_note_class(node)


def _is_note_link(node: LexborNode) -> bool:
    return _has_note_class(node) and bool(_NOTE_MARK.fullmatch(node.text().strip() or "."))


def _has_note_class(node: LexborNode) -> bool:
    attributes = node.attributes
    kind = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''}".lower()
    names = f"{attributes.get('class') or ''}"
    if "backlink" in kind or "back" in names.lower():
        return False
    marked = _NOTE_CLASS.search(names) or _NOTE_CLASS_SHORT.search(names)
    return "noteref" in kind or bool(marked)


def field_text(node: LexborNode) -> str | None:
    """The displayed text of a form field; None if the element is not a field.

    It is "" for buttons and empty fields. It is ☒ or ☐ for a checkbox in a form or in a task list.
    Elsewhere a checkbox is a control of the page.
    """
    if node.tag == "select":
        chosen = node.css("option[selected]")
        return ", ".join(" ".join(option.text().split()) for option in chosen)
    if node.tag == "textarea":
        return node.text().strip()
    if node.tag != "input":
        return None
    attributes = node.attributes
    kind = (attributes.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        shown = "disabled" in attributes or _inside_form(node)
        return ("☒ " if "checked" in attributes else "☐ ") if shown else ""
    if kind in {"text", "number", "date", "time", "email", "tel", "url", "month", "week"}:
        return attributes.get("value") or ""
    return ""


def _inside_form(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == "form":
            return True
        parent = parent.parent
    return False


def script_span(node: LexborNode, script: Script, is_skipped: IsSkipped) -> Span:
    """A superscript or subscript element as a span."""
    raw, words = node.text(), inline_text(node, is_skipped)
    return (" " if raw[:1].isspace() else "") + words + (" " if raw[-1:].isspace() else ""), script


def inline_text(node: LexborNode, is_skipped: IsSkipped) -> str:
    """The text of an element on one line. List items are separated by commas."""
    spans: list[Span] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.tag == "-text":
            spans.append((current.text_content or "", "plain"))
            continue
        if current is not node:
            if (current.tag or "-").startswith("-"):
                continue
            special = special_span(current, is_skipped)
            if special is not None:
                spans.append(special)
                continue
            if is_skipped(current):
                continue
        if current.tag == "li":
            spans.append((", ", "plain"))
        elif current.tag in _BREAKS:
            spans.append((" ", "plain"))
        child = current.last_child
        while child is not None:
            stack.append(child)
            child = child.prev
    words = " ".join(join_spans(spans).split())
    return re.sub(r"(?<![\w)\]”\"']) ?, |^, ", " ", words.replace(" ,", ",")).strip()


def special_span(node: LexborNode, is_skipped: IsSkipped) -> Span | None:
    """The span of a superscript, formula, form field, or of struck text; else None."""
    if node.tag == "math":
        return math_text(node), "plain"
    field = field_text(node)
    if field is not None:
        return (f" {field} " if field else ""), "plain"
    if node.tag == "ruby" and not is_skipped(node):
        return _ruby_text(node), "plain"
    if _is_struck(node) and not is_skipped(node):
        return script_span(node, "struck", is_skipped)
    script = script_of(node)
    if script is None or is_skipped(node):
        return None
    return script_span(node, script, is_skipped)


def _is_struck(node: LexborNode) -> bool:
    """Whether a line is drawn through the text of an inline element: it is no longer valid."""
    style = node.attributes.get("style") or ""
    if node.tag not in STRUCK_TAGS and not (node.tag == "span" and STRUCK_STYLE.search(style)):
        return False
    return node.css_first(_NOT_INLINE) is None


def _ruby_text(node: LexborNode) -> str:
    """East Asian text with its reading in parentheses: "漢字(かんじ)"."""
    base: list[str] = []
    reading: list[str] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.tag == "-text":
            base.append(current.text_content or "")
        elif current.tag in {"rt", "rtc"}:
            reading.append(current.text().strip())
        elif current.tag != "rp":
            child = current.last_child
            while child is not None:
                stack.append(child)
                child = child.prev
    words, above = "".join("".join(base).split()), "".join(reading)
    return f"{words}({above})" if above else words
