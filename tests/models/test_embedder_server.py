"""An embedding model behind an address, with a small real server that speaks as OpenAI's do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from askdocs import Assistant, Config, ConfigError, ModelUnavailableError
from askdocs.credentials import EMBEDDER_KEY as KEY
from askdocs.models.embedders import load_embedder
from tests.support.hash_embedding import HashEmbedding, vector_of

QUESTION = "how many cups does kettle 7 boil"


@dataclass
class Model:
    """A server whose vectors are those of HashEmbedding, and what it has been asked."""

    url: str = ""
    key: str = ""
    ends_after: int = 1_000_000  # texts; then it answers no longer
    answer: Any = None
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def model() -> Iterator[Model]:
    found = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/embeddings":
                self.say(404, {"error": "no such place"})
            elif found.key and self.headers.get("Authorization") != f"Bearer {found.key}":
                self.say(401, {"error": "who are you?"})
            elif sum(len(each["input"]) for each in found.asked) >= found.ends_after:
                self.say(503, {"error": "the graphics card is lost"})
            elif len(asked["input"]) > 32:
                self.say(413, {"error": "too many"})
            else:
                found.asked.append(asked)
                rows = [
                    {"index": index, "embedding": [9 * x for x in vector_of(text)]}
                    for index, text in enumerate(asked["input"])
                ]
                self.say(200, found.answer or {"data": rows[::-1]})

        def say(self, status: int, content: object) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()


def test_vectors_have_length_one_and_follow_the_order_of_the_texts(model: Model) -> None:
    texts = [f"kettle {number}" for number in range(70)]
    embedder = load_embedder(f"http:{model.url}")
    expected = np.array([vector_of(text) for text in texts], np.float32)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(embedder.embed(texts), expected, atol=1e-6)
    assert np.allclose(embedder.embed_question(texts[3]), expected[3], atol=1e-6)
    assert [len(each["input"]) for each in model.asked] == [32, 32, 6, 1]
    assert len(embedder.embed([])) == 0


def test_addresses_are_understood_as_people_write_them(model: Model) -> None:
    for spec in (model.url, f"http:{model.url}/", f"http:{model.url}/v1",
                 f"http:{model.url}/v1/embeddings", f"http:tea-small@{model.url}"):  # fmt: skip
        assert load_embedder(spec).embed_question("tea").shape == (96,)
    assert model.asked[-1]["model"] == "tea-small"
    assert load_embedder(f"http:tea-small@{model.url}").fingerprint == "http:tea-small"
    for spec in ("http:", "http:nowhere", "http:@http://host", "http:ftp://host"):
        with pytest.raises(ConfigError):
            load_embedder(spec)


def test_an_index_is_the_same_as_with_the_model_in_this_process(
    model: Model, corpus: Path, tmp_path: Path
) -> None:
    for number in range(40):
        text = f"# Kettle {number}\n\nKettle {number} boils {number * 3} cups of tea.\n"
        (corpus / f"{number}.md").write_text(text)
    config = Config(corpus=corpus, index=tmp_path / "one", embedder=f"http:{model.url}")
    with (
        Assistant(config) as one,
        Assistant(Config(corpus=corpus, index=tmp_path / "two"), embedder=HashEmbedding()) as other,
    ):
        assert one.index().embedded == other.index().embedded == 40
        ours, theirs = ([(h.passage.source, round(h.score, 4)) for h in each.search(QUESTION)]
                        for each in (one, other))  # fmt: skip
        assert ours == theirs


def test_a_key_of_the_environment_is_passed(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    model.key = "open sesame"
    with pytest.raises(ModelUnavailableError, match=KEY):
        load_embedder(f"http:{model.url}").embed_question("tea")
    monkeypatch.setenv(KEY, "open sesame")
    assert load_embedder(f"http:{model.url}").embed_question("tea").shape == (96,)


@pytest.mark.parametrize(
    "answer",
    [{"rows": []}, {"data": []}, {"data": [{"index": 0, "embedding": "none"}]}, ["data"],
     {"data": [{"index": 0, "embedding": [1.0, None]}]}],
)  # fmt: skip
def test_an_answer_without_usable_vectors_is_reported(model: Model, answer: Any) -> None:
    model.answer = answer
    with pytest.raises(ModelUnavailableError, match="gives no vectors"):
        load_embedder(f"http:{model.url}").embed_question("tea")


def test_a_server_that_goes_away_in_mid_sync_costs_nothing_that_was_embedded(
    model: Model, corpus: Path, tmp_path: Path
) -> None:
    for number in range(300):
        (corpus / f"{number}.md").write_text(f"# Kettle {number}\n\nIt boils {number} cups.\n")
    config = Config(corpus=corpus, index=tmp_path / "index", embedder=f"http:{model.url}")
    with Assistant(config) as one:
        model.ends_after = 100
        with pytest.raises(ModelUnavailableError, match="graphics card"):
            one.index()
        assert 100 <= sum(len(each["input"]) for each in model.asked) < 300
        model.ends_after = 1_000_000
        assert one.index().passages == 300
        assert sum(len(each["input"]) for each in model.asked) == 300
