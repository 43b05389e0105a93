"""The web server: the page, and the sources to read beside it."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

import gradio
import uvicorn
from fastapi import FastAPI, Query, Response
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from askdocs.errors import CorpusError

from .api import with_api
from .guard import Guard
from .marks import parse_mark
from .page import build_page
from .reading import read
from .suggestions import Suggestions

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

MARKS_SHOWN = 100
ASSETS = {"style.css": "text/css", "script.js": "text/javascript"}


def run(
    assistant: Assistant,
    listener: socket.socket,
    *,
    password: str | None,
    on_ready: Callable[[], None],
) -> None:
    """Serve on a bound socket until interrupted; `on_ready` is called once that has begun."""
    settings = uvicorn.Config(
        build_application(assistant, password=password),
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    try:
        _Server(settings, on_ready).run(sockets=[listener])
    except KeyboardInterrupt:
        return


def build_application(assistant: Assistant, *, password: str | None = None) -> ASGIApp:
    """Every route, behind the guard."""
    routes = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    suggestions = Suggestions(assistant)
    suggestions.refresh()

    @routes.get("/healthz")
    def healthz() -> dict[str, Any]:
        return {"status": "ok", "documents": len(assistant.status().documents)}

    @routes.get("/source")
    def source(
        source: Annotated[str, Query(max_length=4096)],
        mark: Annotated[Sequence[str], Query(max_length=MARKS_SHOWN)] = (),
        at: int | None = None,
    ) -> Response:
        marks = [parse_mark(written) for written in mark]
        if None in marks:
            return JSONResponse({"problem": "This link is damaged."}, 400)
        try:
            document = assistant.document(source)
        except CorpusError as error:
            return JSONResponse({"problem": str(error)}, 404)
        reading = read(document, [each for each in marks if each is not None], at=at)
        return JSONResponse(asdict(reading), headers={"Cache-Control": "no-store"})

    @routes.get("/assets-askdocs/{name}")
    def asset(name: str) -> Response:
        if name not in ASSETS:
            return Response(status_code=404)
        lasting = {"Cache-Control": "max-age=31536000, immutable"}
        return Response(_asset(name), media_type=ASSETS[name], headers=lasting)

    gradio.mount_gradio_app(
        routes,
        build_page(assistant, suggestions),
        path="/",
        theme=gradio.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=0,
    )
    return with_api(Guard(routes, password=password, head=_head()), assistant)


class _Server(uvicorn.Server):
    """Calls `ready` once the page can be opened."""

    def __init__(self, settings: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(settings)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


@cache
def _asset(name: str) -> bytes:
    return files("askdocs.app").joinpath(name).read_bytes()


def _head() -> str:
    """The links to style and script, with their hashes so that a new version is loaded."""
    style, script = (
        f"assets-askdocs/{name}?{hashlib.sha256(_asset(name)).hexdigest()[:12]}" for name in ASSETS
    )
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{escape(script)}"></script><link rel="stylesheet" href="{escape(style)}">'
    )
