"""Before the page: who is answered, what is let through, and where the server listens."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from askdocs.app import serve
from askdocs.app.security import Guard
from askdocs.assistant import Assistant
from askdocs.errors import AskdocsError

LOCAL = "http://127.0.0.1:7860"


@contextmanager
def a_guarded(**options: str | None) -> Iterator[TestClient]:
    def page(request: Request) -> Response:
        return HTMLResponse(
            '<head><meta property="og:image" content="http://elsewhere.example/a.png" />'
            "<script>1</script></head>"
        )

    routes = [Route("/{path:path}", page, methods=["GET", "POST"])]
    yield TestClient(Guard(Starlette(routes=routes), **options), base_url=LOCAL)  # type: ignore[arg-type]


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


def test_only_this_machine_is_answered_without_a_password() -> None:
    with a_guarded() as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "localhost:1"}).status_code == 200
        assert client.get("/", headers={"host": "rebound.example"}).status_code == 403
        assert client.get("/", headers={"host": "127.0.0.2:7860"}).status_code == 200
        for host in ("", "[::1", "192.0.2.1"):
            assert client.get("/", headers={"host": host}).status_code == 403
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


@pytest.mark.parametrize(
    "path", ["upload", "file=/etc/passwd", "file/x", "proxy=http://evil.example", "stream/1", ""]
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
            serve(assistant, host="127.0.0.1", port=port)


@pytest.mark.parametrize("password", [None, ""])
def test_a_host_that_others_reach_needs_a_password(password: str | None) -> None:
    with Assistant() as assistant, pytest.raises(AskdocsError, match="ASKDOCS_PASSWORD"):
        serve(assistant, host="0.0.0.0", port=0, password=password)


def test_a_host_that_does_not_exist_is_told() -> None:
    with Assistant() as assistant, pytest.raises(AskdocsError, match="--host"):
        serve(assistant, host="no.such.host.invalid", port=0, password="x")


def test_the_package_data_lies_beside_the_code() -> None:
    import askdocs.app

    folder = Path(askdocs.app.__file__).parent
    assert (folder / "static" / "css" / "frame.css").is_file()
    assert (folder / "static" / "js" / "main.js").is_file()
