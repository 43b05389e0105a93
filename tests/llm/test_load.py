from __future__ import annotations

import pytest
from llama_index.core.llms import MockLLM

from askdocs.errors import ConfigError, ModelUnavailableError
from askdocs.llm.load import LlamaIndexModel, load_llm
from askdocs.llm.model import Message, stream_with_timeout
from askdocs.llm.openai import OpenAIModel
from tests.support.model_server import Script, serving

HELLO = [Message("user", "Hello?")]


def model(url: str, seconds: float = 30) -> OpenAIModel:
    return OpenAIModel("small", url, context=2048, seconds=seconds)


def said(url: str) -> str:
    return "".join(model(url).reply(HELLO, most_tokens=50))


def test_a_reply_comes_piece_by_piece() -> None:
    script = Script([["It ", "opened ", "in 1962 [1]."]])
    with serving(script) as server:
        assert said(server.url) == "It opened in 1962 [1]."
    (request,) = script.requests
    assert request["model"] == "small"
    assert request["messages"] == [{"role": "user", "content": "Hello?"}]
    assert (request["stream"], request["max_tokens"]) == (True, 50)


def test_a_reply_that_comes_byte_by_byte_is_the_same() -> None:
    with serving(Script([["Für ", "日本 ", "🙂."]], bytewise=True)) as server:
        assert said(server.url) == "Für 日本 🙂."


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_request_that_was_turned_away_is_sent_again(status: int) -> None:
    script = Script([status, ["Here."]])
    with serving(script) as server:
        assert said(server.url) == "Here."
    assert len(script.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_request_that_was_refused_is_not(status: int) -> None:
    script = Script([status, ["Here."]])
    with (
        serving(script) as server,
        pytest.raises(ModelUnavailableError, match=f"{status}: told to answer {status}"),
    ):
        said(server.url)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script([["It opened"]], breaks=True), "broke off"),
        (Script([["It "]], raw=b"data: {not json\n\n"), "an invalid response"),
        (Script([["It "]], raw=b'data: ["list"]\n\n'), "an invalid response"),
        (Script([["It "]], raw=b'data: {"error": {"message": "out of \\u001b[31mmemory"}}\n\n'),
         r"failed: out of \[31mmemory"),
    ],
)  # fmt: skip
def test_a_server_that_fails_midway_is_reported_after_what_it_said(
    script: Script, told: str
) -> None:
    pieces: list[str] = []
    with serving(script) as server, pytest.raises(ModelUnavailableError, match=told):
        pieces.extend(model(server.url).reply(HELLO, most_tokens=50))
    assert "".join(pieces).startswith("It")


def test_a_missing_server_is_reported() -> None:
    with serving(Script()) as server:
        pass
    with pytest.raises(ModelUnavailableError, match="cannot be used"):
        said(server.url)


def test_a_server_that_falls_silent_is_given_up() -> None:
    script = Script([["It "]], silent=True)
    with serving(script) as server, pytest.raises(ModelUnavailableError, match="longer than"):
        "".join(model(server.url, seconds=0.5).reply(HELLO, most_tokens=50))


def test_while_a_server_is_silent_one_can_stop_and_the_request_ends() -> None:
    script = Script([["It "] * 3], silent=True)
    with serving(script) as server:
        reply = model(server.url, seconds=1).reply(HELLO, most_tokens=50)
        for piece in reply:
            if not piece:
                break
        reply.close()
        assert script.left.wait(20)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASKDOCS_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "secret-1")
    script = Script([["Yes."], 401])
    with serving(script) as server:
        said(server.url)
        with pytest.raises(ModelUnavailableError) as caught:
            said(server.url)
    assert script.keys == ["Bearer secret-1"] * 2
    assert "secret-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://models.example/v1", True),
        ("http://127.0.0.1:11434/v1", True),
        ("http://models.example/v1", False),
    ],
)
def test_the_common_key_is_not_sent_unencrypted_to_another_machine(
    url: str, sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASKDOCS_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "secret-1")
    with model(url)._client() as client:
        assert ("authorization" in client.headers) is sent


@pytest.mark.parametrize(
    ("url", "key"), [("http://127.0.0.1:99999/v1", "k"), ("http://127.0.0.1:1/v1", "schlüssel")]
)
def test_an_address_or_key_that_cannot_be_sent_is_reported(url: str, key: str) -> None:
    broken = OpenAIModel("small", url, context=2048, seconds=5, key=key)
    with pytest.raises(ModelUnavailableError, match="cannot be used") as caught:
        "".join(broken.reply(HELLO, most_tokens=50))
    assert key == "k" or key not in str(caught.value)


@pytest.mark.parametrize(
    "spec", ["gpt", "openai:", "openai:model", "openai:model@nowhere", "gguf:", "other:x@http://y"]
)
def test_an_unknown_spec_is_an_error_that_names_the_known_ones(spec: str) -> None:
    with pytest.raises(ConfigError, match=r"openai:MODEL@URL .* or gguf:PATH"):
        load_llm(spec, context=2048, seconds=5)


def test_a_model_name_may_hold_signs() -> None:
    found = load_llm("openai:org/model:7b@q4@http://localhost:1/v1", context=2048, seconds=5)
    assert found.name == "org/model:7b@q4"


def test_a_missing_model_file_is_reported() -> None:
    with pytest.raises(ModelUnavailableError, match="no model file"):
        load_llm("gguf:nowhere.gguf", context=2048, seconds=5)


def test_any_llama_index_model_streams() -> None:
    found = LlamaIndexModel(MockLLM(), seconds=30)
    assert "Hello?" in "".join(found.reply(HELLO, most_tokens=50))


def test_an_error_of_a_llama_index_model_is_reported() -> None:
    class Broken(MockLLM):
        def stream_chat(self, *arguments: object, **named: object) -> object:  # type: ignore[override]
            raise ValueError("no such deployment")

    with pytest.raises(ModelUnavailableError, match="no such deployment"):
        "".join(LlamaIndexModel(Broken(), seconds=30).reply(HELLO, most_tokens=50))


def test_pieces_that_are_there_are_not_held_back() -> None:
    assert list(stream_with_timeout(lambda _: (yield from "ab"), "small", 30)) == ["a", "b"]
