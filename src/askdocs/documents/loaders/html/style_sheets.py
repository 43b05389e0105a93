"""Style sheets: the rules that say how the elements of a page look."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser

_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_SIMPLE = re.compile(r"(?:[a-z]\w*)?(?:[.#][\w-]+)+|(?:[.#][\w-]+) [.#][\w-]+", re.I)
_MOST_RULES = 500  # rules of a sheet that are looked up in a page
_MOST_STYLES = 200_000  # characters of a style sheet that are read
_RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.I)
STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bline-through", re.I)


def sheets_of(page: LexborHTMLParser) -> Iterator[str]:
    """The style sheets in a page."""
    yield from (sheet.text() or "" for sheet in page.css("style"))


def simple_rules(sheet: str, kinds: Sequence[re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    """(selector, declarations) of the rules of a sheet whose selector is simple (a class, an id).

    Rules in media queries are ignored.

    Args:
        sheet: The style sheet.
        kinds: A rule is wanted if one of these is found in its declarations.
    """
    left = _MOST_RULES
    for selectors, rules in _top_rules(_COMMENT.sub("", sheet[:_MOST_STYLES])):
        if not any(kind.search(rules) for kind in kinds) or (left := left - 1) < 0:
            continue
        for selector in map(str.strip, selectors.split(",")):
            if _SIMPLE.fullmatch(selector):
                yield selector, rules


def apply_text_styles(page: LexborHTMLParser, sheets: Iterator[str] | Sequence[str]) -> None:
    """Write what sheets say of superscripts and struck text into the `style` of the elements.

    Google Docs and many converters write a superscript as a class.
    """
    for sheet in sheets:
        for selector, rules in simple_rules(sheet, (_RAISED, STRUCK_STYLE)):
            found = [match for kind in (_RAISED, STRUCK_STYLE) if (match := kind.search(rules))]
            style = ";".join(match.group() for match in found)
            for node in page.css(selector):
                node.attrs["style"] = f"{node.attributes.get('style') or ''};{style}"


def _top_rules(text: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the top-level rules, which are not nested in @media."""
    depth, start = 0, 0
    for brace in re.finditer(r"[{}]", text):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            rule = _RULE.fullmatch(text[start : brace.end()])
            if rule is not None and "@" not in rule.group(1):
                yield rule.group(1), rule.group(2)
            start = brace.end()
        depth = max(depth, 0)
