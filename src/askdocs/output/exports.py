"""Answers as records of an export, which `export_check.py` can read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from askdocs.output.checksum import checksum
from askdocs.output.json.answers import answer_as_json
from askdocs.types import Answer


def answer_record(answer: Answer) -> dict[str, Any]:
    """Return the keys of `ask --json`, with the location and the hash of each citation."""
    record = answer_as_json(answer)
    for exported, citation in zip(record["citations"], answer.citations, strict=True):
        exported["place"] = citation.place
        exported["hash"] = checksum(citation.quote)
    return record


def embedded(record: Mapping[str, Any]) -> str:
    """Return an export as a comment of HTML or Markdown, which `read_export` finds there."""
    written = json.dumps(record, ensure_ascii=False)
    for characters, safe in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        written = written.replace(characters, safe)  # nothing in it may end the comment
    return f"<!-- askdocs-export {written} -->"
