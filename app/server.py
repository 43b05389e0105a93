"""The web server: the page, the sources to read beside it, and where it listens."""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import socket
import threading
import webbrowser
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

from askdocs.app.guard import Guard
from askdocs.app.marks import parse_mark
from askdocs.app.page import build_page
from askdocs.app.reading import read
from askdocs.app.suggestions import Suggestions
from askdocs.errors import AskdocsError, CorpusError

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

MARKS_SHOWN = 100
ASSETS = {"style.css": "text/css", "script.js": "text/javascript"}


def run(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    open_browser: bool,
    password: str | None,
    on_ready: Callable[[str], None] | None,
) -> None:
    """What `askdocs.app.serve` promises."""
    if not _is_loopback(host) and not password:
        raise AskdocsError(
            f"{host} can be reached from other machines, so a password is needed: "
            "set ASKDOCS_PASSWORD, or leave --host at 127.0.0.1."
        )
    listener = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"

    def ready() -> None:
        if on_ready is not None:
            on_ready(address)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with listener:
        settings = uvicorn.Config(
            build_application(assistant, password=password or None),
            log_level="error",
            timeout_graceful_shutdown=1,
        )
        try:
            _Server(settings, ready).run(sockets=[listener])
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
    return Guard(routes, password=password, head=_head())


class _Server(uvicorn.Server):
    """Calls `ready` once the page can be opened."""

    def __init__(self, settings: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(settings)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises AskdocsError that says what mends it."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        return listener
    except (OSError, OverflowError) as error:
        reason = {
            errno.EADDRINUSE: f"Port {port} is in use. Choose another one with --port.",
            errno.EACCES: f"Port {port} needs more rights. Choose one above 1023 with --port.",
        }.get(getattr(error, "errno", None) or 0)
        raise AskdocsError(
            reason or f"Cannot listen on {host}, port {port}: {error}. Check --host and --port."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
