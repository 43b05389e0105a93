"""An answer that a language model wrote, as safe HTML: prose, lists, tables and code.

The statements are put together to Markdown with signs around each, which the renderer leaves as
they are; then the signs become elements. HTML, links and images of the model are never rendered,
and what comes out is sanitised besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import nh3
from markdown_it import MarkdownIt

from askdocs.types import Answer, Statement

# Brackets that no text needs: punctuation, so that emphasis beside them is seen.
_BEGIN, _BODY, _END = "⟬", "⟦", "⟭"
_SIGNS = str.maketrans("", "", "⟬⟦⟧⟭")
_BEGUN = re.compile(rf"{_BEGIN}(\d+)(?:\.(\d+))?{_BODY}")  # statement, quotation in it
_ENDED = re.compile(rf"⟧(\d+)(?:\.(\d+))?{_END}")
_CELL_END = f"⟧{_END}"  # of a cell of a row that goes on
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
# The HTML before or after a statement, or one of its quotations, by their places.
Element = Callable[[int, int | None], str]


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables; what a model brings as HTML, link or image stays text."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return renderer.disable(
        ["link", "image", "autolink", "html_inline", "html_block", "reference", "entity"]
    )


def render_markdown(text: str) -> str:
    """Markdown of a model as safe HTML."""
    return _cleaned(_renderer().render(text.translate(_SIGNS)))


def render_prose(answer: Answer, opens: Element, closes: Element) -> str:
    """The statements of an answer as HTML.

    Args:
        answer: One that a language model wrote.
        opens: The HTML before a statement or, with a second number, an exact quotation in it.
        closes: The HTML after it.

    Returns:
        Paragraphs, lists, tables and blocks of code.
    """
    source = "".join(
        (each.lead if number else each.lead.lstrip("\n")) + _signed(each, number)
        for number, each in enumerate(answer.statements)
    )
    html = _renderer().render(source)
    for sign, element in ((_BEGUN, opens), (_ENDED, closes)):
        html = sign.sub(_replacing(element), html)
    return _cleaned(html.replace(_CELL_END, "</span>"))


def _replacing(element: Element) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        return element(int(found[1]), int(found[2]) if found[2] else None)

    return replaced


def _signed(statement: Statement, number: int) -> str:
    """The Markdown of a statement with signs where its elements begin and end."""
    markdown = statement.markdown.translate(_SIGNS)
    begin, end = f"{_BEGIN}{number}{_BODY}", f"⟧{number}{_END}"
    if markdown.startswith("```"):
        label = "" if statement.verdict == "quoted" else "code"
        return f"{markdown}\n\n{begin}{label}{end}"
    for place, quotation in enumerate(statement.quotations):
        words = quotation.text.translate(_SIGNS)
        if quotation.citations and words in markdown:
            inner = f"{_BEGIN}{number}.{place}{_BODY}{words}⟧{number}.{place}{_END}"
            markdown = markdown.replace(words, inner, 1)
    if markdown.startswith("|"):
        *cells, last = [cell.strip() for cell in markdown.strip().strip("|").split("|")]
        return "".join(f"| {begin}{cell}{_CELL_END} " for cell in cells) + f"| {begin}{last}{end} |"
    return f"{begin}{markdown}{end}"


def _cleaned(html: str) -> str:
    """Safe HTML; headings of an answer stand below the question, which has the second rank."""
    lowered = re.sub(
        r"<(/?)h([1-6])>",
        lambda found: f"<{found[1]}h{min(int(found[2]) + 2, _LOWEST_HEADING)}>",
        html,
    )
    cleaned: str = nh3.clean(
        lowered, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, url_schemes=set()
    )
    return cleaned
