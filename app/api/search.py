"""The search of the page and of programs: results with their context, by document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI, Query, Response
from starlette.responses import JSONResponse

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title
from askdocs.errors import AskdocsError
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import TextAnchor, link
from askdocs.search.filters import Filters
from askdocs.types import DocumentMatches, Match

from ..views.citations import passage_place

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

DOCUMENTS_SHOWN = 20
MATCHES_SHOWN = 4  # of each document, until all are wanted
_AROUND = 160  # characters of a passage before the first word that was found
_LONGEST = 420
_MARKED = 300  # characters from the first to the last word of a mark
_DAY = r"(\d{4}-\d{2}-\d{2})?"

Names = Annotated[Sequence[str], Query(max_length=200)]


def add_search(routes: FastAPI, assistant: Assistant) -> None:
    """Add the search route."""

    @routes.get("/search")
    def search(
        q: Annotated[str, Query(max_length=2000)],
        by: Literal["words", "meaning"] = "words",
        only: Names = (),
        kind: Names = (),
        since: Annotated[str, Query(pattern=_DAY, max_length=10)] = "",
        until: Annotated[str, Query(pattern=_DAY, max_length=10)] = "",
        start: Annotated[int, Query(ge=0)] = 0,
        each: Annotated[int, Query(ge=1, le=500)] = MATCHES_SHOWN,
    ) -> Response:
        filters = Filters(list(only) or None, tuple(kind), since, until)
        try:
            found = assistant.find(
                q, by=by, filters=filters, start=start, documents=DOCUMENTS_SHOWN, each=each
            )
        except AskdocsError as error:
            return JSONResponse({"problem": str(error)}, 422)
        content = {
            "query": found.query,
            "by": by,
            "count": found.count,
            "found_in": found.found_in,
            "missing": found.missing,
            "start": start,
            "documents": [_document(each) for each in found.documents],
        }
        return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _document(found: DocumentMatches) -> dict[str, Any]:
    return {
        "source": found.source,
        "title": readable_title(found.source, found.title),
        "kind": kind_of(found.source),
        "count": found.count,
        "matches": [_match(each) for each in found.matches],
    }


def _match(match: Match) -> dict[str, Any]:
    passage = match.passage
    mark = mark_of(match)
    return {
        "place": passage_place(passage),
        "mark": str(mark),
        "link": link(passage.source, [mark]),
        "pieces": excerpt(match),
    }


def mark_of(match: Match) -> TextAnchor:
    """An anchor on all found words, or on the first one if they are far apart."""
    passage = match.passage
    start, end = passage.start, passage.end
    if match.spans:
        start, end = match.spans[0][0], match.spans[-1][1]
        if end - start > _MARKED:
            end = match.spans[0][1]
    words = passage.slice(start, end)
    return TextAnchor(start, end, checksum(words))


def excerpt(match: Match) -> list[tuple[str, bool]]:
    """The passage around the found words, in pieces; the flag is True for a found word."""
    text, offset = match.passage.text, match.passage.start
    spans = [(start - offset, end - offset) for start, end in match.spans]
    begin = max(0, spans[0][0] - _AROUND) if spans else 0
    begin = text.find(" ", begin) + 1 if begin else 0
    end = begin + _LONGEST
    if end < len(text):
        end = max(text.rfind(" ", begin, end), spans[0][1] if spans else begin)
    pieces: list[tuple[str, bool]] = [("… ", False)] if begin else []
    at = begin
    for start, stop in spans:
        if start >= at and stop <= end:
            pieces += [(text[at:start], False), (text[start:stop], True)]
            at = stop
    pieces += [(text[at:end], False), (" …" if end < len(text) else "", False)]
    return [(_spaced(words), found) for words, found in pieces if words]


def _spaced(words: str) -> str:
    """Text with single spaces, also at its ends if it has white space there."""
    if not words.strip():
        return " "
    before = " " if words[0].isspace() else ""
    after = " " if words[-1].isspace() else ""
    return f"{before}{' '.join(words.split())}{after}"
