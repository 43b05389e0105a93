"""Vectors at a Chroma server: shared by processes, lost by no crash, moved without embedding."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from askdocs import (
    Assistant,
    Config,
    ConfigError,
    IndexBusyError,
    IndexMismatchError,
    VectorsUnavailableError,
)
from askdocs.credentials import VECTORS_TOKEN
from askdocs.index.vectors import chroma
from askdocs.index.vectors.collection import Collection
from askdocs.types import Progress
from tests.cli.test_commands import askdocs
from tests.support.chroma_process import ChromaProcess
from tests.support.hash_embedding import HashEmbedding
from tests.support.page_server import running_server
from tests.support.polling import PATIENCE

pytestmark = pytest.mark.usefixtures("forked_children")
QUESTION = "how many cups does kettle 7 boil"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    found = ChromaProcess(tmp_path_factory.mktemp("server") / "data")
    found.start()
    yield found
    found.kill()


@pytest.fixture
def config(corpus: Path, tmp_path: Path, server: ChromaProcess) -> Config:
    """An index whose vectors are at the server, in a collection of its own."""
    write(corpus, 0, 12)
    vectors = f"{server.url}/test-{random.randrange(10**9)}"
    return Config(corpus=corpus, index=tmp_path / "index", vectors=vectors)


def write(corpus: Path, first: int, last: int) -> None:
    for number in range(first, last):
        text = f"# Kettle {number}\n\nKettle {number} boils {number * 3} cups of tea.\n"
        (corpus / f"{number}.md").write_text(text)


def assistant(config: Config, embedding: HashEmbedding | None = None) -> Assistant:
    return Assistant(config, embedder=embedding or HashEmbedding())


def found(asked: Assistant, question: str = QUESTION) -> list[tuple[str, float, tuple[str, ...]]]:
    """What a search finds, with its scores, where Chroma's own rounding does not matter."""
    return [
        (hit.passage.source, round(hit.score, 4), tuple(sorted(hit.found_by)))
        for hit in asked.search(question, top_k=5)
    ]


def fresh(config: Config, folder: Path) -> list[tuple[str, float, tuple[str, ...]]]:
    """What an embedded index of the same documents finds."""
    with assistant(Config(corpus=config.corpus, index=folder)) as other:
        other.index()
        return found(other)


def test_a_served_index_finds_what_an_embedded_one_does(config: Config, tmp_path: Path) -> None:
    with assistant(config) as one:
        assert len(one.index().added) == 12
        assert found(one) == fresh(config, tmp_path / "other")
        assert not (config.index / "chroma").exists()
        assert one.status().vectors == config.vectors
        assert one.diagnose().problems == ()
        assert one.index().embedded == 0


def test_processes_read_what_one_of_them_indexes(config: Config) -> None:
    with assistant(config) as indexer, assistant(config) as reader:
        indexer.index()
        before = found(reader)
        assert before == found(indexer)
        with pytest.raises(IndexBusyError, match=str(os.getpid())):
            reader.index()
        write(config.corpus, 7, 8)
        write(config.corpus, 12, 14)
        (config.corpus / "3.md").unlink()
        indexer.index()
        assert found(reader) == found(indexer) != before or reader.status().passages == 13
        assert {record.source for record in reader.status().documents} >= {"12.md", "13.md"}
        indexer.index(rebuild=True)
        assert found(reader) == found(indexer)
    with assistant(config) as reader:  # the indexer has gone: another may take its place
        assert reader.index().unchanged == 13


def test_pages_and_commands_answer_while_another_process_indexes(
    corpus: Path, tmp_path: Path, server: ChromaProcess
) -> None:
    (corpus / "tea.md").write_text("# Tea\n\nTea is grown in Yunnan.\n")
    config = Config(corpus=corpus, index=tmp_path / "index", vectors=f"{server.url}/pages")
    places = ["--corpus", str(corpus), "--index", str(config.index)]
    environment = {"ASKDOCS_VECTORS": config.vectors}
    stderr = tmp_path / "stderr"
    with Assistant(config) as indexer:
        indexer.index()
        serving = running_server(corpus, config.index, stderr=stderr, **environment)
        with serving as (address, _):
            (corpus / "owls.md").write_text("# Owls\n\nOwls hunt at night.\n")
            indexer.index()
            asked = askdocs("ask", "When do owls hunt?", "--json", *places, cwd=tmp_path,
                            **environment)  # fmt: skip
            assert asked.returncode == 0, asked.stderr
            assert "Owls hunt at night." in asked.stdout
            with urllib.request.urlopen(f"{address}/healthz", timeout=PATIENCE) as told:
                assert b'"documents":2' in told.read().replace(b" ", b"")
        assert "answers from what the other process indexes" in stderr.read_text()


def test_a_server_killed_in_mid_sync_loses_nothing(
    config: Config, server: ChromaProcess, tmp_path: Path
) -> None:
    rng = random.Random(7)
    embedding = HashEmbedding()
    finished = 0
    for round_ in range(3):
        write(config.corpus, 12 + round_ * 200, 12 + (round_ + 1) * 200)
        timer = threading.Timer(rng.uniform(0.05, 0.6), server.kill)

        def start_timer(progress: Progress, timer: threading.Timer = timer) -> None:
            if not timer.ident:
                timer.start()

        with assistant(config, embedding) as one, suppress(VectorsUnavailableError):
            one.index(on_progress=start_timer)
            finished += 1
        timer.join()
        server.start()
    with assistant(config, embedding) as one:
        one.index()
        texts = one.status().passages
        assert embedding.embedded == texts == 12 + 3 * 200  # each text once, whatever happened
        assert one.diagnose().problems == ()
        assert found(one) == fresh(config, tmp_path / "other")
    assert finished < 3


def test_a_server_killed_between_questions_is_reported_and_found_again(
    config: Config, server: ChromaProcess
) -> None:
    with assistant(config) as one:
        one.index()
        before = found(one)
        server.kill()
        with pytest.raises(VectorsUnavailableError, match="does not answer"):
            one.ask(QUESTION)
        write(config.corpus, 12, 13)
        for act in (one.index, one.diagnose, one.repair):
            with pytest.raises(VectorsUnavailableError):
                act()
        with pytest.raises(VectorsUnavailableError):
            assistant(config).ask(QUESTION)
        server.start()
        assert found(one) == before
        assert one.index().added == ("12.md",)


def test_a_server_that_hangs_is_given_up(config: Config, server: ChromaProcess) -> None:
    with assistant(config) as one:
        one.index()
        vectors = one._resources.open_vectors()
        assert isinstance(vectors, Collection)
        assert isinstance(vectors.chroma, chroma.ChromaServer)
        for session in vectors.chroma._sessions:
            session.timeout = 2.0
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(VectorsUnavailableError, match="timed out"):
                one.ask(QUESTION)
        finally:
            server.process.send_signal(signal.SIGCONT)
    with assistant(config) as one:
        assert found(one)


def test_a_server_that_lost_its_data_is_filled_again_without_embedding(
    config: Config, server: ChromaProcess
) -> None:
    embedding = HashEmbedding()
    with assistant(config, embedding) as one:
        one.index()
        before, embedded = found(one), embedding.embedded
        server.lose_everything()
        with pytest.raises(IndexMismatchError, match="Run `askdocs index`"):
            one.ask(QUESTION)
        one.index()
        assert found(one) == before
        assert embedding.embedded == embedded


def test_the_collection_of_another_index_is_left_alone(config: Config, tmp_path: Path) -> None:
    with assistant(config) as one:
        one.index()
        before = found(one)
        other = Config(
            corpus=config.corpus, index=tmp_path / "other", vectors=config.vectors
        )  # by mistake
        with assistant(other) as two:
            for act in (two.index, lambda: two.search(QUESTION)):
                with pytest.raises(IndexMismatchError, match="belongs to another index"):
                    act()
            assert found(one) == before
            # The other index is gone, says who repairs.
            assert two.repair().after.problems == ()
            two.index()
            assert found(two) == before
        with pytest.raises(IndexMismatchError, match="belongs to another index"):
            one.search(QUESTION)


def test_a_lost_catalog_is_made_again_from_what_the_server_holds(config: Config) -> None:
    embedding = HashEmbedding()
    with assistant(config, embedding) as one:
        one.index()
        before, embedded = found(one), embedding.embedded
    (config.index / "catalog.sqlite").write_bytes(b"damaged" * 4000)
    with assistant(config, embedding) as one:
        repaired = one.repair()
        assert (repaired.after.problems, repaired.embedded) == ((), 0)
        assert found(one) == before
        assert embedding.embedded == embedded


def test_an_index_moves_to_a_server_and_back_without_embedding(
    config: Config, tmp_path: Path
) -> None:
    embedded_config = Config(corpus=config.corpus, index=config.index)
    embedding = HashEmbedding()
    with assistant(embedded_config, embedding) as one:
        one.index()
        before, embedded = found(one), embedding.embedded
        assert one.move(config.vectors) == 12
        assert found(one) == before
        assert not (config.index / "chroma").exists()
    with (
        assistant(embedded_config, embedding) as one,
        pytest.raises(IndexMismatchError, match="askdocs move embedded"),
    ):
        one.ask(QUESTION)
    with assistant(config, embedding) as one:
        assert one.index().unchanged == 12
        with pytest.raises(ConfigError, match=r"at http.* already"):
            one.move(f"{config.vectors}/")
        (config.index / "chroma").mkdir()  # a killed move has left it, and its disk is damaged
        (config.index / "chroma" / "chroma.sqlite3").write_bytes(os.urandom(20_000))
        assert one.move("embedded") == 12
        assert one.move("embedded") == 0
        assert found(one) == before
        assert one.index().unchanged == 12
    assert embedding.embedded == embedded


def test_the_command_moves_an_index(corpus: Path, tmp_path: Path, server: ChromaProcess) -> None:
    (corpus / "tea.md").write_text("# Tea\n\nTea is grown in Yunnan.\n")
    assert askdocs("index", cwd=tmp_path).returncode == 0
    place = f"{server.url}/moved"
    moved = askdocs("move", place, cwd=tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert f'vectors = "{place}"' in moved.stdout
    told = askdocs("ask", "Where is tea grown?", cwd=tmp_path)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "askdocs move embedded" in told.stderr
    asked = askdocs("ask", "Where is tea grown?", cwd=tmp_path, ASKDOCS_VECTORS=place)
    assert "Yunnan" in asked.stdout
    wrong = askdocs("move", "ftp://nowhere", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)


class Doorkeeper(BaseHTTPRequestHandler):
    """A proxy that wants a token, as they stand before a Chroma server."""

    port = 0
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != "Bearer open sesame":
            self.answer(401, b"who are you?")
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(self.command, self.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.answer(answer.status, answer.read())
        connection.close()

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, format: str, *values: object) -> None:
        """Say nothing."""


def test_a_token_of_the_environment_is_passed_and_kept_nowhere(
    config: Config, server: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = type("Keeper", (Doorkeeper,), {"port": server.port})
    with ThreadingHTTPServer(("127.0.0.1", 0), keeper) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        vectors = f"http://127.0.0.1:{proxy.server_port}/behind-a-door"
        guarded = Config(corpus=config.corpus, index=config.index, vectors=vectors)
        for token in ("", "open barley"):
            monkeypatch.setenv(VECTORS_TOKEN, token)
            with assistant(guarded) as one, pytest.raises(VectorsUnavailableError) as refused:
                one.index()
            assert VECTORS_TOKEN in str(refused.value)
        monkeypatch.setenv(VECTORS_TOKEN, "open sesame")
        with assistant(guarded) as one:
            one.index()
            assert found(one)
        proxy.shutdown()
    for file in config.index.rglob("*"):
        if file.is_file():
            assert b"open sesame" not in file.read_bytes()


@pytest.mark.parametrize(
    "place",
    ["", "server", "ftp://host", "http://", "http://user:secret@host", "http://host/a/b",
     "http://host/x", "http://host:0", "http://host:many", "http://host?token=x",
     "http://host,http://other", "http://host/one,http://host/two"],
)  # fmt: skip
def test_an_impossible_place_is_refused(place: str) -> None:
    with pytest.raises(Exception, match="vectors"):
        Config(vectors=place)
