"""The documents of the index as JSON: the list with the state of each, and the guides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from starlette.responses import JSONResponse

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title
from askdocs.errors import AskdocsError
from askdocs.output.checksum import checksum
from askdocs.output.json.guides import document_guide_as_json, guide_as_json
from askdocs.output.json.index_state import activity_as_json
from askdocs.output.text_anchor import link
from askdocs.types import Activity, DocumentRecord

from ..indexing import Indexing

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

MOST_IN_A_GUIDE = 60


def add_documents(routes: FastAPI, assistant: Assistant, indexing: Indexing) -> None:
    """Add the routes that list documents, return guides, and start indexing."""

    @routes.get("/documents")
    def documents(request: Request) -> Response:
        body = json.dumps(_listed(assistant, indexing), ensure_ascii=False).encode()
        headers = {"ETag": f'"{checksum(body.decode())}"', "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    @routes.get("/guide")
    def guide(
        source: Annotated[str, Query(max_length=4096)] = "",
        most: Annotated[int, Query(ge=1, le=MOST_IN_A_GUIDE)] = 12,
    ) -> Response:
        try:
            sources: Sequence[str] | None = [source] if source else None
            found = assistant.guide(sources=sources)
        except AskdocsError as error:
            return JSONResponse({"problem": str(error)}, 404)
        content = (
            document_guide_as_json(found.documents[0]) if source else guide_as_json(found, most)
        )
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    @routes.post("/index")
    def index() -> Response:
        indexing.start()
        return Response(status_code=202)


def _listed(assistant: Assistant, indexing: Indexing) -> dict[str, Any]:
    status, activity = assistant.status(), assistant.activity()
    again = {*activity.reading, *activity.waiting} if activity else set()
    known = {each.source for each in status.documents}
    return {
        "corpus": str(Path(status.corpus).resolve()),
        "documents": [_row(each, again) for each in status.documents],
        "failed": [
            {"source": each.source, "reason": each.reason}
            for each in status.failed
            if each.source not in known
        ],
        "activity": activity and _activity(activity, known),
        "indexing": indexing.running or assistant.progress is not None,
        "outcome": indexing.outcome,
        "problem": indexing.failed,
    }


def _row(record: DocumentRecord, again: set[str]) -> dict[str, Any]:
    state, note = "ready", ""
    if record.source in again:
        state, note = "waiting", "being read again"
    elif record.stale:
        state, note = "stale", record.stale
    elif record.pending:
        state, note = "words", "found by its words; search by meaning follows"
    elif record.left_out:
        state, note = "partly", "; ".join(record.left_out)
    return {
        "source": record.source,
        "title": readable_title(record.source, record.title),
        "kind": kind_of(record.source),
        "size": record.size,
        "pages": record.pages,
        "modified": record.modified,
        "state": state,
        "note": note,
        "link": link(record.source),
    }


def _activity(activity: Activity, known: set[str]) -> dict[str, Any]:
    return {
        **activity_as_json(activity),
        "reading": [each for each in activity.reading if each not in known],
        "waiting": [each for each in activity.waiting if each not in known],
    }
