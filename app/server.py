"""The web server: the page, the sources that it shows, and the routes that change files."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import gradio
import uvicorn
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.responses import FileResponse, JSONResponse
from starlette.types import ASGIApp

from askdocs.errors import CorpusError
from askdocs.output.checksum import checksum
from askdocs.output.text_anchor import parse_anchor

from . import assets
from .api.check import add_check
from .api.documents import add_documents
from .api.mcp import mcp_routes
from .api.openai import add_completions
from .api.processes import add_tasks
from .api.quote_table import add_tables
from .api.references import add_references
from .api.search import add_search
from .background_tasks import Background
from .conversations.store import ConversationStore
from .corpora import Corpora, NamedCorpus, corpus_root
from .events.context import PageContext
from .health import Health
from .indexing import Indexing
from .listener import host_name
from .page import build_page
from .page_revision import page_revision
from .security import client_address, protected, rate_limit_key
from .server_options import ServerOptions
from .suggestions import Suggestions
from .uploads import AlreadyThereError, Intake, RefusedError
from .views.pdf_files import pdf_of
from .views.source import read
from .views.static_html import Switch

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

MARKS_SHOWN = 100
CONVERSATIONS = "conversations"  # the folder of conversations in the index folder
CHECKED = {"Cache-Control": "no-cache"}  # kept by browsers, which ask whether it has changed
TABLES = "tables"  # the folder in the index folder for tables of quotes
LASTING = {"Cache-Control": "max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def run(
    assistants: Mapping[str, Assistant],
    listener: socket.socket,
    options: ServerOptions,
    *,
    on_ready: Callable[[], None],
    on_end: Callable[[], None],
) -> None:
    """Serve on a bound socket until interrupted.

    Args:
        assistants: At least one assistant, by the name of its corpus.
        listener: The bound socket.
        options: The options of the server.
        on_ready: Called when the page can be opened.
        on_end: Called when the server is stopped.
    """
    background = Background()
    application = build_application(assistants, background, options, hosts=[host_name(listener)])
    settings = uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=1)

    def ending() -> None:
        background.ending.set()  # background work ends together with the requests
        on_end()

    try:
        _Server(settings, on_ready, ending).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        background.end()


def build_application(
    assistants: Mapping[str, Assistant],
    background: Background,
    options: ServerOptions,
    *,
    hosts: Sequence[str] = (),
) -> ASGIApp:
    """The complete application, with the middleware of `security.protected`."""
    corpora = Corpora(
        {name: _routes_of(name, assistants, background, options) for name in assistants}
    )
    tokens = {corpus_root(name): each.token for name, each in assistants.items()}
    tokens[""] = next(iter(tokens.values()))
    guarded = protected(
        corpora,
        token=tokens,
        password=options.password,
        hosts=hosts,
        head=assets.head(options.language),
    )
    return NamedCorpus(guarded, assistants)


def _routes_of(
    name: str, assistants: Mapping[str, Assistant], background: Background, options: ServerOptions
) -> FastAPI:
    """The routes of one corpus, without its name in their paths."""
    assistant = assistants[name]
    switch = Switch(name, {name: each.config.corpus for name, each in assistants.items()})
    tools = mcp_routes(assistant)
    routes = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=tools.lifespan)
    routes.router.routes.extend(tools.routes)
    routes.add_exception_handler(RequestValidationError, _invalid)
    suggestions, intake = Suggestions(assistant, background), Intake(assistant.config)
    suggestions.refresh()
    _add_state(routes, assistant, suggestions)
    _add_reading(routes, assistant)
    add_completions(routes, assistant, assistants if len(assistants) > 1 else None)
    add_check(routes, assistant, background)
    add_tables(
        routes, assistant, background, assistant.config.index / TABLES if options.keeping else None
    )
    add_search(routes, assistant)
    add_references(routes, assistant)
    add_documents(routes, assistant, Indexing(assistant, suggestions, background, intake))
    add_tasks(routes, assistant, background)
    if options.may_change:
        _add_intake(routes, intake)
        background.start(lambda: intake.clean_twice(background.ending), "askdocs-clean")
    store = ConversationStore(assistant.config.index / CONVERSATIONS if options.keeping else None)
    context = PageContext(
        assistant, suggestions, store, background, options.watching, options.may_change, switch
    )
    gradio.mount_gradio_app(
        routes,
        build_page(context),
        path="/",
        theme=gradio.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        show_error=False,
        max_file_size=0,
    )
    return routes


def _invalid(_: Request, error: Exception) -> Response:
    """The problems of a request. Its values are not repeated: they may not be valid JSON."""
    assert isinstance(error, RequestValidationError)
    detail = [{name: each[name] for name in ("type", "loc", "msg")} for each in error.errors()]
    return JSONResponse({"detail": detail}, 422)


def _add_state(routes: FastAPI, assistant: Assistant, suggestions: Suggestions) -> None:
    """Add the routes of the health check and of the page's revision."""

    health = Health(assistant.count_documents)

    @routes.get("/healthz")
    async def healthz() -> dict[str, Any]:
        return {"status": "ok", "documents": await health.documents()}

    @routes.get("/state")
    def state() -> Response:
        content = {
            "state": page_revision(assistant, suggestions),
            "documents": checksum(assistant.revision()),
        }
        return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _add_reading(routes: FastAPI, assistant: Assistant) -> None:
    """Add the routes that only read: sources, PDFs, the style sheet and the scripts."""

    @routes.get("/source")
    def source(
        source: Annotated[str, Query(max_length=4096)],
        mark: Annotated[Sequence[str], Query(max_length=MARKS_SHOWN)] = (),
        at: int | None = None,
        text: bool = False,
        find: Annotated[str, Query(max_length=400)] = "",
        part: Annotated[str, Query(max_length=400)] = "",
    ) -> Response:
        marks = [parse_anchor(written) for written in mark]
        if None in marks:
            return JSONResponse({"problem": "This link is damaged."}, 400)
        try:
            document = assistant.document(source)
        except CorpusError as error:
            return JSONResponse({"problem": str(error)}, 404)
        file = None if text else pdf_of(assistant, source)
        wanted = [each for each in marks if each is not None]
        reading = read(
            document,
            wanted,
            at=at,
            file=file,
            words=find,
            plain=text,
            part=part,
            sources=assistant.sources,
        )
        return JSONResponse(asdict(reading), headers={"Cache-Control": "no-store"})

    @routes.get("/pdf")
    def pdf(source: Annotated[str, Query(max_length=4096)]) -> Response:
        file = pdf_of(assistant, source)
        if file is None:
            return JSONResponse({"problem": f"There is no PDF {source!r}."}, 404)
        return FileResponse(file, media_type="application/pdf", headers=CHECKED)

    @routes.get(f"/{assets.PREFIX}/{{version}}/{{name:path}}")
    def asset(request: Request, version: str, name: str) -> Response:
        del version  # it only makes the address of each version unique
        found = assets.asset(name)
        if found is None:
            return Response(status_code=404)
        small = assets.compressed(name) if _takes_gzip(request) else None
        headers = LASTING | ({"Content-Encoding": "gzip"} if small else {})
        return Response(small or found[0], media_type=found[1], headers=headers)


def _takes_gzip(request: Request) -> bool:
    """Whether the browser accepts gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


def _add_intake(routes: FastAPI, intake: Intake) -> None:
    """Add the routes that add and remove files."""

    @routes.put("/document")
    async def put(
        request: Request, name: Annotated[str, Query(max_length=1000)], replace: bool = False
    ) -> Response:
        try:
            size = int(request.headers.get("content-length", 0))
            client = rate_limit_key(client_address(request.scope))
            source = await intake.put(name, size, request.stream(), replace=replace, client=client)
        except (RefusedError, ValueError) as error:
            there = isinstance(error, AlreadyThereError)
            return JSONResponse({"problem": str(error)}, 409 if there else 422)
        return JSONResponse({"source": source}, 201)

    @routes.delete("/document")
    def remove(source: Annotated[str, Query(max_length=4096)]) -> Response:
        try:
            intake.remove(source)
        except RefusedError as error:
            return JSONResponse({"problem": str(error)}, 404)
        return Response(status_code=204)


class _Server(uvicorn.Server):
    """Calls `ready` when the page can be opened, and `ending` at the signal to stop."""

    def __init__(
        self, settings: uvicorn.Config, ready: Callable[[], None], ending: Callable[[], None]
    ) -> None:
        super().__init__(settings)
        self._ready, self._ending = ready, ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._ending()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()
