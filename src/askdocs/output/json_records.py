"""What is found and done as records of JSON, with the keys that `--json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askdocs.output.summary import summary
from askdocs.types import Answer, Changes, Hit, Status

if TYPE_CHECKING:
    from askdocs.index.doctor import Diagnosis, Repair


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """The keys that `ask --json` prints."""
    return {
        "question": answer.question,
        "text": answer.text,
        "summary": summary(answer),
        "answered": answer.answered,
        "band": answer.band,
        "kind": answer.kind,
        "confidence": answer.confidence,
        "searched_for": list(answer.searched_for),
        "with_history": answer.with_history,
        "statements": [
            {
                "text": statement.text,
                "verdict": statement.verdict,
                "reason": statement.reason,
                "contradicted": statement.contradicted,
                "citations": [citation.number for citation in statement.citations],
                "quotations": [
                    {
                        "text": quotation.text,
                        "exact": not quotation.difference,
                        "difference": quotation.difference,
                        "citations": [citation.number for citation in quotation.citations],
                    }
                    for quotation in statement.quotations
                ],
                "markdown": statement.markdown,
            }
            for statement in answer.statements
        ],
        "citations": [
            {
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
            for citation in answer.citations
        ],
        "hits": hits_as_json(answer.hits),
        "notice": answer.notice,
        "seconds": answer.seconds,
    }


def hits_as_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Each hit with the place and text of its passage."""
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


def changes_as_json(changes: Changes) -> dict[str, Any]:
    """The keys that `index --json` prints."""
    return {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "renamed": [list(pair) for pair in changes.renamed],
        "removed": list(changes.removed),
        "unchanged": changes.unchanged,
        "failed": [{"source": each.source, "reason": each.reason} for each in changes.failed],
        "passages": changes.passages,
        "embedded": changes.embedded,
        "seconds": round(changes.seconds, 3),
    }


def status_as_json(status: Status) -> dict[str, Any]:
    """The state of an index."""
    return {
        "corpus": status.corpus,
        "index": status.index,
        "embedder": status.embedder,
        "models": status.models,
        "vectors": status.vectors,
        "passages": status.passages,
        "unread": status.unread,
        "pending": status.pending,
        "bytes": status.bytes,
        "documents": [
            {
                "source": record.source,
                "title": record.title,
                "size": record.size,
                "characters": record.characters,
                "passages": record.passages,
                "pages": record.pages,
                "indexed_at": record.indexed_at,
                "stale": record.stale,
                "left_out": list(record.left_out),
            }
            for record in status.documents
        ],
        "failed": [{"source": each.source, "reason": each.reason} for each in status.failed],
    }


def diagnosis_as_json(diagnosis: Diagnosis, done: Repair | None) -> dict[str, Any]:
    """The keys that `doctor --json` prints."""
    repaired = done.before.problems if done else ()
    return {
        "documents": diagnosis.documents,
        "passages": diagnosis.passages,
        "vectors": diagnosis.vectors,
        "problems": [{"what": each.what, "fix": each.fix} for each in diagnosis.problems],
        "repaired": [each.what for each in repaired if each not in diagnosis.problems],
        "embedded": done.embedded if done else 0,
    }
