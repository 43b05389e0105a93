"""POST /check: a draft in, the verdict on each of its statements out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from askdocs.errors import AskdocsError
from askdocs.output.checks import check_as_json

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

LONGEST_DRAFT = 200_000  # characters


class Draft(BaseModel):
    """What is to be checked, and the documents to look in; None for all."""

    text: str = Field(min_length=1, max_length=LONGEST_DRAFT)
    sources: list[str] | None = None


def add_check(routes: FastAPI, assistant: Assistant) -> None:
    """Add the route. It answers with what `askdocs check --json` prints."""

    @routes.post("/check")
    def check(draft: Draft) -> Response:
        try:
            found = assistant.check(draft.text, sources=draft.sources)
        except AskdocsError as error:
            return JSONResponse({"problem": str(error)}, 400)
        return JSONResponse(check_as_json(found))
