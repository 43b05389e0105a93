"""The sources of an answer as records for reference managers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import FastAPI, Query, Response
from starlette.responses import JSONResponse

from askdocs.answering.document_metadata import metadata_answer
from askdocs.answering.questions.question import parse
from askdocs.documents.passages import split
from askdocs.errors import CorpusError
from askdocs.output.bibliography import Reference, as_bibtex, as_csl, reference_to

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

_MOST = 100
_AUTHOR = parse("Who wrote it?")
_MEDIA = {"bibtex": "application/x-bibtex", "csl": "application/vnd.citationstyles.csl+json"}


def add_references(routes: FastAPI, assistant: Assistant) -> None:
    """Add the route that returns documents as BibTeX or CSL-JSON."""

    @routes.get("/references")
    def references(
        source: Annotated[Sequence[str], Query(max_length=_MOST)],
        style: Literal["bibtex", "csl"] = "bibtex",
    ) -> Response:
        try:
            found = [_reference(assistant, each) for each in dict.fromkeys(source)]
        except CorpusError as error:
            return JSONResponse({"problem": str(error)}, 404)
        written = (as_csl if style == "csl" else as_bibtex)(found, date.today())
        return Response(written, media_type=_MEDIA[style], headers={"Cache-Control": "no-store"})


def _reference(assistant: Assistant, source: str) -> Reference:
    document = assistant.document(source)
    dated = assistant.guide(sources=[source]).documents[0].dated
    found = metadata_answer(_AUTHOR, split(document, tokens=assistant.config.passage_tokens))
    lines = [document.text[each.start : each.end] for each in found.candidates] if found else []
    return reference_to(source, document.title, document.text, dated, "".join(lines[:1]))
