"""Answers and quotes to paste into other texts: plain text, and quotes with footnotes."""

from __future__ import annotations

from collections.abc import Iterator

from askdocs.documents.titles import readable_title
from askdocs.output.support_summary import is_prose, support_summary
from askdocs.types import Answer, Citation

from ..i18n.markers import citation_location, translatable
from .exports import prose_markdown
from .markdown import one_line

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def quote_with_place(citation: Citation) -> str:
    """A quote in quotation marks, with its document and location."""
    return f"“{one_line(citation.quote)}” ({_source(citation)})"


def answer_text(answer: Answer) -> str:
    """An answer as plain text: the question, the statements, and a line for each source."""
    lines = [answer.question, ""]
    if answer.band == "perhaps":
        lines.append(translatable("Perhaps:"))
    lines += list(_statements(answer)) or [translatable(answer.text)]
    if answer.citations:
        lines += ["", *(f"[{each.number}] {_source(each)}" for each in answer.citations)]
    return "\n".join(lines).strip() + "\n"


def answer_footnotes(answer: Answer) -> str:
    """The quotes of an answer with superscript numbers, and their sources as footnotes."""
    quotes = [
        f"“{one_line(each.quote)}”{str(each.number).translate(_SUPERSCRIPT)}"
        for each in answer.citations
    ]
    notes = [
        f"{str(each.number).translate(_SUPERSCRIPT)} {_source(each)}." for each in answer.citations
    ]
    return "\n\n".join(quotes) + "\n\n" + "\n".join(notes) + "\n"


def _statements(answer: Answer) -> Iterator[str]:
    """The statements of an answer, a paragraph each."""
    if is_prose(answer):
        yield prose_markdown(answer)
        yield f"\n{translatable(support_summary(answer))}"
        return
    for statement in answer.statements:
        numbers = "".join(f" [{each.number}]" for each in statement.citations)
        words = f"“{statement.text}”" if statement.verdict == "quoted" else statement.text
        yield f"{words}{numbers}"


def _source(citation: Citation) -> str:
    """A document and a location, in words."""
    title = readable_title(citation.source, citation.passage.title)
    place = citation_location(citation)
    return f"{title}, {place}" if title not in citation.where else place
