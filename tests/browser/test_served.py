"""What the server gives, asked for without a browser."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import ServeCorpus

from askdocs.output.checksum import checksum
from tests.support import polling
from tests.support.page_server import running_server

ARTICLE = "jaffar-express-attack.txt"


def test_the_source_is_given_with_its_marks(address: str) -> None:
    mark = f"0-14.{checksum('Jaffar Exports')}"
    wrong = polling.get(f"{address}/source", params={"source": ARTICLE, "mark": mark}).json()
    assert wrong["lost"] == [0]
    mark = f"0-14.{checksum('Jaffar Express')}"
    reading = polling.get(f"{address}/source", params={"source": ARTICLE, "mark": mark}).json()
    assert '<mark data-marks="0">Jaffar Express</mark>' in reading["html"]
    assert reading["places"] == ["line 1"]


@pytest.mark.parametrize("source", ["../index/catalog.sqlite", "/etc/passwd", "notes/../../x", ""])
def test_what_is_not_indexed_is_not_served(address: str, source: str) -> None:
    answer = polling.get(f"{address}/source", params={"source": source})
    assert answer.status_code == 404
    assert "There is no document" in answer.json()["problem"]


def test_a_damaged_link_is_reported(address: str) -> None:
    answer = polling.get(f"{address}/source", params={"source": ARTICLE, "mark": "nonsense"})
    assert answer.status_code == 400
    assert answer.json() == {"problem": "This link is damaged."}


def test_health_and_style_are_served(address: str) -> None:
    health = {"status": "ok", "documents": 4}
    polling.wait_for(lambda: polling.get(f"{address}/healthz").json(), health)
    page = polling.get(address).text
    style = page.split('<link rel="stylesheet" href="')[-1].split('"')[0]
    assert polling.get(f"{address}/{style}").headers["content-type"].startswith("text/css")
    plain = polling.get(f"{address}/{style}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    small = polling.get(f"{address}/{style}", headers={"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(plain.content) / 2
    assert small.content == plain.content
    assert polling.get(f"{address}/assets-askdocs/server.py").status_code == 404
    assert polling.get(f"{address}/docs").status_code == 404


def test_programs_can_ask_search_index_and_list(address: str) -> None:
    names = polling.get(f"{address}/gradio_api/info").json()["named_endpoints"]
    assert set(names) == {"/ask", "/search", "/index", "/documents"}
    from gradio_client import Client

    client = Client(address, verbose=False)
    answer = client.predict("how high is the tower of the lighthouse?", api_name="/ask")
    assert "38 metres" in answer["text"]
    assert answer["citations"][0]["source"] == "lighthouse.txt"
    hits = client.predict("money box", 3, None, api_name="/search")
    assert hits[0]["source"] == "notes/tea.md"
    assert client.predict(api_name="/index")["unchanged"] == 4
    assert len(client.predict(api_name="/documents")) == 4
    with pytest.raises(Exception, match="empty"):
        client.predict("?", api_name="/ask")
    client.close()


def test_other_chat_clients_can_use_the_folder_as_a_model(address: str) -> None:
    (model,) = polling.get(f"{address}/v1/models").json()["data"]
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "who built the lighthouse of Skerry Point?"},
        {"role": "assistant", "content": "The lighthouse was built by the engineer Anna Moreau."},
        {"role": "user", "content": [{"type": "text", "text": "and when?"}]},
    ]
    asked = {"model": model["id"], "messages": messages}
    answer = polling.post(f"{address}/v1/chat/completions", json=asked).json()
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert "1871" in answer["choices"][0]["message"]["content"]
    assert answer["citations"][0]["source"] == "lighthouse.txt"
    assert answer["answered"] is True
    usage = answer["usage"]
    assert usage["prompt_tokens"] == 26
    assert usage["completion_tokens"] > 10
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]

    asked["stream"] = True
    with polling.stream("POST", f"{address}/v1/chat/completions", json=asked) as stream:
        events = [line.removeprefix("data: ") for line in stream.iter_lines() if line]
    assert events.pop() == "[DONE]"
    chunks = [json.loads(event) for event in events]
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said == answer["choices"][0]["message"]["content"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[-1]["citations"] == answer["citations"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert not any("usage" in chunk for chunk in chunks)
    noted = answer["choices"][0]["message"]["annotations"]
    sent = [chunk["choices"][0]["delta"].get("annotations") for chunk in chunks]
    assert [each for each in sent if each is not None] == [noted]
    assert noted
    for each in noted:
        citation = each["url_citation"]
        assert each["type"] == "url_citation"
        assert said[citation["start_index"] : citation["end_index"]].strip("\\[]").isdigit()
        assert citation["url"].startswith(f"{address}/#source=lighthouse.txt&mark=")
        assert citation["title"].startswith("lighthouse.txt")

    asked["stream_options"] = {"include_usage": True}
    with polling.stream("POST", f"{address}/v1/chat/completions", json=asked) as stream:
        events = [line.removeprefix("data: ") for line in stream.iter_lines() if line]
    *chunks, last = [json.loads(event) for event in events[:-1]]
    assert {chunk["usage"] for chunk in chunks} == {None}
    assert chunks[-1]["citations"] == answer["citations"]
    assert (last["choices"], last["usage"]) == ([], usage)


@pytest.mark.parametrize("stream", [True, False])
def test_a_question_that_cannot_be_asked_is_an_error_as_clients_know_it(
    address: str, stream: bool
) -> None:
    for messages in ([{"role": "user", "content": "?"}], [{"role": "assistant", "content": "a"}]):
        asked = {"messages": messages, "stream": stream}
        answer = polling.post(f"{address}/v1/chat/completions", json=asked)
        assert answer.status_code == 400
        assert answer.json()["error"]["message"]


def test_a_server_that_is_busy_ends_in_order_by_ctrl_c(corpus: Path, tmp_path: Path) -> None:
    """`running_server` ends each server by SIGTERM, and looks at its status."""
    with running_server(corpus, tmp_path / "index", forked=False) as (address, process):
        # it still looks for first questions, and is asked one
        asked = {"messages": [{"role": "user", "content": "who warned of what, and when?"}]}
        with pytest.raises(httpx.TimeoutException):
            polling.post(f"{address}/v1/chat/completions", json=asked, timeout=0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(polling.PATIENCE) == 0  # an aborted process has another status


NEVER_STOPS = """
import time
from askdocs.index.sync.watch import Watch
Watch.stop = lambda self: time.sleep(1000)
"""


def test_a_server_ends_that_would_wait_for_ever_for_what_is_indexed(
    corpus: Path, tmp_path: Path
) -> None:
    with running_server(corpus, tmp_path / "index", prepare=NEVER_STOPS) as (_, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(polling.PATIENCE) == 0


def test_files_are_put_and_removed_by_name_alone(address: str, corpus: Path) -> None:
    put = polling.put(f"{address}/document", params={"name": "new/a.txt"}, content=b"words")
    assert put.status_code == 201
    assert (corpus / "new" / "a.txt").read_bytes() == b"words"
    again = {"name": "new/a.txt"}
    assert polling.put(f"{address}/document", params=again, content=b"x").status_code == 409
    odd = {"name": "../a.txt"}
    assert polling.put(f"{address}/document", params=odd, content=b"x").status_code == 422
    foreign = {"origin": "http://evil.example"}
    gone = {"source": "new/a.txt"}
    refused = polling.delete(f"{address}/document", params=gone, headers=foreign)
    assert refused.status_code == 403
    assert polling.delete(f"{address}/document", params=gone).status_code == 204
    assert polling.delete(f"{address}/document", params=gone).status_code == 404
    assert not (corpus / "new" / "a.txt").exists()


def test_an_empty_corpus_is_served_with_advice_and_behind_a_password(
    tmp_path: Path, serve_corpus: ServeCorpus
) -> None:
    (tmp_path / "corpus").mkdir()
    with serve_corpus(
        tmp_path / "corpus", tmp_path / "index", ASKDOCS_PASSWORD="secret"
    ) as address:
        for path in ("/", "/healthz", "/source?source=a", "/gradio_api/info", "/v1/models"):
            assert polling.get(address + path).status_code == 401
        assert polling.put(f"{address}/document?name=a.txt", content=b"a").status_code == 401
        allowed = polling.get(f"{address}/healthz", auth=("me", "secret"))
        assert allowed.json() == {"status": "ok", "documents": 0}
