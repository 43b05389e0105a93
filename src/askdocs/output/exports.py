"""Answers as records of an export, which `export_check.py` can read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from askdocs.output.checksum import checksum
from askdocs.output.json.answers import answer_as_json, citation_as_json
from askdocs.types import Answer, Citation


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return the keys of `ask --json`, with the location and the hash of each citation."""
    return answer_as_json(answer) | {"citations": [*map(citation_record, answer.citations)]}


def citation_record(citation: Citation) -> dict[str, Any]:
    """Return a citation with its location in words and the hash of its quote."""
    exported = citation_as_json(citation)
    return exported | {"place": citation.place, "hash": checksum(citation.quote)}


def embedded(record: Mapping[str, Any]) -> str:
    """Return an export as a comment of HTML or Markdown, which `read_export` finds there."""
    written = json.dumps(record, ensure_ascii=False)
    for characters, safe in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        written = written.replace(characters, safe)  # nothing in it may end the comment
    return f"<!-- askdocs-export {written} -->"
