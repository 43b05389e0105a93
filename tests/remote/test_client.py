"""Two processes and one index: the second goes through the first, or is told why not."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from askdocs import Assistant, Config, ConfigError, CorpusError, IndexBusyError, Stream
from askdocs.app.api.processes import add_tasks
from askdocs.app.background_tasks import Background
from askdocs.app.security import protected
from askdocs.index.lock import read_owner
from askdocs.remote.client import RemoteAssistant, find_server
from askdocs.remote.wire import from_error, from_record, to_error, to_record
from askdocs.system.network import is_this_machine
from askdocs.types import Answer, AskOptions, Changes, Check, Hit, Status, Turn
from tests.support.hash_embedding import HashEmbedding
from tests.support.model_server import Script, serving
from tests.support.page_server import INDEXED
from tests.support.polling import PATIENCE, free_port, wait_for

OWLS = "# Owls\n\nOwls hunt at night. They turn their heads by 270 degrees.\n"


@dataclass
class Server:
    """A real `askdocs serve`."""

    process: subprocess.Popen[str]
    config: Config

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        places = ["--corpus", str(self.config.corpus), "--index", str(self.config.index)]
        command = [sys.executable, "-m", "askdocs", *arguments, *places]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("served")
    (root / "corpus").mkdir()
    (root / "corpus" / "owls.md").write_text(OWLS)
    config = Config(corpus=root / "corpus", index=root / "index")
    places = ["--corpus", str(config.corpus), "--index", str(config.index)]
    run = f"from askdocs.cli import commands\n{INDEXED}\ncommands.main()"
    command = [sys.executable, "-c", run, "serve", "--no-watch", "--port", str(free_port())]
    environment = {**os.environ, "ASKDOCS_PASSWORD": "not asked of processes with the token"}
    with subprocess.Popen(
        [*command, *places], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert "ready at" in process.stdout.readline()
        yield Server(process, config)
        process.send_signal(signal.SIGKILL)
    # The crashed owner's note is still there and blocks nobody.
    assert "address" in read_owner(config.index)
    assert find_server(config) is None
    with Assistant(config) as assistant:
        assert assistant.search("owls")


def tasks(assistant: Assistant) -> ASGIApp:
    """The routes for other processes behind the gate, as a server has them."""
    routes = FastAPI()
    add_tasks(routes, assistant, Background())
    return protected(routes, token=assistant.token)


@contextmanager
def listening(application: ASGIApp) -> Iterator[str]:
    """The address of a real web server."""
    web = uvicorn.Server(uvicorn.Config(application, log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=web.run, args=([listener],), daemon=True)
        thread.start()
        wait_for(lambda: web.started, True)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            web.should_exit = True
            thread.join()


def test_commands_of_another_terminal_go_through_the_server_and_say_so(server: Server) -> None:
    (server.config.corpus / "tea.md").write_text("# Tea\n\nTea is grown in Yunnan.\n")
    indexed = server.command("index", "--json")
    assert indexed.returncode == 0, indexed.stderr
    assert json.loads(indexed.stdout)["added"] == ["tea.md"]
    assert "through the server at http://127.0.0.1:" in indexed.stderr
    asked = server.command("ask", "Where is tea grown?", "--json")
    assert "through the server" in asked.stderr
    assert json.loads(asked.stdout)["hits"][0]["source"] == "tea.md"


def test_a_second_server_is_refused_with_the_address_of_the_first(server: Server) -> None:
    refused = server.command("serve", "--port", "1")
    address = read_owner(server.config.index)["address"]
    assert (refused.returncode, refused.stdout) == (1, "")
    assert address in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_client_returns_what_an_assistant_returns(server: Server) -> None:
    remote = find_server(server.config)
    assert remote is not None
    with remote:
        assert remote.is_indexed()
        assert not remote.has_llm
        (hit, *_) = remote.search("how far do owls turn their heads", top_k=3)
        assert isinstance(hit, Hit)
        document = remote.document("owls.md")
        assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text
        answer = remote.ask("How far do owls turn their heads?")
        assert isinstance(answer, Answer)
        for citation in answer.citations:
            assert document.text[citation.start : citation.end] == citation.quote
        assert remote.ask("and when do they hunt?", history=[Turn(answer.question, answer)])
        found = remote.find("owls", each=1)
        assert [len(each.matches) for each in found.documents] == [1]
        assert remote.find("owls", start=len(found.documents)).documents == ()
        assert remote.find("birds that hunt at night", by="meaning").documents
        assert remote.guide(most=0).documents == ()
        checked = remote.check("Owls hunt at night.")
        assert [each.verdict for each in checked.statements] == ["quoted"]
        status = remote.status()
        assert isinstance(status, Status)
        assert status.documents[0].source == "owls.md"
        stages: list[str] = []
        changes = remote.index(on_progress=lambda progress: stages.append(progress.stage))
        assert isinstance(changes, Changes)
        assert "scan" in stages


def test_a_reply_of_the_server_arrives_in_pieces_and_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "owls.md").write_text(OWLS)
    script = Script([["Owls hunt at night [1]. ", "And so "]], silent=True)
    with serving(script) as model:
        config = Config(
            corpus=tmp_path / "corpus", index=tmp_path / "index", llm=f"openai:small@{model.url}"
        )
        with (
            Assistant(config) as assistant,
            listening(tasks(assistant)) as address,
        ):
            assistant.index()
            stream = RemoteAssistant(config, address, assistant.token).stream("When do owls hunt?")
            said = ""
            for piece in stream:
                said += piece
                if "And" in said:
                    break
            stream.close()
            assert said.startswith("Owls hunt at night. [1] And")
            assert script.left.wait(PATIENCE)


class Recording(Assistant):
    """Notes the options of a question, and answers with it."""

    options: AskOptions | None = None

    def _stream(self, question: str, options: AskOptions) -> Stream:
        self.options = options

        def answer() -> Generator[str, None, Answer]:
            yield from ()
            return Answer(question, "")

        return Stream(answer)


def test_every_option_of_a_question_reaches_the_server(tmp_path: Path) -> None:
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Recording(config) as assistant, listening(tasks(assistant)) as address:
        remote = RemoteAssistant(config, address, assistant.token)
        options = AskOptions((), ("a.md",), True, True, "quotes", "no")
        remote.ask(
            "Who?", sources=["a.md"], quotes=True, insist=True, tasks="quotes", second_opinion="no"
        )
        assert assistant.options == options


def test_a_server_does_not_embed_on_a_ray_cluster(tmp_path: Path) -> None:
    remote = RemoteAssistant(Config(index=tmp_path), "http://127.0.0.1:1", "x")
    with pytest.raises(ConfigError, match="Stop it first"):
        remote.index(ray="auto")


def test_errors_come_through_as_they_were_raised(server: Server) -> None:
    remote = find_server(server.config)
    assert remote is not None
    with pytest.raises(CorpusError, match=r"nothing\.txt"):
        remote.document("nothing.txt")
    with pytest.raises(CorpusError, match="No document matches"):
        remote.search("owls", sources=["nothing*"])


def test_a_server_of_another_folder_is_reported(server: Server, tmp_path: Path) -> None:
    other = Config(corpus=tmp_path, index=server.config.index)
    with pytest.raises(IndexBusyError, match="which serves"):
        find_server(other)
    remote = find_server(other, any_corpus=True)
    assert remote is not None
    with pytest.raises(CorpusError, match="serves"):
        remote.check_folder()


def test_a_folder_is_the_same_however_its_path_is_spelt(server: Server, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(server.config.corpus)
    for spelt in (tmp_path / "link", server.config.corpus / ".." / server.config.corpus.name):
        assert find_server(Config(corpus=spelt, index=server.config.index))


def test_the_wrong_token_opens_nothing(server: Server) -> None:
    owner = read_owner(server.config.index)
    with pytest.raises(IndexBusyError):
        RemoteAssistant(server.config, owner["address"], "wrong").status()


def test_a_note_of_a_server_that_is_gone_is_ignored(tmp_path: Path) -> None:
    note = {"pid": 1, "address": f"http://127.0.0.1:{free_port()}", "token": "x"}
    (tmp_path / "lock").write_text(json.dumps(note))
    assert find_server(Config(index=tmp_path)) is None


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "rebound.example", "[2001:db8::1]", "user@192.0.2.1", "127.0.0.1.example"]
)
def test_a_note_that_names_another_machine_is_not_followed(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index folder may have come from somebody else: its note chooses no address to connect."""

    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("a connection, or a name that is looked up")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for scheme in ("http", "https"):
        note = {"pid": 1, "address": f"{scheme}://{host}:80", "token": "x"}
        (tmp_path / "lock").write_text(json.dumps(note))
        assert find_server(Config(index=tmp_path)) is None


def test_an_address_of_a_network_of_this_machine_is_its_own() -> None:
    assert is_this_machine("127.0.0.1")
    assert is_this_machine("::1")
    assert is_this_machine("0.0.0.0")
    assert not is_this_machine(None)
    own = {each[4][0] for each in socket.getaddrinfo(socket.gethostname(), 0)}
    assert all(is_this_machine(str(each)) for each in own)


def test_an_address_that_can_be_bound_may_still_be_of_another_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a system with net.ipv4.ip_nonlocal_bind, which binds any address."""

    class Lenient(socket.socket):
        def bind(self, address: object) -> None:
            """Nothing is refused."""

    monkeypatch.setattr(socket, "socket", Lenient)
    assert not is_this_machine("192.0.2.1")
    assert not is_this_machine("2001:db8::1")
    assert not is_this_machine("::ffff:192.0.2.1")
    assert is_this_machine("127.0.0.1")


def test_the_interface_refuses_without_the_token_and_unknown_tasks(tmp_path: Path) -> None:
    (tmp_path / "owls.md").write_text(OWLS)
    config = Config(corpus=tmp_path, index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        client = TestClient(tasks(assistant), base_url="http://127.0.0.1")
        assert client.post("/askdocs/status", json={}).status_code == 403
        headers = {"X-Askdocs-Token": assistant.token}
        assert client.post("/askdocs/repair", json={}, headers=headers).status_code == 404
        values = {"dry_run": False, "rebuild": False}
        lines = client.post("/askdocs/index", json=values, headers=headers).text.splitlines()
        assert json.loads(lines[-1])["found"]["added"] == ["owls.md"]
        draft = {"text": "What do owls do?", "sources": None}  # claims nothing: no model is asked
        lines = client.post("/askdocs/check", json=draft, headers=headers).text.splitlines()
        checked = from_record(Check, json.loads(lines[-1])["found"])
        assert [each.verdict for each in checked.statements] == ["no_claim"]


def test_what_is_sent_comes_back_equal(sample: Assistant) -> None:
    answer = sample.ask("what did Zehri warn?")
    assert answer.citations
    again = from_record(Answer, json.loads(json.dumps(to_record(answer))))
    assert again == answer
    changes = Changes(added=("a",), renamed=(("b", "c"),), passages=3)
    assert from_record(Changes, json.loads(json.dumps(to_record(changes)))) == changes
    status = sample.status()
    assert from_record(Status, json.loads(json.dumps(to_record(status)))) == status
    error = from_error(to_error(CorpusError("gone")))
    assert (type(error), str(error)) == (CorpusError, "gone")
