"""Equations of Word (OMML, ECMA-376 part 1, 22.1) in linear notation."""

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
_DEEPEST = 60  # levels of nesting; below that, only the text is taken


def equation_text(element: Element) -> str:
    """An m:oMath or m:oMathPara in linear notation: `∑_(k=0)^n x^k`, `(a+b)/2`."""
    return " ".join(_element_text(element, 0).split())


def _element_text(element: Element, depth: int) -> str:
    name = local_name(element.tag)
    if depth > _DEEPEST:
        return "".join(element.itertext())
    if name == "t":
        return element.text or ""
    if name in {"tab", "br", "cr"}:
        return " "
    writer = _WRITERS.get(name)
    if writer is not None:
        return writer(element, depth + 1)
    if name.endswith("Pr") or name in {"del", "moveFrom", "ctrlPr", "instrText"}:
        return ""
    return "".join(_element_text(child, depth + 1) for child in element)


def _part_text(element: Element, name: str, depth: int) -> str:
    """The text of a named part of a structure, "" if it has none."""
    return "".join(_element_text(part, depth) for part in element if local_name(part.tag) == name)


def _part_texts(element: Element, name: str, depth: int) -> list[str]:
    return [_element_text(part, depth) for part in element if local_name(part.tag) == name]


def _property(element: Element, name: str, default: str) -> str:
    """A value in the properties of a structure."""
    for properties in element:
        if local_name(properties.tag).endswith("Pr"):
            for setting in properties:
                if local_name(setting.tag) == name:
                    return attribute(setting, "val")
    return default


def _is_on(element: Element, name: str) -> bool:
    return _property(element, name, "0") not in {"0", "off", "false"}


def _fraction(element: Element, depth: int) -> str:
    above, below = _part_text(element, "num", depth), _part_text(element, "den", depth)
    if _property(element, "type", "bar") == "noBar":
        return f"{above} over {below}"  # a binomial coefficient already has parentheses
    return write_fraction(above, below)


def _scripts(element: Element, depth: int) -> str:
    base, below = _part_text(element, "e", depth), _part_text(element, "sub", depth)
    above = _part_text(element, "sup", depth)
    text = write_subscript(base, below)
    return write_superscript(text, above) if above.strip() else text


def _scripts_before(element: Element, depth: int) -> str:
    below, above = _part_text(element, "sub", depth), _part_text(element, "sup", depth)
    text = write_subscript("", below) + (write_superscript("", above) if above.strip() else "")
    return text + _part_text(element, "e", depth)


def _root(element: Element, depth: int) -> str:
    degree = "" if _is_on(element, "degHide") else _part_text(element, "deg", depth)
    return write_root(_part_text(element, "e", depth), degree)


def _large_operator(element: Element, depth: int) -> str:
    symbol = _property(element, "chr", "∫")
    above = "" if _is_on(element, "supHide") else _part_text(element, "sup", depth)
    below = "" if _is_on(element, "subHide") else _part_text(element, "sub", depth)
    text = write_subscript(symbol, below)
    text = write_superscript(text, above) if above.strip() else text
    return f"{text} {_part_text(element, 'e', depth)}"


def _function(element: Element, depth: int) -> str:
    name, of = _part_text(element, "fName", depth).strip(), _part_text(element, "e", depth)
    has_limit = any(local_name(part.tag) in {"limLow", "limUpp"} for part in element.iter())
    of = of if has_limit or _TERM.fullmatch(of) else in_parentheses(of)
    return f" {name}{of}" if of.startswith("(") and not has_limit else f" {name} {of}"


def _delimited(element: Element, depth: int) -> str:
    first, last = _property(element, "begChr", "("), _property(element, "endChr", ")")
    between = _property(element, "sepChr", "|")
    return first + between.join(_part_texts(element, "e", depth)) + last


def _limit(element: Element, depth: int) -> str:
    return write_subscript(_part_text(element, "e", depth), _part_text(element, "lim", depth))


def _limit_above(element: Element, depth: int) -> str:
    return write_superscript(_part_text(element, "e", depth), _part_text(element, "lim", depth))


def _matrix(element: Element, depth: int) -> str:
    rows = [row for row in element if local_name(row.tag) == "mr"]
    return "; ".join(", ".join(_part_texts(row, "e", depth)) for row in rows)


def _equation_array(element: Element, depth: int) -> str:
    return "; ".join(_part_texts(element, "e", depth))


def _accent(element: Element, depth: int) -> str:
    """A letter with its accent, as "x̄"; a longer term without it."""
    text = _part_text(element, "e", depth).strip()
    return text + _property(element, "chr", "\u0302") if len(text) == 1 else text


def _phantom(element: Element, depth: int) -> str:
    return _part_text(element, "e", depth) if _property(element, "show", "1") != "0" else ""


_WRITERS: dict[str, Callable[[Element, int], str]] = {
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
    "eqArr": _equation_array,
    "phant": _phantom,
    "acc": _accent,
}
