"""A language model on a server with OpenAI's chat completions API."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unicodedata import category
from urllib.parse import urlsplit

from askdocs.errors import ModelUnavailableError, ReplyCutOffError, first_line
from askdocs.llm.model import Message, Stopped, estimated, paced
from askdocs.system.network import is_loopback

if TYPE_CHECKING:
    import httpx
    from httpx_sse import ServerSentEvent

_CONNECT_SECONDS = 5.0
_BUSY = frozenset({429, 502, 503})  # the request was turned away unread: it may be sent again
_TRIES = 3
_LONGEST_WAIT = 5.0  # seconds before a request is sent again
_REPLY_BYTES = 8_000_000  # a token takes some 300 bytes, and a model may think aloud for thousands
_ERROR_BYTES = 100_000
_ERROR_CHARACTERS = 200  # of an error text that are shown
_CUT_OFF = {
    "length": "it reached the greatest length that the server allows",
    "content_filter": "the server's content filter stopped it",
}


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
        return paced(
            lambda stopped: self._pieces(messages, most_tokens, stopped), self.name, self._seconds
        )

    def _pieces(
        self, messages: Sequence[Message], most_tokens: int, stopped: Stopped
    ) -> Generator[str]:
        import httpx
        from httpx_sse import EventSource, SSEError

        from askdocs.system.http import limit_reply

        body = {
            "model": self.name,
            "messages": [{"role": each.role, "content": each.content} for each in messages],
            "max_tokens": most_tokens,
            "temperature": 0,
            "stream": True,
        }
        try:
            with self._client() as client, closing(self._sent(client, body)) as response:
                limit_reply(response, _REPLY_BYTES, stopped=stopped)
                yield from self._streamed(EventSource(response).iter_sse())
        except SSEError as error:
            raise ModelUnavailableError("The model's server sent what is no answer.") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ModelUnavailableError(
                f"The model's server at {_place(self._url)} cannot be used"
                f" ({self._told(first_line(error))})."
            ) from error

    def _client(self) -> httpx.Client:
        import httpx

        from askdocs.system.http import UNCOMPRESSED

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(
            headers={**headers, **UNCOMPRESSED},
            timeout=httpx.Timeout(self._seconds, connect=min(self._seconds, _CONNECT_SECONDS)),
            trust_env=not is_loopback(urlsplit(self._url).hostname),  # proxies are for elsewhere
        )

    def _sent(self, client: httpx.Client, body: dict[str, Any]) -> httpx.Response:
        """The response to a request, its body unread; sent again where that is safe.

        It is safe where no connection came about, and where the server turned it away as busy.
        """
        import httpx

        url = f"{self._url}/chat/completions"
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
                        raise ModelUnavailableError(self._refused(response))
                    wait = _retry_after(response) or wait
            time.sleep(min(wait / 2, _LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")

    def _streamed(self, events: Iterator[ServerSentEvent]) -> Iterator[str]:
        """The text in the events of a stream.

        Raises:
            ReplyCutOffError: if the server says that the reply is not complete.
            ModelUnavailableError: if the stream breaks off, or holds an error or nonsense.
        """
        for sent in events:
            if sent.data.strip() == "[DONE]":
                return
            event = _parsed(sent.data)
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

        said = ""
        try:
            limit_reply(response, _ERROR_BYTES)
            response.read()
            said = self._problem(response.json())
        except (ValueError, RecursionError, OSError, httpx.HTTPError):
            pass
        told = f": {said}" if said else ""
        place = _place(self._url)
        return f"The model's server at {place} answered {response.status_code}{told}"

    def _problem(self, event: Any) -> str:
        """What a server says is wrong, in one short line that prints, without the key."""
        problem = event.get("error") if isinstance(event, dict) else event
        said = problem.get("message", "") if isinstance(problem, dict) else problem
        return self._told(str(said))

    def _told(self, text: str) -> str:
        from askdocs.system.http import without_secret

        visible = "".join(each for each in text if category(each) != "Cf")
        printable = "".join(each if each.isprintable() else " " for each in visible)
        return without_secret(" ".join(printable.split()), self._key)[:_ERROR_CHARACTERS]


def _parsed(data: str) -> Mapping[str, Any]:
    """The JSON object of an event. Raises ModelUnavailableError where it is none."""
    try:
        event = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ModelUnavailableError("The model's server sent what is no answer.") from error
    if not isinstance(event, dict):
        raise ModelUnavailableError("The model's server sent what is no answer.")
    return event


def _choice(event: Mapping[str, Any]) -> tuple[str, str]:
    """The words of an event, and why the reply has ended ("" if it goes on).

    Raises ModelUnavailableError where the event has another form.
    """
    try:
        choice = (event.get("choices") or [{}])[0]
        content = (choice.get("delta") or {}).get("content")
        finished = choice.get("finish_reason")
        return _text(content), finished if isinstance(finished, str) else ""
    except (AttributeError, LookupError, TypeError) as error:
        raise ModelUnavailableError("The model's server sent what is no answer.") from error


def _text(content: Any) -> str:
    """The text of a content, which may come as a list of parts."""
    if isinstance(content, list):
        return "".join(_words(part.get("text")) for part in content if isinstance(part, dict))
    return _words(content)


def _words(content: Any) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    raise TypeError(f"no text: {type(content).__name__}")


def _key_for(url: str) -> str:
    own = os.environ.get("ASKDOCS_API_KEY", "")
    place = urlsplit(url)
    guarded = place.scheme == "https" or is_loopback(place.hostname)
    return own or (os.environ.get("OPENAI_API_KEY", "") if guarded else "")


def _place(url: str) -> str:
    """Host and port of an address, without what may be a secret."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _retry_after(response: httpx.Response) -> float:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else 0.0
