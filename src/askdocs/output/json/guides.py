"""The guide to a folder and to a document, as JSON records."""

from __future__ import annotations

from typing import Any

from askdocs.guide.words import facts_of, folder_in_words
from askdocs.output.text_anchor import TextAnchor, words_checksum
from askdocs.types import DocumentGuide, Guide


def guide_as_json(guide: Guide, most: int | None = None) -> dict[str, Any]:
    """The keys that `guide --json` prints; `most` limits the documents."""
    return {
        "text": folder_in_words(guide),
        "count": guide.count,
        "kinds": dict(guide.kinds),
        "since": guide.since,
        "until": guide.until,
        "topics": list(guide.topics),
        "failed": guide.failed,
        "partly": guide.partly,
        "documents": [document_guide_as_json(document) for document in guide.documents[:most]],
    }


def document_guide_as_json(guide: DocumentGuide) -> dict[str, Any]:
    """The guide to one document; `mark` is the anchor that opens its opening on the page."""
    opening = guide.opening
    return {
        "source": guide.source,
        "title": guide.title,
        "kind": guide.kind,
        "facts": facts_of(guide),
        "dated": guide.dated,
        "outline": [
            {
                "heading": section.heading,
                "level": section.level,
                "page": section.page,
                "start": section.start,
            }
            for section in guide.outline
        ],
        "opening": opening
        and {
            "heading": opening.heading,
            "text": " ".join(opening.text.split()),
            "start": opening.start,
            "end": opening.end,
            "mark": str(TextAnchor(opening.start, opening.end, words_checksum(opening.text))),
        },
        "names": list(guide.names),
        "words": list(guide.words),
        "figures": list(guide.figures),
        "left_out": list(guide.record.left_out),
    }
