"""A language model on a server with OpenAI's chat completions API."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unicodedata import category
from urllib.parse import urlsplit

from askdocs.credentials import LLM_KEY, OPENAI_KEY, read_secret
from askdocs.errors import ModelUnavailableError, ReplyCutOffError, first_line
from askdocs.llm.model import IsCancelled, Message, estimated_tokens, stream_with_timeout
from askdocs.system.network import is_loopback

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

_CONNECT_TIMEOUT = 5.0
_BUSY = frozenset({429, 502, 503})  # the request was not processed: it may be sent again
_TRIES = 3
_MAX_WAIT = 5.0  # seconds before a retry
# A token takes about 300 bytes, and a model may generate thousands while it reasons.
_REPLY_BYTES = 8_000_000
_ERROR_BYTES = 100_000
_ERROR_CHARACTERS = 200  # of an error message that are shown
_CUT_OFF = {
    "length": "it reached the greatest length that the server allows",
    "content_filter": "the server's content filter stopped it",
}


class OpenAIModel:
    """A model on any server with OpenAI's chat completions API.

    Args:
        name: The name of the model on the server.
        url: The address of the API.
        context: The size of its context window in tokens.
        seconds: How long the server may be silent.
        key: The API key. By default it is ASKDOCS_API_KEY of the environment, or else
            OPENAI_API_KEY. The latter is never sent unencrypted to another machine.
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
        return estimated_tokens(text)

    def reply(self, messages: Sequence[Message], *, most_tokens: int) -> Generator[str]:
        return stream_with_timeout(
            lambda is_cancelled: self._pieces(messages, most_tokens, is_cancelled),
            self.name,
            self._seconds,
        )

    def _pieces(
        self, messages: Sequence[Message], most_tokens: int, is_cancelled: IsCancelled
    ) -> Generator[str]:
        import httpx
        from httpx_sse import EventSource, SSEError

        from askdocs.system.http import limit_reply

        body = {
            "model": self.name,
            "messages": [
                {"role": message.role, "content": message.content} for message in messages
            ],
            "max_tokens": most_tokens,
            "temperature": 0,
            "stream": True,
        }
        try:
            with self._client() as client, closing(self._post_with_retry(client, body)) as response:
                limit_reply(response, _REPLY_BYTES, stopped=is_cancelled)
                yield from self._streamed(EventSource(response).iter_sse())
        except SSEError as error:
            raise ModelUnavailableError("The model's server sent an invalid response.") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ModelUnavailableError(
                f"The model's server at {_host(self._url)} cannot be used"
                f" ({self._redacted(first_line(error))})."
            ) from error

    def _client(self) -> httpx.Client:
        import httpx

        from askdocs.system.http import UNCOMPRESSED

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(
            headers={**headers, **UNCOMPRESSED},
            timeout=httpx.Timeout(self._seconds, connect=min(self._seconds, _CONNECT_TIMEOUT)),
            trust_env=not is_loopback(
                urlsplit(self._url).hostname
            ),  # a proxy cannot reach this machine
        )

    def _post_with_retry(self, client: httpx.Client, body: dict[str, Any]) -> httpx.Response:
        """Send a request and return the response with its body unread.

        It is sent again if no connection was established, or if the server was too busy.
        """
        import httpx

        url = f"{self._url}/chat/completions"
        for attempt in range(1, _TRIES + 1):
            wait = float(attempt)
            try:
                response = client.send(client.build_request("POST", url, json=body), stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if attempt == _TRIES:
                    raise
            else:
                if response.status_code == 200:
                    return response
                with closing(response):
                    if response.status_code not in _BUSY or attempt == _TRIES:
                        raise ModelUnavailableError(self._refused(response))
                    wait = _retry_after(response) or wait
            time.sleep(min(wait / 2, _MAX_WAIT))
        raise AssertionError("the last attempt returns or raises")

    def _streamed(self, events: Iterator[ServerSentEvent]) -> Iterator[str]:
        """The text in the events of a stream.

        Raises:
            ReplyCutOffError: The server reports that the reply is not complete.
            ModelUnavailableError: The stream ends early, or contains an error or an invalid event.
        """
        for server_event in events:
            if server_event.data.strip() == "[DONE]":
                return
            event = _parse_event(server_event.data)
            if event.get("error"):
                raise ModelUnavailableError(f"The model's server failed: {self._problem(event)}")
            piece, finished = _choice(event)
            yield piece
            if finished in _CUT_OFF:
                raise ReplyCutOffError(_CUT_OFF[finished])
            if finished:
                return
        raise ModelUnavailableError("The model's server broke off in the middle.")

    def _refused(self, response: httpx.Response) -> str:
        import httpx

        from askdocs.system.http import limit_reply

        problem = ""
        try:
            limit_reply(response, _ERROR_BYTES)
            response.read()
            problem = self._problem(response.json())
        except (ValueError, RecursionError, OSError, httpx.HTTPError):
            pass
        details = f": {problem}" if problem else ""
        host = _host(self._url)
        return f"The model's server at {host} answered {response.status_code}{details}"

    def _problem(self, event: Any) -> str:
        """The error message of a server, shortened, on one line, without the key."""
        problem = event.get("error") if isinstance(event, dict) else event
        message = problem.get("message", "") if isinstance(problem, dict) else problem
        return self._redacted(str(message))

    def _redacted(self, text: str) -> str:
        """An error message on one line, printable, without the key."""
        from askdocs.system.http import without_secret

        visible = "".join(each for each in text if category(each) != "Cf")
        printable = "".join(each if each.isprintable() else " " for each in visible)
        return without_secret(" ".join(printable.split()), self._key)[:_ERROR_CHARACTERS]


def _parse_event(data: str) -> Mapping[str, Any]:
    """The JSON object of an event.

    Raises:
        ModelUnavailableError: It is not one.
    """
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelUnavailableError("The model's server sent an invalid response.") from error
    if not isinstance(event, dict):
        raise ModelUnavailableError("The model's server sent an invalid response.")
    return event


def _choice(event: Mapping[str, Any]) -> tuple[str, str]:
    """The text of an event, and why the reply has ended ("" if it continues).

    Raises:
        ModelUnavailableError: The event has another form.
    """
    try:
        choice = (event.get("choices") or [{}])[0]
        content = (choice.get("delta") or {}).get("content")
        finished = choice.get("finish_reason")
        return _text(content), finished if isinstance(finished, str) else ""
    except (AttributeError, LookupError, TypeError) as error:
        raise ModelUnavailableError("The model's server sent an invalid response.") from error


def _text(content: Any) -> str:
    """The text of a message content, which may be a list of parts."""
    if isinstance(content, list):
        return "".join(_string(part.get("text")) for part in content if isinstance(part, dict))
    return _string(content)


def _string(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    raise TypeError(f"not a text: {type(content).__name__}")


def _key_for(url: str) -> str:
    address = urlsplit(url)
    is_private = address.scheme == "https" or is_loopback(address.hostname)
    return read_secret(LLM_KEY) or (read_secret(OPENAI_KEY) if is_private else "")


def _host(url: str) -> str:
    """Host and port of an address, without a user name or password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isdecimal() else 0.0
