"""MathML, as web pages, EPUB books and OpenDocument formulas hold it, on one line."""

from __future__ import annotations

from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from askdocs.documents.loaders.shared.formulas import (
    fraction,
    lowered,
    operator,
    raised,
    root,
    tidy,
)

_DEEPEST = 60  # levels of nesting; what is deeper is taken as plain text
_LEFT_OUT = frozenset("annotation annotation-xml mphantom mspace maligngroup malignmark".split())


def math_text(node: LexborNode) -> str:
    """A <math> element as linear text: `E = mc^2`, `(a + b)/√(2)`."""
    return tidy(_text(node, 0))


def math_part(data: bytes) -> str:
    """The formula in a part of an archive that holds MathML, "" if it holds none."""
    text = data.decode("utf-8", "replace").replace("<math:", "<").replace("</math:", "</")
    found = LexborHTMLParser(text).css_first("math")
    return math_text(found) if found is not None else ""


def _text(node: LexborNode, depth: int) -> str:
    tag = node.tag or ""
    if depth > _DEEPEST:
        return node.text()
    if tag == "-text":
        return " ".join((node.text_content or "").split())
    if tag.startswith("-") or tag in _LEFT_OUT:
        return ""
    parts = [_text(child, depth + 1) for child in node.iter(include_text=tag in _TOKENS)]
    return _RULES.get(tag, _row)(parts)


def _row(parts: list[str]) -> str:
    """Parts side by side; two names or numbers in a row stay apart."""
    text = ""
    for part in parts:
        wide = len(part) > 1 and part[:1].isalnum() and (part[:1].isdigit() or part.isalpha())
        name = text[-2:].isalpha() and len(text[-2:]) == 2
        if text[-1:].isalnum() and part[:1].isalnum() and (wide or name or part[:1].isdigit()):
            text += " " if text[-1:].isdigit() == part[:1].isdigit() or name or wide else ""
        text += part
    return text


def _scripts(parts: list[str]) -> str:
    base, below, above = (*parts, "", "", "")[:3]
    text = lowered(base.strip(), below)
    text = raised(text, above) if above.strip() else text
    return f"{text} " if base.strip() in _LARGE else text


def _over(parts: list[str]) -> str:
    """A bar, hat or arrow over a letter is a mark of it; other things are limits."""
    base, above = (*parts, "", "")[:2]
    return base if not any(map(str.isalnum, above)) and above != "∞" else raised(base, above)


def _first(parts: list[str]) -> str:
    return parts[0] if parts else ""


def _two(rule: Callable[[str, str], str]) -> Callable[[list[str]], str]:
    return lambda parts: rule(*(*parts, "", "")[:2])


_LARGE = frozenset("∑ ∏ ∐ ∫ ∬ ∭ ∮ ⋃ ⋂ ⋁ ⋀ lim max min sup inf".split())
_TOKENS = frozenset("mi mn mo mtext ms".split())
_RULES: dict[str, Callable[[list[str]], str]] = {
    "mi": "".join,
    "mn": "".join,
    "mo": lambda parts: operator("".join(parts)),
    "mtext": lambda parts: f" {''.join(parts)} ",
    "msup": _two(raised),
    "msub": _two(lowered),
    "munder": _scripts,
    "mover": _over,
    "msubsup": _scripts,
    "munderover": _scripts,
    "mfrac": _two(fraction),
    "msqrt": lambda parts: root(_row(parts)),
    "mroot": _two(root),
    "mfenced": lambda parts: f"({', '.join(parts)})",
    "semantics": _first,
    "mtable": "; ".join,
    "mtr": ", ".join,
}
