"""Guides and what a plain search found as records of JSON."""

from __future__ import annotations

from typing import Any

from askdocs.guide.words import facts_of, folder_in_words
from askdocs.output.exports import checksum
from askdocs.output.marks import Mark
from askdocs.types import DocumentGuide, Guide, SearchResult


def found_as_json(found: SearchResult) -> dict[str, Any]:
    """The keys that `search --words --json` prints."""
    return {
        "query": found.query,
        "count": found.count,
        "found_in": found.found_in,
        "missing": list(found.missing),
        "documents": [
            {
                "source": each.source,
                "title": each.title,
                "count": each.count,
                "matches": [
                    {
                        "start": match.passage.start,
                        "end": match.passage.end,
                        "page": match.passage.page,
                        "text": match.passage.text,
                        "spans": [list(span) for span in match.spans],
                    }
                    for match in each.matches
                ],
            }
            for each in found.documents
        ],
    }


def guide_as_json(guide: Guide, most: int | None = None) -> dict[str, Any]:
    """The guide of a folder, with those of its first documents; what `guide --json` prints."""
    return {
        "text": folder_in_words(guide),
        "count": guide.count,
        "kinds": dict(guide.kinds),
        "since": guide.since,
        "until": guide.until,
        "topics": list(guide.topics),
        "failed": guide.failed,
        "partly": guide.partly,
        "documents": [document_guide_as_json(each) for each in guide.documents[:most]],
    }


def document_guide_as_json(guide: DocumentGuide) -> dict[str, Any]:
    """The guide of one document; `mark` opens its opening on the page."""
    opening = guide.opening
    return {
        "source": guide.source,
        "title": guide.title,
        "kind": guide.kind,
        "facts": facts_of(guide),
        "dated": guide.dated,
        "outline": [
            {"heading": each.heading, "level": each.level, "page": each.page, "start": each.start}
            for each in guide.outline
        ],
        "opening": opening
        and {
            "heading": opening.heading,
            "text": " ".join(opening.text.split()),
            "start": opening.start,
            "end": opening.end,
            "mark": str(Mark(opening.start, opening.end, checksum(opening.text))),
        },
        "names": list(guide.names),
        "words": list(guide.words),
        "figures": list(guide.figures),
        "left_out": list(guide.record.left_out),
    }
