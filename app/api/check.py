"""POST /check returns a verdict on each statement of a draft. PUT /draft reads a file."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from askdocs.answering.verification.draft_text import draft_text
from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.sandbox.client import load_guarded
from askdocs.errors import AskdocsError
from askdocs.output.json.draft_check import check_as_json
from askdocs.types import Progress

from ..background_tasks import Background, ReceiverLeftError, stream_messages

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

LONGEST_DRAFT = 200_000  # characters
LONGEST_NAME = 4096
CHECKS_AT_ONCE = 2
DRAFTS_AT_ONCE = 2  # files that are read at a time
LINES = "application/x-ndjson"
_BUSY = "Other drafts are being checked. Try again when they are done."


Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class Draft(BaseModel):
    """A text to check, and the documents to search; None for all."""

    text: str = Field(min_length=1, max_length=LONGEST_DRAFT)
    sources: list[Name] | None = None


def add_check(routes: FastAPI, assistant: Assistant, background: Background) -> None:
    """Add the routes.

    The response is the output of `askdocs check --json`. A client that accepts lines of JSON, such
    as the page, first gets the progress as lines {"done", "total"}.
    """
    slots = threading.BoundedSemaphore(CHECKS_AT_ONCE)

    @routes.post("/check")
    def check(draft: Draft, request: Request) -> Response:
        if not slots.acquire(blocking=False):
            return JSONResponse({"problem": _BUSY}, 503)
        if LINES in request.headers.get("accept", ""):
            work = partial(_check, assistant, draft)
            return lines_of(background, work, "askdocs-check", done=slots.release)
        try:
            found = assistant.check(draft.text, sources=draft.sources)
        except AskdocsError as error:
            return JSONResponse({"problem": str(error)}, 400)
        finally:
            slots.release()
        return JSONResponse(check_as_json(found))

    reading = CapacityLimiter(DRAFTS_AT_ONCE)

    @routes.put("/draft")
    async def read(request: Request, name: Annotated[str, Query(max_length=1000)]) -> Response:
        content = await request.body()
        seconds = assistant.config.load_seconds
        try:
            text = await run_sync(_text_of, name, content, seconds, limiter=reading)
        except LoadError as error:
            return JSONResponse({"problem": f"The file cannot be read: {error}."}, 422)
        return JSONResponse({"text": text[:LONGEST_DRAFT], "cut": len(text) > LONGEST_DRAFT})


def _check(assistant: Assistant, draft: Draft, send: Callable[[Any], None]) -> None:
    def on_progress(progress: Progress) -> None:
        send({"done": progress.done, "total": progress.total})

    found = assistant.check(draft.text, sources=draft.sources, on_progress=on_progress)
    send({"check": check_as_json(found)})


def _text_of(name: str, content: bytes, seconds: float) -> str:
    """The text of an uploaded file, read with the loaders of documents. It is not stored."""
    with tempfile.TemporaryDirectory(prefix="askdocs-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"draft{PurePosixPath(name).suffix}"
        path.write_bytes(content)
        return draft_text(load_guarded(path, PurePosixPath(name).name, seconds=seconds)[0])


class _Lines(StreamingResponse):
    """A stream of lines. `on_end` is called at its end, also if the client disconnects."""

    def __init__(self, lines: AsyncIterator[str], on_end: Callable[[], None]) -> None:
        super().__init__(lines, media_type=LINES, headers={"Cache-Control": "no-store"})
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


def lines_of(
    background: Background,
    work: Callable[[Callable[[Any], None]], None],
    name: str,
    *,
    done: Callable[[], None],
) -> StreamingResponse:
    """A response with the messages of `work` as lines of JSON, and {"problem"} if it fails.

    Args:
        background: Runs the work in a thread. The work ends when the client disconnects.
        work: Its argument is the function that sends a message.
        name: The name of the thread.
        done: Called after the work, or at once if the client disconnects before the work begins.
    """
    begun = False

    def run(send: Callable[[Any], None]) -> None:
        try:
            work(send)
        except ReceiverLeftError:
            raise
        except AskdocsError as error:
            send({"problem": str(error)})
        finally:
            done()

    async def lines() -> AsyncIterator[str]:
        nonlocal begun
        begun = True
        async for piece in stream_messages(background, run, name):
            yield json.dumps(piece, ensure_ascii=False) + "\n"

    def on_end() -> None:
        if not begun:
            done()

    return _Lines(lines(), on_end)
