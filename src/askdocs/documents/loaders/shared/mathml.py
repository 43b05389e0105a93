"""MathML in linear notation. Web pages, EPUB books and OpenDocument formulas contain it."""

from __future__ import annotations

from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from askdocs.documents.loaders.shared.formulas import (
    normalise_spaces,
    write_fraction,
    write_operator,
    write_root,
    write_subscript,
    write_superscript,
)

_DEEPEST = 60  # levels of nesting; below that, only the text is taken
_LEFT_OUT = frozenset("annotation annotation-xml mphantom mspace maligngroup malignmark".split())


def math_text(node: LexborNode) -> str:
    """A <math> element in linear notation: `E = mc^2`, `(a + b)/√(2)`."""
    return normalise_spaces(_node_text(node, 0))


def math_part(data: bytes) -> str:
    """The formula in a part of an archive, "" if the part contains no MathML."""
    text = data.decode("utf-8", "replace").replace("<math:", "<").replace("</math:", "</")
    found = LexborHTMLParser(text).css_first("math")
    return math_text(found) if found is not None else ""


def _node_text(node: LexborNode, depth: int) -> str:
    tag = node.tag or ""
    if depth > _DEEPEST:
        return node.text()
    if tag == "-text":
        return " ".join((node.text_content or "").split())
    if tag.startswith("-") or tag in _LEFT_OUT:
        return ""
    parts = [_node_text(child, depth + 1) for child in node.iter(include_text=tag in _TOKENS)]
    return _WRITERS.get(tag, _join_row)(parts)


def _join_row(parts: list[str]) -> str:
    """Join the parts of a row. A space separates two names or two numbers."""
    text = ""
    for part in parts:
        wide = len(part) > 1 and part[:1].isalnum() and (part[:1].isdigit() or part.isalpha())
        name = text[-2:].isalpha() and len(text[-2:]) == 2
        if text[-1:].isalnum() and part[:1].isalnum() and (wide or name or part[:1].isdigit()):
            text += " " if text[-1:].isdigit() == part[:1].isdigit() or name or wide else ""
        text += part
    return text


def _with_limits(parts: list[str]) -> str:
    base, below, above = (*parts, "", "", "")[:3]
    text = write_subscript(base.strip(), below)
    text = write_superscript(text, above) if above.strip() else text
    return f"{text} " if base.strip() in _LARGE else text


def _with_overscript(parts: list[str]) -> str:
    """A bar, hat or arrow over a letter is an accent and is omitted. Anything else is a limit."""
    base, above = (*parts, "", "")[:2]
    is_accent = not any(map(str.isalnum, above)) and above != "∞"
    return base if is_accent else write_superscript(base, above)


def _first_part(parts: list[str]) -> str:
    return parts[0] if parts else ""


def _of_two_parts(rule: Callable[[str, str], str]) -> Callable[[list[str]], str]:
    return lambda parts: rule(*(*parts, "", "")[:2])


_LARGE = frozenset("∑ ∏ ∐ ∫ ∬ ∭ ∮ ⋃ ⋂ ⋁ ⋀ lim max min sup inf".split())
_TOKENS = frozenset("mi mn mo mtext ms".split())
_WRITERS: dict[str, Callable[[list[str]], str]] = {
    "mi": "".join,
    "mn": "".join,
    "mo": lambda parts: write_operator("".join(parts)),
    "mtext": lambda parts: f" {''.join(parts)} ",
    "msup": _of_two_parts(write_superscript),
    "msub": _of_two_parts(write_subscript),
    "munder": _with_limits,
    "mover": _with_overscript,
    "msubsup": _with_limits,
    "munderover": _with_limits,
    "mfrac": _of_two_parts(write_fraction),
    "msqrt": lambda parts: write_root(_join_row(parts)),
    "mroot": _of_two_parts(write_root),
    "mfenced": lambda parts: f"({', '.join(parts)})",
    "semantics": _first_part,
    "mtable": "; ".join,
    "mtr": ", ".join,
}
