"""Several corpora on one server. The address contains the name, as in /in/articles/."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/in/"


def corpus_root(name: str) -> str:
    """The root path of a corpus."""
    return f"{PREFIX}{name}"


def corpus_address(server: str, name: str) -> str:
    """The URL of the page of a corpus, without a slash at its end."""
    return server + quote(corpus_root(name))


def route_path(scope: Scope) -> str:
    """The path of a request without the root path of its corpus, as the routes know it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def page_address(request: HTTPConnection) -> str:
    """The URL of the page that a request is about, with a slash at its end."""
    return quote(str(request.base_url), safe=":/[]%")


class NamedCorpus:
    """Puts the root path of the corpus of a request into `root_path`.

    It answers no request itself, so it can run before the security middleware.
    """

    def __init__(self, application: ASGIApp, names: Iterable[str]) -> None:
        self._application = application
        self._roots = {corpus_root(name) for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            root = "/".join(scope["path"].split("/", 3)[:3])
            scope = {**scope, "root_path": root if root in self._roots else ""}
        await self._application(scope, receive, send)


class Corpora:
    """Passes each request to the routes of its corpus, after the security middleware.

    A request without a name is for the first corpus. If there are several corpora, the page of the
    first one redirects to the address with its name.
    """

    def __init__(self, applications: Mapping[str, FastAPI]) -> None:
        self._names = list(applications)
        self._by_root = {corpus_root(name): each for name, each in applications.items()}
        self._by_root[""] = applications[self._names[0]]
        self._lifespan = Router(lifespan=_combined_lifespan(applications.values()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        answer = self._redirect_or_error(scope) or self._by_root[scope["root_path"]]
        await answer(scope, receive, send)

    def _redirect_or_error(self, scope: Scope) -> Response | None:
        """A redirect to the full address of a page, or an error with the names; else None."""
        root, path = scope["root_path"], route_path(scope)
        if scope["type"] != "http":
            return None
        if root and not path:
            return _redirect(corpus_address("", root.removeprefix(PREFIX)), scope)
        if not root and path.startswith(PREFIX):
            names = ", ".join(self._names)
            return PlainTextResponse(
                f"No such folder is served here. Those that are: {names}.", 404
            )
        if not root and path == "/" and len(self._names) > 1 and scope["method"] in ("GET", "HEAD"):
            return _redirect(corpus_address("", self._names[0]), scope)
        return None


def _redirect(address: str, scope: Scope) -> Response:
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{address}/{'?' if query else ''}{query}", 307)


def _combined_lifespan(applications: Iterable[FastAPI]) -> Any:
    """One lifespan that contains those of all applications."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in applications:
                await stack.enter_async_context(each.router.lifespan_context(each))
            yield

    return lifespan
