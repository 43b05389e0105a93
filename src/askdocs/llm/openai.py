"""A language model behind a server that speaks OpenAI's chat completions."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from askdocs.errors import ModelUnavailableError, first_line
from askdocs.llm.model import Message, estimated, paced
from askdocs.system.network import is_loopback

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 5.0
_BUSY = frozenset({429, 502, 503})  # the request was turned away unread: it may be sent again
_TRIES = 3
_LONGEST_WAIT = 5.0  # seconds before a request is sent again


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
        return estimated(text)

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
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ModelUnavailableError(_unreachable(self._url, error)) from error

    def _client(self) -> httpx.Client:
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(
            headers=headers,
            timeout=httpx.Timeout(self._seconds, connect=min(self._seconds, _CONNECT_SECONDS)),
            trust_env=not is_loopback(urlsplit(self._url).hostname),  # proxies are for elsewhere
        )


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
    guarded = place.scheme == "https" or is_loopback(place.hostname)
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
    return f"The model's server at {urlsplit(url).netloc} cannot be used ({first_line(error)})."
