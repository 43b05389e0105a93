"""Equations of Word (OMML, ECMA-376 part 1, 22.1) on one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from askdocs.documents.loaders.shared.formulas import (
    in_parentheses,
    write_fraction,
    write_root,
    write_subscript,
    write_superscript,
)
from askdocs.documents.loaders.shared.zip_archive import attribute, local_name

_TERM = re.compile(r"\([^()]*\)\^[\w!]+")
_DEEPEST = 60  # levels of nesting; what is deeper is taken as plain text


def equation_text(element: Element) -> str:
    """An m:oMath or m:oMathPara as linear text: `∑_(k=0)^n x^k`, `(a+b)/2`."""
    return " ".join(_text(element, 0).split())


def _text(element: Element, depth: int) -> str:
    name = local_name(element.tag)
    if depth > _DEEPEST:
        return "".join(element.itertext())
    if name == "t":
        return element.text or ""
    if name in {"tab", "br", "cr"}:
        return " "
    rule = _RULES.get(name)
    if rule is not None:
        return rule(element, depth + 1)
    if name.endswith("Pr") or name in {"del", "moveFrom", "ctrlPr", "instrText"}:
        return ""
    return "".join(_text(child, depth + 1) for child in element)


def _part(element: Element, name: str, depth: int) -> str:
    """The text of a named part of a structure, "" where it has none."""
    return "".join(_text(part, depth) for part in element if local_name(part.tag) == name)


def _parts(element: Element, name: str, depth: int) -> list[str]:
    return [_text(part, depth) for part in element if local_name(part.tag) == name]


def _property(element: Element, name: str, default: str) -> str:
    """A value in the properties of a structure."""
    for properties in element:
        if local_name(properties.tag).endswith("Pr"):
            for each in properties:
                if local_name(each.tag) == name:
                    return attribute(each, "val")
    return default


def _is_on(element: Element, name: str) -> bool:
    return _property(element, name, "0") not in {"0", "off", "false"}


def _fraction(element: Element, depth: int) -> str:
    above, below = _part(element, "num", depth), _part(element, "den", depth)
    if _property(element, "type", "bar") == "noBar":
        return f"{above} over {below}"  # a binomial coefficient has parentheses of its own
    return write_fraction(above, below)


def _scripts(element: Element, depth: int) -> str:
    base, below = _part(element, "e", depth), _part(element, "sub", depth)
    above = _part(element, "sup", depth)
    text = write_subscript(base, below)
    return write_superscript(text, above) if above.strip() else text


def _scripts_before(element: Element, depth: int) -> str:
    below, above = _part(element, "sub", depth), _part(element, "sup", depth)
    text = write_subscript("", below) + (write_superscript("", above) if above.strip() else "")
    return text + _part(element, "e", depth)


def _root(element: Element, depth: int) -> str:
    degree = "" if _is_on(element, "degHide") else _part(element, "deg", depth)
    return write_root(_part(element, "e", depth), degree)


def _large_operator(element: Element, depth: int) -> str:
    sign = _property(element, "chr", "∫")
    above = "" if _is_on(element, "supHide") else _part(element, "sup", depth)
    below = "" if _is_on(element, "subHide") else _part(element, "sub", depth)
    text = write_subscript(sign, below)
    text = write_superscript(text, above) if above.strip() else text
    return f"{text} {_part(element, 'e', depth)}"


def _function(element: Element, depth: int) -> str:
    name, of = _part(element, "fName", depth).strip(), _part(element, "e", depth)
    has_limit = any(local_name(part.tag) in {"limLow", "limUpp"} for part in element.iter())
    of = of if has_limit or _TERM.fullmatch(of) else in_parentheses(of)
    return f" {name}{of}" if of.startswith("(") and not has_limit else f" {name} {of}"


def _delimited(element: Element, depth: int) -> str:
    first, last = _property(element, "begChr", "("), _property(element, "endChr", ")")
    between = _property(element, "sepChr", "|")
    return first + between.join(_parts(element, "e", depth)) + last


def _limit(element: Element, depth: int) -> str:
    return write_subscript(_part(element, "e", depth), _part(element, "lim", depth))


def _limit_above(element: Element, depth: int) -> str:
    return write_superscript(_part(element, "e", depth), _part(element, "lim", depth))


def _matrix(element: Element, depth: int) -> str:
    rows = [row for row in element if local_name(row.tag) == "mr"]
    return "; ".join(", ".join(_parts(row, "e", depth)) for row in rows)


def _lines(element: Element, depth: int) -> str:
    return "; ".join(_parts(element, "e", depth))


def _phantom(element: Element, depth: int) -> str:
    return _part(element, "e", depth) if _property(element, "show", "1") != "0" else ""


_RULES: dict[str, Callable[[Element, int], str]] = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts_before,
    "rad": _root,
    "nary": _large_operator,
    "func": _function,
    "d": _delimited,
    "limLow": _limit,
    "limUpp": _limit_above,
    "m": _matrix,
    "eqArr": _lines,
    "phant": _phantom,
}
