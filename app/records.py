"""Answers as they are taken away: copied as Markdown, exported as JSON."""

from __future__ import annotations

import re
from typing import Any

from askdocs.reporting import answer_as_json
from askdocs.types import Answer

from .marks import checksum

_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>|#!~])")


def answer_markdown(answer: Answer) -> str:
    """Question, statements with numbered citations, and the quotes with their places."""
    lines = [f"**{_plain(answer.question)}**", ""]
    if not answer.statements:
        lines.append(_plain(answer.text))
    for statement in answer.statements:
        numbers = "".join(f" [{citation.number}]" for citation in statement.citations)
        doubt = "" if statement.verdict in ("quoted", "supported") else f" ({statement.verdict})"
        lines.append(f"- {_plain(statement.text)}{numbers}{doubt}")
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        where = f", {citation.place}" if citation.place else ""
        place = _plain(citation.source + where)
        lines.append(f"[{citation.number}] {place}: “{_plain(citation.quote)}”  ")
    return "\n".join(lines).strip() + "\n"


def answer_record(answer: Answer) -> dict[str, Any]:
    """The keys of `askdocs ask --json`, and for each citation the hash of its quote."""
    record = answer_as_json(answer)
    for citation in record["citations"]:
        citation["hash"] = checksum(citation["quote"])
    return record


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is: nothing in it becomes an image or a link."""
    return _MARKDOWN_SIGNS.sub(r"\\\1", " ".join(text.split()))
