"""A checked draft as a JSON record."""

from __future__ import annotations

from typing import Any

from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import citation_anchor
from askdocs.output.verdict_text import MEANINGS, meaning, quotes_missing_words, summary_of
from askdocs.types import Check


def check_as_json(check: Check) -> dict[str, Any]:
    """The keys that `check --json` prints."""
    return {
        "statements": [
            {
                "text": statement.text,
                "start": statement.start,
                "end": statement.end,
                "verdict": statement.verdict,
                "reason": statement.reason,
                "contradicted": statement.contradicted,
                "wrong": statement.is_wrong,
                "not_found": list(statement.not_found),
                "meaning": meaning(statement),
                "quotations": [
                    {
                        "text": quotation.text,
                        "exact": not quotation.difference,
                        "difference": quotation.difference,
                        "goes_on": quotation.goes_on,
                        "citations": [citation.number for citation in quotation.citations],
                    }
                    for quotation in statement.quotations
                ],
                "citations": [citation.number for citation in statement.citations],
            }
            for statement in check.statements
        ],
        "citations": [
            {
                "number": citation.number,
                "source": citation.source,
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
                "place": citation.place,
                "where": citation.where,
                "mark": str(citation_anchor(citation)),
                "hash": checksum(citation.quote),
            }
            for citation in check.citations
        ],
        "counts": {name: check.count(name) for name in MEANINGS},  # type: ignore[arg-type]
        "wrong": sum(statement.is_wrong for statement in check.statements),
        "missing_quotations": sum(map(quotes_missing_words, check.statements)),
        "summary": summary_of(check),
    }
