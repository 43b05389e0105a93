"""Several corpora behind one gate: each at an address with its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from askdocs.app.corpora import Corpora, NamedCorpus, corpus_root, page_address
from askdocs.app.page_headers import PDFJS_POLICY, POLICY
from askdocs.app.security import (
    BODY_BYTES,
    DRAFT_BYTES,
    WRONG_PASSWORDS_A_MINUTE,
    protected,
)
from askdocs.app.views.static_html import Switch, brand

LOCAL = "http://127.0.0.1:7860"
NAMES = ("ships", "über-uns", "pdfjs")
ROOTS = ["", *map(corpus_root, NAMES)]
FOREIGN = {"origin": "http://evil.example"}
NAVIGATION = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}


def an_application(name: str) -> FastAPI:
    """Says for every route which corpus it is of, and what the page's address is."""
    routes = FastAPI()

    @routes.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    async def told(path: str, request: Request) -> dict[str, Any]:
        read = len(await request.body())
        return {"corpus": name, "path": path, "page": page_address(request), "read": read}

    return routes


def guarded(names: tuple[str, ...] = NAMES, **options: Any) -> TestClient:
    tokens = {corpus_root(name): f"token of {number}" for number, name in enumerate(names)}
    tokens[""] = "token of 0"
    corpora = Corpora({name: an_application(name) for name in names})
    application = NamedCorpus(protected(corpora, token=tokens, **options), names)
    return TestClient(application, base_url=LOCAL, follow_redirects=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_in_the_address_says_which_corpus_answers(name: str) -> None:
    told = guarded().get(f"/in/{name}/documents?a=b").json()
    assert (told["corpus"], told["path"]) == (name, "documents")
    assert told["page"] == f"{LOCAL}/in/{name.replace('ü', '%C3%BC')}/"


def test_without_a_name_the_first_answers_but_for_the_page() -> None:
    client = guarded()
    told = client.get("/documents").json()
    assert (told["corpus"], told["page"]) == ("ships", f"{LOCAL}/")
    page = client.get("/?show=search&q=boats")
    assert (page.status_code, page.headers["location"]) == (307, "/in/ships/?show=search&q=boats")
    assert client.get("/in/über-uns").headers["location"] == "/in/%C3%BCber-uns/"
    for made_up in ("/in/none/documents", "/in/", "/in/SHIPS/", "/in//ships/"):
        found = client.get(made_up)
        assert found.status_code in (404, 307), made_up
        assert "corpus" not in found.text, made_up


def test_one_corpus_is_where_it_was_and_by_its_name() -> None:
    client = guarded(("ships",))
    assert client.get("/").json()["page"] == f"{LOCAL}/"
    assert client.get("/in/ships/").json()["page"] == f"{LOCAL}/in/ships/"


@pytest.mark.parametrize("root", ROOTS)
def test_the_security_middleware_protects_every_corpus(root: str) -> None:
    client = guarded()
    assert client.get(f"{root}/x", headers={"host": "rebound.example"}).status_code == 400
    assert client.post(f"{root}/index", headers=FOREIGN).status_code == 403
    assert client.get(f"{root}/documents", headers=NAVIGATION).status_code == 403
    assert client.get(f"{root}/", headers=NAVIGATION).status_code in (200, 307)
    assert client.get(f"{root}/gradio_api/upload").status_code == 404
    assert client.post(f"{root}/gradio_api/call/v2/ask").status_code == 404
    large = b"x" * (BODY_BYTES + 1)
    assert client.post(f"{root}/v1/chat/completions", content=large).status_code == 413
    assert client.put(f"{root}/draft", content=large).json()["read"] == len(large)
    assert client.put(f"{root}/draft", content=b"x" * (DRAFT_BYTES + 1)).status_code == 413
    policy = client.get(f"{root}/documents").headers["content-security-policy"]
    assert policy.partition("script-src")[0] == POLICY.partition("script-src")[0]
    worker = client.get(f"{root}/assets-askdocs/1/pdfjs/worker.mjs").headers
    assert worker["content-security-policy"] == PDFJS_POLICY


def test_a_token_opens_its_own_corpus_alone() -> None:
    client = guarded()
    for root, number in (("", 0), ("/in/ships", 0), ("/in/über-uns", 1), ("/in/pdfjs", 2)):
        for other in range(3):
            headers = {"x-askdocs-token": f"token of {other}"}
            status = client.post(f"{root}/askdocs/status", headers=headers).status_code
            assert status == (200 if other == number else 403), (root, other)
        assert client.post(f"{root}/askdocs/status").status_code == 403


def test_a_session_belongs_to_its_visitor_in_every_corpus() -> None:
    client, session = guarded(), "gradio_api/queue/data?session_hash=abcdef"
    mine, other = ({"cookie": f"askdocs-visitor={sign * 32}"} for sign in "12")
    assert client.get(f"/in/ships/{session}", headers=mine).status_code == 200
    for root in ROOTS:
        assert client.get(f"{root}/{session}", headers=other).status_code == 403
        assert client.get(f"{root}/gradio_api/heartbeat/abcdef", headers=other).status_code == 403


def test_a_password_is_asked_before_every_corpus_and_tries_are_counted_together() -> None:
    client = guarded(password="long enough")
    for path in ("/", "/in/ships", "/in/über-uns/", "/in/none/", "/in/ships/documents"):
        assert client.get(path).status_code == 401, path
    assert client.get("/in/ships/x", auth=("any", "long enough")).status_code == 200
    roots = ["/in/ships/", "/in/über-uns/"] * WRONG_PASSWORDS_A_MINUTE
    tries = [client.get(root, auth=("any", "wrong")).status_code for root in roots]
    assert tries.count(401) == WRONG_PASSWORDS_A_MINUTE
    assert tries[-1] == 429


def test_the_switch_names_folders_as_text_alone(tmp_path: Path) -> None:
    odd = tmp_path / "<b>a & 'b'"
    shown = brand(Switch("x", {"x": odd, "y z": tmp_path / "plain"}))
    assert "<b>" not in shown
    assert 'href="../y%20z/"' in shown
    assert shown.count('aria-current="page"') == 1
    assert "<details" not in brand(Switch("x", {"x": odd}))
    same = Switch("a", {"a": tmp_path / "one" / "docs", "b": tmp_path / "two" / "docs"})
    assert [same.label(name) for name in same.folders] == ["one/docs", "two/docs"]
