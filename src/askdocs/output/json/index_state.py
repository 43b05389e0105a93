"""What indexing has changed, and the state of an index, as JSON records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askdocs.types import Activity, Changes, Status

if TYPE_CHECKING:
    from askdocs.index.doctor import Diagnosis, Repair


def changes_as_json(changes: Changes) -> dict[str, Any]:
    """The keys that `index --json` prints."""
    return {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "renamed": [list(pair) for pair in changes.renamed],
        "removed": list(changes.removed),
        "unchanged": changes.unchanged,
        "failed": [
            {"source": failure.source, "reason": failure.reason} for failure in changes.failed
        ],
        "passages": changes.passages,
        "embedded": changes.embedded,
        "seconds": round(changes.seconds, 3),
    }


def status_as_json(status: Status) -> dict[str, Any]:
    """The keys that `status --json` prints."""
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
        "failed": [
            {"source": failure.source, "reason": failure.reason} for failure in status.failed
        ],
        "activity": activity_as_json(status.activity) if status.activity else None,
    }


def activity_as_json(activity: Activity) -> dict[str, Any]:
    """What a running sync is doing: the share that is done, files that are read and that wait."""
    return {
        "share": round(activity.share, 3),
        "reading": list(activity.reading),
        "waiting": list(activity.waiting),
        "pages": {each.source: [each.done, each.total] for each in activity.pages},
    }


def diagnosis_as_json(diagnosis: Diagnosis, done: Repair | None) -> dict[str, Any]:
    """The keys that `doctor --json` prints."""
    repaired = done.before.problems if done else ()
    return {
        "documents": diagnosis.documents,
        "passages": diagnosis.passages,
        "vectors": diagnosis.vectors,
        "problems": [{"what": problem.what, "fix": problem.fix} for problem in diagnosis.problems],
        "repaired": [problem.what for problem in repaired if problem not in diagnosis.problems],
        "embedded": done.embedded if done else 0,
    }
