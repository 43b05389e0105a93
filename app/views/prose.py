"""The answer of a language model as safe HTML: prose, lists, tables and code.

The statements are joined to Markdown with delimiters around each, which the renderer does not
change. Then the delimiters become elements. HTML, links and images of the model are never
rendered, and the result is sanitised too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import nh3
from markdown_it import MarkdownIt

from askdocs.types import Answer, Statement

# Rare brackets. They are punctuation, so that emphasis next to them is recognised.
_BEGIN, _BODY, _END = "⟬", "⟦", "⟭"
_DELIMITERS = str.maketrans("", "", "⟬⟦⟧⟭")
_BEGUN = re.compile(rf"{_BEGIN}(\d+)(?:\.(\d+))?{_BODY}")  # statement, quotation in it
_ENDED = re.compile(rf"⟧(\d+)(?:\.(\d+))?{_END}")
_CELL_END = f"⟧{_END}"  # of a cell that is not the last one of its row
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "small", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "dir", "title"},
    "a": {"href", "data-source", "data-mark", "aria-describedby", "aria-label"},
    "ol": {"start"},
    "span": {"id", "hidden", "tabindex", "aria-describedby", "data-i18n"},
}
_LOWEST_HEADING = 6
# (number of a statement, number of a quotation in it) → the HTML before or after it.
Element = Callable[[int, int | None], str]


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables. HTML, links and images stay literal text."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return renderer.disable(
        ["link", "image", "autolink", "html_inline", "html_block", "reference", "entity"]
    )


def render_markdown(text: str) -> str:
    """Markdown of a language model as safe HTML."""
    return _cleaned(_renderer().render(text.translate(_DELIMITERS)))


def render_prose(answer: Answer, opens: Element, closes: Element) -> str:
    """The statements of an answer as HTML.

    Args:
        answer: The answer of a language model.
        opens: Returns the HTML before a statement or, with a second number, before a quotation in
            it.
        closes: Returns the HTML after it.

    Returns:
        Paragraphs, lists, tables and blocks of code.
    """
    source = "".join(
        (each.lead if number else each.lead.lstrip("\n")) + _delimited(each, number)
        for number, each in enumerate(answer.statements)
    )
    html = _renderer().render(source)
    for delimiter, element in ((_BEGUN, opens), (_ENDED, closes)):
        html = delimiter.sub(_replacing(element), html)
    return _cleaned(html.replace(_CELL_END, "</span>"))


def _replacing(element: Element) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        return element(int(found[1]), int(found[2]) if found[2] else None)

    return replaced


def _delimited(statement: Statement, number: int) -> str:
    """The Markdown of a statement with delimiters around its elements."""
    markdown = statement.markdown.translate(_DELIMITERS)
    begin, end = f"{_BEGIN}{number}{_BODY}", f"⟧{number}{_END}"
    if markdown.startswith("```"):
        label = "" if statement.verdict == "quoted" else "code"
        return f"{markdown}\n\n{begin}{label}{end}"
    for place, quotation in enumerate(statement.quotations):
        words = quotation.text.translate(_DELIMITERS)
        if quotation.citations and words in markdown:
            inner = f"{_BEGIN}{number}.{place}{_BODY}{words}⟧{number}.{place}{_END}"
            markdown = markdown.replace(words, inner, 1)
    if markdown.startswith("|"):
        *cells, last = [cell.strip() for cell in markdown.strip().strip("|").split("|")]
        return "".join(f"| {begin}{cell}{_CELL_END} " for cell in cells) + f"| {begin}{last}{end} |"
    return f"{begin}{markdown}{end}"


def _cleaned(html: str) -> str:
    """Safe HTML. Headings of an answer have a lower level than the question, which has level 2."""
    lowered = re.sub(
        r"<(/?)h([1-6])>",
        lambda found: f"<{found[1]}h{min(int(found[2]) + 2, _LOWEST_HEADING)}>",
        html,
    )
    cleaned: str = nh3.clean(
        lowered, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, url_schemes=set()
    )
    return cleaned
