"""A spec, or a LlamaIndex LLM, to a language model that streams what it writes."""

from __future__ import annotations

import json
import math
import os
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import urlsplit

from askdocs.errors import ConfigError, ModelUnavailableError
from askdocs.split import estimate_tokens

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 5.0
_BEAT_SECONDS = 0.25  # while a model is silent, an empty piece is handed on so often
_LONGEST_WHOLE = 10  # times the silence that is allowed: the longest that a reply may take
_BUSY = frozenset({429, 502, 503})  # the request was turned away unread: it may be sent again
_TRIES = 3
_LONGEST_WAIT = 5.0  # seconds before a request is sent again
_TOKEN_MARGIN = 1.2  # tokenizers differ; an estimate is raised so much
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """What writes prose. `name` is shown to people, `context` is how many tokens it can hold."""

    @property
    def name(self) -> str: ...

    @property
    def context(self) -> int: ...

    def count(self, text: str) -> int:
        """About how many tokens a text takes."""
        ...

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        """The reply piece by piece, an empty piece at least every half second.

        Closing the generator ends the request. Raises ModelUnavailableError where the model
        cannot be reached, fails, or is silent for too long.
        """
        ...


def load_llm(spec: str, *, context: int, seconds: int) -> LanguageModel:
    """The model that a spec names: `openai:MODEL@URL` or `gguf:PATH`.

    `context` is how many tokens it can hold, `seconds` how long it may be silent. Raises
    ConfigError for an unknown spec, ModelUnavailableError where a file cannot be loaded. Whether
    a server can be reached shows only when it is asked.
    """
    kind, _, rest = spec.partition(":")
    name, _, url = rest.rpartition("@")
    if kind == "openai" and name and urlsplit(url).scheme in ("http", "https"):
        return OpenAIModel(name, url, context=context, seconds=seconds)
    if kind == "gguf" and rest:
        return load_gguf(Path(rest).expanduser(), context=context, seconds=seconds)
    raise ConfigError(
        f"The llm {spec!r} is not known. Use none, openai:MODEL@URL (as in"
        " openai:llama3.2@http://localhost:11434/v1) or gguf:PATH."
    )


class OpenAIModel:
    """A model behind any server that speaks OpenAI's chat completions.

    The key is `key`, else ASKDOCS_API_KEY, else OPENAI_API_KEY of the environment; the last is
    never sent unencrypted to another machine.
    """

    def __init__(
        self, name: str, url: str, *, context: int, seconds: float, key: str | None = None
    ) -> None:
        self.name = name
        self.context = context
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._key = _key_for(url) if key is None else key

    def count(self, text: str) -> int:
        return math.ceil(estimate_tokens(text) * _TOKEN_MARGIN)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        return paced(lambda: self._pieces(messages, most_tokens), self.name, self._seconds)

    def _pieces(self, messages: Sequence[Message], most_tokens: int) -> Generator[str]:
        import httpx

        body = {
            "model": self.name,
            "messages": [{"role": each.role, "content": each.content} for each in messages],
            "max_tokens": most_tokens,
            "temperature": 0,
            "stream": True,
        }
        try:
            with (
                self._client() as client,
                closing(_sent(client, f"{self._url}/chat/completions", body)) as response,
            ):
                yield from _streamed(response.iter_lines())
        except httpx.HTTPError as error:
            raise ModelUnavailableError(_unreachable(self._url, error)) from error

    def _client(self) -> httpx.Client:
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(self._seconds, connect=min(self._seconds, _CONNECT_SECONDS)),
            trust_env=urlsplit(self._url).hostname not in _LOOPBACK,  # proxies are for elsewhere
        )


class GgufModel:
    """A GGUF file, run in this process by llama.cpp behind a server on loopback of its own."""

    def __init__(self, path: Path, *, context: int, seconds: int) -> None:
        import secrets

        import xllamacpp

        key = secrets.token_urlsafe(24)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(path)
        parameters.n_ctx = context
        parameters.n_parallel = 1
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0  # any that is free
        parameters.api_keys = [key]
        parameters.offline = True
        parameters.verbosity = -1
        self._server = xllamacpp.Server(parameters)  # it runs as long as this object lives
        address = self._server.listening_address
        self._model = OpenAIModel(path.stem, f"{address}/v1", context=context, seconds=seconds,
                                  key=key)  # fmt: skip
        self.name = path.stem
        self.context = context

    def count(self, text: str) -> int:
        return self._model.count(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        return self._model.reply(messages, most_tokens=most_tokens)


class LlamaIndexModel:
    """Any LlamaIndex `LLM`, given as an object."""

    def __init__(self, model: Any, *, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = str(model.metadata.model_name or type(model).__name__)
        self.context = int(model.metadata.context_window)

    def count(self, text: str) -> int:
        return math.ceil(estimate_tokens(text) * _TOKEN_MARGIN)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        del most_tokens  # a LlamaIndex object brings its own limit
        return paced(lambda: self._pieces(messages), self.name, self._seconds)

    def _pieces(self, messages: Sequence[Message]) -> Generator[str]:
        from llama_index.core.llms import ChatMessage

        asked = [ChatMessage(role=each.role, content=each.content) for each in messages]
        try:
            for piece in self._model.stream_chat(asked):
                yield piece.delta or ""
        except Exception as error:  # the object raises whatever its client raises
            raise ModelUnavailableError(f"{self.name} failed: {_first_line(error)}") from error


def load_gguf(path: Path, *, context: int, seconds: int) -> GgufModel:
    """The model of a GGUF file. Raises ModelUnavailableError where it cannot be run."""
    from importlib.util import find_spec

    if not path.is_file():
        raise ModelUnavailableError(f"There is no model file {path}. Mend the path after gguf:.")
    if find_spec("xllamacpp") is None:
        raise ModelUnavailableError("GGUF models need the extra gguf: pip install 'askdocs[gguf]'.")
    try:
        return GgufModel(path, context=context, seconds=seconds)
    except RuntimeError as error:
        raise ModelUnavailableError(
            f"The model file {path} cannot be loaded ({_first_line(error)})."
        ) from error


def paced(pieces: Callable[[], Generator[str]], name: str, seconds: float) -> Generator[str]:
    """What `pieces` yields, as it comes, and "" while it is silent, so that one can stop waiting.

    Raises ModelUnavailableError after `seconds` of silence, or ten times as long altogether.
    """
    waiting: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def run() -> None:
        try:
            with closing(pieces()) as source:
                for piece in source:
                    waiting.put(piece)
                    if stopped.is_set():
                        return
            waiting.put(None)
        except Exception as error:  # handed over to the consumer, which raises it
            waiting.put(error)

    began = heard = time.monotonic()
    threading.Thread(target=run, name="askdocs-llm", daemon=True).start()
    try:
        while True:
            try:
                piece = waiting.get(timeout=_BEAT_SECONDS)
                heard = time.monotonic() if piece else heard
            except queue.Empty:
                piece = ""
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            now = time.monotonic()
            if now - heard > seconds or now - began > seconds * _LONGEST_WHOLE:
                raise ModelUnavailableError(f"{name} took longer than the time allowed.")
            yield piece
    finally:
        stopped.set()


def _sent(client: httpx.Client, url: str, body: dict[str, Any]) -> httpx.Response:
    """The response to a request, its body unread; sent again where that is safe.

    It is safe where no connection came about, and where the server turned it away as busy.
    """
    import httpx

    for tried in range(1, _TRIES + 1):
        wait = float(tried)
        try:
            response = client.send(client.build_request("POST", url, json=body), stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if tried == _TRIES:
                raise
        else:
            if response.status_code == 200:
                return response
            with closing(response):
                if response.status_code not in _BUSY or tried == _TRIES:
                    raise ModelUnavailableError(_refused(url, response))
                wait = _retry_after(response) or wait
        time.sleep(min(wait / 2, _LONGEST_WAIT))
    raise AssertionError("the last try returns or raises")


def _streamed(lines: Iterator[str]) -> Iterator[str]:
    """The words in the events of a stream. Raises ModelUnavailableError where it breaks off."""
    for line in lines:
        if not line.startswith("data:"):
            yield ""  # a sign of life, no words: whoever waits may want to stop
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        try:
            event = json.loads(data)
            problem = event.get("error")
            choices = event.get("choices") or [{}]
            piece = (choices[0].get("delta") or {}).get("content") or ""
            finished = choices[0].get("finish_reason")
        except (ValueError, AttributeError, LookupError, TypeError) as error:
            raise ModelUnavailableError("The model's server sent what is no answer.") from error
        if problem:
            raise ModelUnavailableError(f"The model's server failed: {_problem(event)}")
        yield str(piece)
        if finished:
            return
    raise ModelUnavailableError("The model's server broke off in the middle.")


def _key_for(url: str) -> str:
    own = os.environ.get("ASKDOCS_API_KEY", "")
    place = urlsplit(url)
    guarded = place.scheme == "https" or place.hostname in _LOOPBACK
    return own or (os.environ.get("OPENAI_API_KEY", "") if guarded else "")


def _retry_after(response: httpx.Response) -> float:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdigit() else 0.0


def _refused(url: str, response: httpx.Response) -> str:
    try:
        response.read()
        said = _problem(response.json())
    except (ValueError, OSError):
        said = ""
    place = urlsplit(url)
    told = f": {said}" if said else ""
    return f"The model's server at {place.netloc} answered {response.status_code}{told}"


def _problem(event: Any) -> str:
    """What a server says is wrong, in one short line that prints."""
    problem = event.get("error") if isinstance(event, dict) else event
    said = problem.get("message", "") if isinstance(problem, dict) else problem
    return " ".join("".join(c if c.isprintable() else " " for c in str(said)).split())[:200]


def _unreachable(url: str, error: Exception) -> str:
    return f"The model's server at {urlsplit(url).netloc} cannot be used ({_first_line(error)})."


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
