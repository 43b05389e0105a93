"""An answer and the passages found, as JSON records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from askdocs.output.support_summary import support_summary
from askdocs.types import Answer, Citation, Hit, Statement


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """The keys that `ask --json` prints."""
    return {
        "question": answer.question,
        "text": answer.text,
        "summary": support_summary(answer),
        "answered": answer.answered,
        "band": answer.band,
        "kind": answer.kind,
        "confidence": answer.confidence,
        "searched_for": list(answer.searched_for),
        "with_history": answer.with_history,
        "statements": [
            {**statement_as_json(statement), "markdown": statement.markdown}
            for statement in answer.statements
        ],
        "citations": [citation_as_json(citation) for citation in answer.citations],
        "hits": hits_as_json(answer.hits),
        "notice": answer.notice,
        "seconds": answer.seconds,
    }


def statement_as_json(statement: Statement) -> dict[str, Any]:
    """The verdict on a statement, its citations and quotations."""
    probability = statement.probability
    return {
        "text": statement.text,
        "verdict": statement.verdict,
        "probability": None if probability is None else round(probability, 4),
        "reason": statement.reason,
        "contradicted": statement.contradicted,
        "citations": [citation.number for citation in statement.citations],
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
    }


def citation_as_json(citation: Citation) -> dict[str, Any]:
    """The number, the words and the place of a citation."""
    return {
        "number": citation.number,
        "source": citation.source,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "page": citation.page,
        "heading": citation.heading,
        "line": citation.line,
        "focus": citation.focus,
    }


def hits_as_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """The source, the offsets and the text of each hit's passage, with its score."""
    return [
        {
            "source": hit.passage.source,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "text": hit.passage.text,
            "score": round(hit.score, 4),
        }
        for hit in hits
    ]
