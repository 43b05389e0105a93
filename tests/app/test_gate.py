"""The whole application of two corpora, every route of it: what is refused unread, odd values."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message

from askdocs import Assistant, Config
from askdocs.app import ServerOptions
from askdocs.app.background_tasks import Background
from askdocs.app.corpora import NamedCorpus
from askdocs.app.security import BODY_BYTES
from tests.support.hash_embedding import HashEmbedding

HERE = "127.0.0.1:7860"
PASSWORD = "long enough for all"
FEWEST_ROUTES = 50  # our own, and those of Gradio
SECOND = "/in/second"  # the address of the second corpus
UPLOADS = (
    "/gradio_api/upload",
    "/gradio_api/file=x",
    "/gradio_api/proxy=x",
    "/gradio_api/call/v2/a",
)
EVIL = "http://evil.example"
OTHERS: dict[str, tuple[dict[str, str], int]] = {
    "another host": ({"host": "rebound.example"}, 400),
    "another host by its port": ({"host": "rebound.example:7860"}, 400),
    "another origin": ({"origin": EVIL}, 403),
    "no origin": ({"origin": "null"}, 403),
    "another port": ({"origin": "http://127.0.0.1:7861"}, 403),
    "another site": ({"origin": EVIL, "sec-fetch-site": "cross-site"}, 403),
    "an image of another site": ({"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}, 403),
    "a frame of another site": (
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        403,
    ),
}


@dataclass
class Served:
    """The application open and behind a password, its tokens, and each method with each path."""

    open: ASGIApp
    closed: ASGIApp
    tokens: list[str]
    routes: list[tuple[str, str]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    from askdocs.app import server  # brings Gradio, which takes seconds

    background, kept = Background(), []

    def protected(application: Any, **options: Any) -> ASGIApp:
        kept.append((application, options))
        return gate(application, **options)

    gate = server.protected
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        names = ("first", "second")
        assistants = {
            name: stack.enter_context(an_assistant(tmp_path_factory.mktemp(name))) for name in names
        }
        patch.setattr(server, "protected", protected)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # Gradio leaves a loop unclosed
            whole = server.build_application(assistants, background, ServerOptions())
            gc.collect()
        ((corpora, options),) = kept
        closed = NamedCorpus(gate(corpora, **{**options, "password": PASSWORD}), assistants)
        routes = {each for app in corpora._by_root.values() for each in routes_of(app.routes)}
        tokens = [each.token for each in assistants.values()]
        yield Served(whole, closed, tokens, sorted(routes))
        background.end()


def an_assistant(folder: Path) -> Assistant:
    (folder / "corpus").mkdir()
    (folder / "corpus" / "owls.md").write_text("# Owls\n\nOwls hunt at night.\n" * 9)
    config = Config(corpus=folder / "corpus", index=folder / "index")
    assistant = Assistant(config, embedder=HashEmbedding())
    assistant.index()
    return assistant


def routes_of(routes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Each method with each path, also of what is mounted or included."""
    for route in routes:
        path = before + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        included = getattr(route, "original_router", None)
        if included is not None:
            prefix = getattr(route.include_context, "prefix", "")
            yield from routes_of(included.routes, path + prefix)
        elif inner := getattr(route, "routes", None):
            yield from routes_of(inner, path)
        else:
            for method in getattr(route, "methods", None) or ["GET", "POST"]:
                yield method, path


async def sent(
    application: ASGIApp, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, bytes, int]:
    """The status and the body of an answer, and how often a piece of the request was taken."""
    taken, status, answer = 0, 0, b""

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        if taken > 1:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, answer
        status = message.get("status", status)
        answer += message.get("body", b"")

    given = {"host": HERE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    route, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": method, "scheme": "http", "path": route, "raw_path": route.encode(),
        "root_path": "", "query_string": query.encode(), "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 7860),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    await application(scope, receive, send)
    return status, answer, taken


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: this one may have an event loop, of a browser's tests."""
    with ThreadPoolExecutor(1) as threads:
        done: Future[Any] = threads.submit(asyncio.run, work)
        return done.result()


def test_every_route_refuses_others_before_it_reads_a_body(served: Served) -> None:
    assert len(served.routes) >= FEWEST_ROUTES
    for path in ("/check", "/table", "/search", "/guide", "/source", "/pdf", "/mcp", "/draft"):
        assert path in {path for _, path in served.routes}

    async def all_of_them() -> list[str]:
        let_through = []
        for (method, path), (root, token) in product(
            served.routes, zip(("", SECOND), served.tokens, strict=True)
        ):
            for name, (headers, status) in OTHERS.items():
                shown = {**headers, "x_askdocs_token": token}
                got, _, taken = await sent(served.open, method, root + path, b"{}", **shown)
                if (got, taken) != (status, 0):
                    let_through.append(f"{method} {root}{path}, {name}: {got}, {taken} read")
            got, _, taken = await sent(served.closed, method, root + path, b"{}")
            if (got, taken) != (403 if path.startswith("/askdocs/") else 401, 0):
                let_through.append(f"{method} {root}{path}, no password: {got}, {taken} read")
        return let_through

    assert run(all_of_them()) == []


def test_what_is_shut_in_one_corpus_is_shut_in_all(served: Served) -> None:
    """A token opens its own corpus, no session is for two visitors, and Gradio takes no files."""

    async def statuses() -> list[int]:
        found = []
        for root, other in zip(("", SECOND), served.tokens[::-1], strict=True):
            for path in UPLOADS:
                found.append((await sent(served.open, "POST", root + path, b"{}"))[0])
            task = f"{root}/askdocs/status"
            found.append((await sent(served.open, "POST", task, b"{}", x_askdocs_token=other))[0])
            body = b'{"session_hash": "%s"}' % root.encode()
            for digit in "ab":
                cookie = f"askdocs-visitor={digit * 32}"
                reset = f"{root}/gradio_api/cancel"
                found.append((await sent(served.open, "POST", reset, body, cookie=cookie))[0])
            too_much = b" " * (BODY_BYTES + 1)
            found.append((await sent(served.open, "POST", f"{root}/check", too_much))[0])
        return found

    each = [*[404] * len(UPLOADS), 403, 422, 403, 413]
    assert run(statuses()) == each * 2


ODD = [
    *("NaN", "1e999", "9" * 5000, "null", "[]", "[" * 100_000),
    *('"\\ud800 owls?"', '"\\u0000 owls?"', '"“' + "“`(" * 2000 + '"'),
]
BODIES = {
    "/check": ('{"text": %s}', '{"text": "Owls hunt.", "sources": [%s]}'),
    "/table": ('{"questions": [%s]}', '{"questions": ["do owls hunt?"], "sources": [%s]}'),
    "/v1/chat/completions": (
        '{"messages": [{"role": "user", "content": %s}]}',
        '{"messages": [{"role": "user", "content": [{"type": "text", "text": %s}]}]}',
        '{"messages": [{"role": "user", "content": "do owls hunt?"}], "sources": [%s]}',
    ),
}


@pytest.mark.parametrize("path", BODIES)
def test_no_json_is_a_server_error(path: str, served: Served) -> None:
    """What cannot be written as JSON again was repeated in the answer, which failed."""

    async def all_of_them() -> list[str]:
        failed = []
        for template in BODIES[path]:
            for value in ODD:
                body = (template % value).encode()
                status, answer, _ = await sent(
                    served.open, "POST", path, body, content_type="application/json"
                )
                if status >= 500 or (status == 422 and not json.loads(answer)):
                    failed.append(f"{template} with {value[:40]}: {status}")
        return failed

    assert run(all_of_them()) == []
