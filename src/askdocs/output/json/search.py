"""What a keyword search found, as a JSON record."""

from __future__ import annotations

from typing import Any

from askdocs.types import SearchResult


def found_as_json(found: SearchResult) -> dict[str, Any]:
    """The keys that `search --words --json` prints."""
    return {
        "query": found.query,
        "count": found.count,
        "found_in": found.found_in,
        "missing": list(found.missing),
        "documents": [
            {
                "source": document.source,
                "title": document.title,
                "count": document.count,
                "matches": [
                    {
                        "start": match.passage.start,
                        "end": match.passage.end,
                        "page": match.passage.page,
                        "text": match.passage.text,
                        "spans": [list(span) for span in match.spans],
                    }
                    for match in document.matches
                ],
            }
            for document in found.documents
        ],
    }
