"""Before the page: who is answered, what is let through, and where the server listens."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from askdocs.app import ServerOptions, serve
from askdocs.app.listener import address, listen
from askdocs.app.security import TASK_BYTES, WRONG_PASSWORDS_A_MINUTE, protected, rate_limit_key
from askdocs.assistant import Assistant
from askdocs.errors import AskdocsError

LOCAL = "http://127.0.0.1:7860"


TOKEN = {"x-askdocs-token": "token"}


@contextmanager
def a_guarded(body: list[bytes] | None = None, **options: Any) -> Iterator[TestClient]:
    """A client of a guarded page; `body` collects the bodies that reach it."""

    async def page(request: Request) -> Response:
        if body is not None:
            body.append(await request.body())
        return HTMLResponse(
            '<head><meta property="og:image" content="http://elsewhere.example/a.png" />'
            "<script>1</script></head>"
        )

    methods = ["GET", "POST", "PUT", "DELETE"]
    routes = [Route("/{path:path}", page, methods=methods)]
    guarded = protected(Starlette(routes=routes), token="token", **options)
    yield TestClient(guarded, base_url=LOCAL)


def endless(read: list[int]) -> Iterator[bytes]:
    """A body of 200 MB that notes how much of it was taken."""
    for _ in range(200):
        read.append(1_000_000)
        yield b"x" * 1_000_000


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


def test_only_this_machine_is_answered_without_a_password() -> None:
    with a_guarded() as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "localhost:1"}).status_code == 200
        for host in ("rebound.example", "127.0.0.2:7860", "", "[::1", "192.0.2.1", "x@127.0.0.1"):
            assert client.get("/", headers={"host": host}).status_code == 400, host
    with a_guarded(hosts=["127.0.0.2"]) as client:
        assert client.get("/", headers={"host": "127.0.0.2:7860"}).status_code == 200
        odd = {"origin": "http://[::1"}
        assert client.get("/", headers=odd).status_code == 403


def test_a_password_protects_every_route_for_any_host() -> None:
    with a_guarded(password="pässwort") as client:
        for path in ("/", "/healthz", "/source?source=a", "/gradio_api/info", "/static/x.js"):
            assert client.get(path).status_code == 401
            assert client.get(path, headers=basic("wrong")).status_code == 401
        assert client.get("/", headers={"Authorization": "Basic ???"}).status_code == 401
        assert client.get("/", headers={"Authorization": "Bearer wrong"}).status_code == 401
        allowed = {**basic("pässwort"), "host": "docs.example"}
        assert client.get("/", headers=allowed).status_code == 200


def test_a_program_may_give_the_password_as_its_key() -> None:
    with a_guarded(password="pässwort") as client:
        headers = {"Authorization": "Bearer pässwort".encode()}
        assert client.get("/v1/models", headers=headers).status_code == 200


def test_a_new_visitor_gets_a_cookie_that_no_script_reads() -> None:
    with a_guarded() as client:
        first = client.get("/").headers["set-cookie"]
        assert "HttpOnly" in first
        assert "SameSite=Lax" in first
        assert "set-cookie" not in client.get("/").headers
        odd = {"cookie": "askdocs-visitor=../../etc"}
        client.cookies.clear()
        assert "set-cookie" in client.get("/", headers=odd).headers


def test_another_sites_page_is_not_answered() -> None:
    with a_guarded() as client:
        foreign = {"origin": "http://evil.example"}
        assert client.post("/gradio_api/queue/join", headers=foreign).status_code == 403
        assert client.post("/gradio_api/queue/join", headers={"origin": LOCAL}).status_code == 200
        assert client.get("/", headers={"origin": "null"}).status_code == 403


FETCHED = {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
OPENED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
FRAMED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "made-up"])
def test_another_site_may_open_the_page_and_nothing_else(site: str) -> None:
    """What browsers tell of requests that another site's page makes, images above all."""
    with a_guarded() as client:
        said = {"sec-fetch-site": site}
        assert client.get("/", headers={**said, **OPENED}).status_code == 200
        assert client.get("/?__theme=dark", headers={**said, **OPENED}).status_code == 200
        assert client.post("/", headers={**said, **OPENED}).status_code == 403
        assert client.get("/", headers={**said, **FRAMED}).status_code == 403
        for path in ("/", "/pdf?source=a.pdf", "/assets-askdocs/x/theme.js"):
            assert client.get(path, headers={**said, **FETCHED}).status_code == 403
        for path in ("/source?source=a", "/pdf?source=a.pdf", "/askdocs/status"):
            opened = client.get(path, headers={**said, **OPENED, **TOKEN})
            assert opened.status_code == 403, path


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_page_itself_and_the_address_bar_may_ask_for_everything(site: str) -> None:
    with a_guarded() as client:
        for path in ("/", "/pdf?source=a.pdf", "/gradio_api/info"):
            headers = {"sec-fetch-site": site, **FETCHED}
            assert client.get(path, headers=headers).status_code == 200


def test_no_other_site_may_show_a_response_be_it_refused_or_not() -> None:
    with a_guarded() as client:
        foreign = {"origin": "http://evil.example"}
        for answer in (client.get("/"), client.get("/pdf"), client.get("/", headers=foreign)):
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"


REFUSED: dict[str, tuple[dict[str, str], int]] = {
    "no token": ({}, 403),
    "a wrong token": ({"x-askdocs-token": "wrong"}, 403),
    "an empty token": ({"x-askdocs-token": ""}, 403),
    "another host": ({"host": "rebound.example", **TOKEN}, 400),
    "another origin": ({"origin": "http://evil.example", **TOKEN}, 403),
    "another site": ({"sec-fetch-site": "cross-site", **TOKEN}, 403),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_routes_for_processes_are_refused_before_their_body_is_read(name: str) -> None:
    headers, status = REFUSED[name]
    bodies: list[bytes] = []
    with a_guarded(bodies) as client:
        read: list[int] = []
        answer = client.post("/askdocs/status", content=endless(read), headers=headers)
        assert (answer.status_code, bodies) == (status, [])
        assert client.post("/askdocs/status", content=b"{}", headers=TOKEN).status_code == 200
        assert bodies == [b"{}"]


def test_a_token_is_enough_where_there_is_a_password() -> None:
    with a_guarded(password="pässwort") as client:
        assert client.post("/askdocs/status", headers=TOKEN).status_code == 200
        assert client.post("/askdocs/status", headers=basic("pässwort")).status_code == 403
        assert client.get("/", headers=TOKEN).status_code == 401


async def taken_of_a_body(path: str, method: str = "POST", **headers: str) -> tuple[int, int]:
    """How many megabytes of an endless body a guarded application takes, and its status."""
    taken = 0
    status = 0

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        await Response()(scope, receive, send)

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": taken < 100}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    sent = {"host": "127.0.0.1:7860", **headers}
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "client": None,
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }  # fmt: skip
    await protected(application, token="token")(scope, receive, send)
    return taken, status


@pytest.mark.parametrize(
    ("path", "method", "headers", "most", "status"),
    [
        ("/askdocs/status", "POST", {}, 0, 403),
        ("/askdocs/status", "POST", TOKEN, TASK_BYTES // 1_000_000 + 1, 413),
        ("/askdocs/status", "POST", {**TOKEN, "content-length": "200000000"}, 0, 413),
        ("/v1/chat/completions", "POST", {}, 2, 413),
        ("/v1/chat/completions", "POST", {"content-length": "9000000"}, 0, 413),
        ("/gradio_api/queue/join", "POST", {}, 2, 413),
        ("/document", "DELETE", {}, 2, 413),
        ("/document", "POST", {}, 2, 413),
        ("/draft", "PUT", {}, 21, 413),
        ("/document", "PUT", {}, 100, 200),  # limited where the file is written
        ("/", "GET", {}, 2, 413),
        ("/gradio_api/upload", "POST", {}, 0, 404),
    ],
)
def test_no_more_of_a_body_is_taken_than_its_route_allows(
    path: str, method: str, headers: dict[str, str], most: int, status: int
) -> None:
    with ThreadPoolExecutor(1) as threads:  # browser tests keep a loop in this one
        work = taken_of_a_body(path, method, **headers)
        taken, answered = threads.submit(asyncio.run, work).result()
    assert answered == status
    assert taken <= most


def test_wrong_passwords_are_logged_and_limited_for_their_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with a_guarded(password="long enough") as client:
        for number in range(WRONG_PASSWORDS_A_MINUTE):
            assert client.get("/", headers=basic("long enough")).status_code == 200
            assert client.get("/", headers=basic(str(number))).status_code == 401
        refused = client.get("/", headers=basic("another"))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        # Nothing is compared any more, so that what is right cannot be told from what is wrong.
        assert client.get("/", headers=basic("long enough")).status_code == 429
        assert client.get("/").status_code == 401
        others = TestClient(client.app, base_url=LOCAL, client=("192.0.2.7", 5))
        assert others.get("/", headers=basic("long enough")).status_code == 200
    assert caplog.text.count("wrong password") == WRONG_PASSWORDS_A_MINUTE
    assert "another" not in caplog.text


def test_who_has_a_network_of_ipv6_is_one_visitor_whatever_address_he_takes() -> None:
    with a_guarded(password="long enough") as client:
        for number in range(WRONG_PASSWORDS_A_MINUTE + 1):
            host = f"2001:db8:0:1:{number:x}::{number:x}"
            guesser = TestClient(client.app, base_url=LOCAL, client=(host, 5))
            refused = guesser.get("/", headers=basic(str(number)))
        assert refused.status_code == 429
        neighbour = TestClient(client.app, base_url=LOCAL, client=("2001:db8:0:2::1", 5))
        assert neighbour.get("/", headers=basic("long enough")).status_code == 200


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_limits_count_by_the_visitor(address: str, visitor: str) -> None:
    assert rate_limit_key(address) == visitor


VISITOR, OTHER = (f"askdocs-visitor={digit * 32}" for digit in "ab")


@pytest.mark.parametrize(
    ("method", "path", "values"),
    [
        ("GET", "/gradio_api/heartbeat/h1", None),
        ("GET", "/gradio_api/queue/data?session_hash=h1", None),
        ("POST", "/gradio_api/queue/join", {"session_hash": "h1", "data": []}),
        ("POST", "/gradio_api/cancel", {"session_hash": "h1", "event_id": "x"}),
        ("POST", "/gradio_api/call/ask", {"session_hash": "h1"}),
        ("POST", "/gradio_api/run/export?session_hash=h1", {}),
    ],
)
def test_a_session_is_only_for_the_visitor_who_began_it(
    method: str, path: str, values: dict[str, Any] | None
) -> None:
    bodies: list[bytes] = []
    with a_guarded(bodies) as client:
        begun = client.get("/gradio_api/heartbeat/h1", headers={"cookie": VISITOR})
        assert begun.status_code == 200
        for cookie, status in ((OTHER, 403), ("", 403), (VISITOR, 200)):
            client.cookies.clear()
            bodies.clear()
            headers = {"cookie": cookie} if cookie else {}
            answer = client.request(method, path, json=values, headers=headers)
            assert answer.status_code == status, (path, cookie)
        assert values is None or json.loads(bodies[0]) == values


@pytest.mark.parametrize(
    "path",
    [
        "upload",
        "file=/etc/passwd",
        "file/x",
        "proxy=http://evil.example",
        "stream/1",
        "call/v2/ask",
        "",
    ],
)
def test_gradio_serves_no_files_uploads_or_proxies(path: str) -> None:
    with a_guarded() as client:
        assert client.get(f"/gradio_api/{path}").status_code == 404
        assert client.post(f"/gradio_api/{path}").status_code == 404


def test_a_page_may_load_nothing_foreign_and_run_only_its_own_scripts() -> None:
    with a_guarded(head="<link>") as client:
        answer, again = client.get("/"), client.get("/")
    policy = answer.headers["content-security-policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert "default-src 'self'" in policy
    assert "script-src 'self' 'unsafe-eval' 'nonce-" in policy
    assert f'<script nonce="{nonce}">1</script><link></head>' in answer.text
    assert "elsewhere.example" not in answer.text
    assert nonce not in again.text


def test_a_port_in_use_names_the_option() -> None:
    with socket.socket() as taken, Assistant() as assistant:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AskdocsError, match=rf"Port {port} is in use.*--port"):
            serve(assistant, ServerOptions(host="127.0.0.1", port=port))


@pytest.mark.parametrize("password", [None, ""])
def test_a_host_that_others_reach_needs_a_password(password: str | None) -> None:
    with Assistant() as assistant, pytest.raises(AskdocsError, match="ASKDOCS_PASSWORD"):
        serve(assistant, ServerOptions(host="0.0.0.0", port=0, password=password))


@pytest.mark.parametrize("password", ["a", "1234567", "ünïcöde"])
def test_a_host_that_others_reach_needs_a_password_that_is_long_enough(password: str) -> None:
    with pytest.raises(AskdocsError, match="at least 8 characters"):
        listen("0.0.0.0", 0, password=password)
    with listen("127.0.0.1", 0, password=password) as here:
        assert here.getsockname()[1]


def test_a_host_that_does_not_exist_is_reported() -> None:
    with Assistant() as assistant, pytest.raises(AskdocsError, match="--host"):
        serve(assistant, ServerOptions(host="no.such.host.invalid", port=0, password="long enough"))


def test_the_address_of_a_server_has_numbers_or_localhost_in_it() -> None:
    with listen("127.0.0.1", 0, password=None) as listener:
        port = listener.getsockname()[1]
        assert address(listener, "0.0.0.0") == f"http://127.0.0.1:{port}"
        assert address(listener, "::1") == f"http://[::1]:{port}"
        assert address(listener, "localhost") == f"http://localhost:{port}"
        assert address(listener, "a-name.example") == f"http://127.0.0.1:{port}"


def test_the_package_data_is_next_to_the_code() -> None:
    import askdocs.app

    folder = Path(askdocs.app.__file__).parent
    assert (folder / "static" / "css" / "layout.css").is_file()
    assert (folder / "static" / "js" / "main.js").is_file()
    assert (folder / "static" / "vendor" / "pdfjs" / "pdf.worker.min.mjs").is_file()
