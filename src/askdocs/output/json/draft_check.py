"""A checked draft as a JSON record."""

from __future__ import annotations

from typing import Any

from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import citation_anchor
from askdocs.output.verdict_text import MEANINGS, meaning, summary_of
from askdocs.types import Check


def check_as_json(check: Check) -> dict[str, Any]:
    """The keys that `check --json` prints."""
    return {
        "statements": [
            {
                "text": each.text,
                "start": each.start,
                "end": each.end,
                "verdict": each.verdict,
                "reason": each.reason,
                "contradicted": each.contradicted,
                "wrong": each.is_wrong,
                "not_found": list(each.not_found),
                "meaning": meaning(each),
                "quotations": [
                    {
                        "text": quotation.text,
                        "exact": not quotation.difference,
                        "difference": quotation.difference,
                        "citations": [citation.number for citation in quotation.citations],
                    }
                    for quotation in each.quotations
                ],
                "citations": [citation.number for citation in each.citations],
            }
            for each in check.statements
        ],
        "citations": [
            {
                "number": each.number,
                "source": each.source,
                "quote": each.quote,
                "start": each.start,
                "end": each.end,
                "place": each.place,
                "where": each.where,
                "mark": str(citation_anchor(each)),
                "hash": checksum(each.quote),
            }
            for each in check.citations
        ],
        "counts": {name: check.count(name) for name in MEANINGS},  # type: ignore[arg-type]
        "wrong": sum(each.is_wrong for each in check.statements),
        "summary": summary_of(check),
    }
