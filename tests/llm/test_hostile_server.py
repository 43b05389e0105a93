"""A server of a language model may do anything: each behaviour ends in words or in an error.

Never in another exception, a key in a message, endless memory or endless time.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pytest

from askdocs.errors import ModelUnavailableError
from askdocs.llm import openai
from askdocs.llm.model import Message
from askdocs.llm.openai import OpenAIModel
from askdocs.models import embedder_server
from askdocs.models.embedder_server import ServerEmbedder
from tests.support.polling import PATIENCE

KEY = "sk-secret-0123456789"
SILENCE = 1.0  # seconds that a server may be silent
FAILED = "failed: "
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
DONE = b"data: [DONE]\n\n"
MEGABYTE = b"x" * 1_000_000
HANG = None  # in an answer: send nothing more


def status(line: str, body: bytes = b"", *headers: str) -> bytes:
    """A whole response."""
    told = "".join(f"{each}\r\n" for each in headers)
    return f"HTTP/1.1 {line}\r\nContent-Length: {len(body)}\r\n{told}\r\n".encode() + body


def event(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def words(content: Any, **more: Any) -> bytes:
    return event({"choices": [{"delta": {"content": content}, **more}]})


def deep(depth: int = 500_000) -> bytes:
    return b"[" * depth


def problem(words: str) -> bytes:
    return json.dumps({"error": {"message": words}}).encode()


def encoded(name: str) -> bytes:
    """The beginning of a reply that names a way to encode text."""
    return OK[:-4] + f"; charset={name}\r\n\r\n".encode()


def nested(depth: int) -> bytes:
    """A content that is a list of parts, the text of each a list of parts."""
    inner = '[{"text": ' * depth + '"Here."' + "}]" * depth
    return f'data: {{"choices": [{{"delta": {{"content": {inner}}}}}]}}\n\n'.encode()


NO_ANSWER, BROKEN = "sent an invalid response", "broke off in the middle"
SILENT, UNUSABLE = "(timed out|longer than the time allowed)", "cannot be used"
PLAIN = "Content-Type: application/json"
GZIP = "Content-Encoding: gzip"
LONG = "longer than .* bytes"
BOMB = gzip.compress(b"data: x\n" * 2_000_000)

# What is sent after the request; the words that come of it, or a regular expression for the error.
BEHAVIOURS: dict[str, tuple[list[bytes | None], str, str]] = {
    "answers": ([OK, words("Here "), words("it is."), DONE], "Here it is.", ""),
    "hangs at once": ([HANG], "", SILENT),
    "hangs midway": ([OK, words("Here "), HANG], "", SILENT),
    "comments without end": ([OK, *repeat(b": still here\n\n", 300), HANG], "", SILENT),
    "web page": ([status("200 OK", b"<h1>Hello</h1>", "Content-Type: text/html")], "", NO_ANSWER),
    "whole json": ([status("200 OK", b'{"choices": []}', PLAIN)], "", NO_ANSWER),
    "not http": ([b"SSH-2.0-OpenSSH_9.2\r\n"], "", UNUSABLE),
    "closes at once": ([b""], "", UNUSABLE),
    "401": ([status("401 Unauthorized", problem("who are you?"), PLAIN)], "", "401: who are you"),
    "429": ([status("429 Busy", problem("later"), PLAIN, "Retry-After: \xb2")], "", "429: later"),
    "500": ([status("500 Oh", b"oh")], "", "answered 500$"),
    "redirect": ([status("302 Found", b"", "Location: http://127.0.0.1:1/")], "", "answered 302"),
    "204": ([b"HTTP/1.1 204 No Content\r\n\r\n"], "", "answered 204"),
    "error without end": ([b"HTTP/1.1 401 No\r\n\r\n", *repeat(MEGABYTE, 400)], "", "401$"),
    "deep error": ([status("400 Bad", b'{"error": ' + deep(), PLAIN)], "", "answered 400$"),
    "compressed error": ([status("400 Bad", BOMB, GZIP)], "", "answered 400$"),
    "key in an error": ([status("401 No", problem(f"bad key Bearer {KEY}"))], "", r"401: bad key"),
    "key in a stream": ([OK, event({"error": f"no key '{KEY}'"})], "", r"no key '?\[key\]'?$"),
    "half of the key": ([status("401 No", problem(f"bad: {KEY[3:-2]}..."))], "", r"bad: \[key\]$"),
    "error that is no text": ([OK, event({"error": [1, {"a": None}]})], "", r"failed: \[1"),
    "words without end": ([OK, *repeat(words("x" * 10_000), 50_000)], "", LONG),
    "line without end": ([OK, b"data: ", *repeat(MEGABYTE, 400)], "", LONG),
    "compressed": ([OK[:-2] + b"Content-Encoding: gzip\r\n\r\n", BOMB], "", "compresses its"),
    "bad utf-8": ([OK, b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n', DONE], "�", ""),
    "lone surrogate": ([OK, words("a\ud800b"), DONE], "a\ud800b", ""),
    "controls": ([OK, words("\x00\x1b[2J"), DONE], "\x00\x1b[2J", ""),
    "broken off": ([OK, words("Here ")], "", BROKEN),
    "no end mark": ([OK, words("Here."), words("", finish_reason="stop")], "Here.", ""),
    "empty reply": ([OK, DONE], "", ""),
    "empty events": ([OK, b"data:\n\n", DONE], "", NO_ANSWER),
    "nothing": ([OK], "", BROKEN),
    "deep": ([OK, b"data: " + deep() + b"\n\n", DONE], "", NO_ANSWER),
    "a number of 5,000 digits": ([OK, b"data: " + b"9" * 5000 + b"\n\n", DONE], "", NO_ANSWER),
    "list of parts": ([OK, words([{"type": "text", "text": "Here."}]), DONE], "Here.", ""),
    "odd parts": ([OK, words([{"type": "image"}, 7, None, {"text": "Here."}]), DONE], "Here.", ""),
    "number": ([OK, words(7), DONE], "", NO_ANSWER),
    "choices that are a text": ([OK, event({"choices": "abc"}), DONE], "", NO_ANSWER),
    "choices that are a number": ([OK, event({"choices": 7}), DONE], "", NO_ANSWER),
    "list": ([OK, event(["choices"]), DONE], "", NO_ANSWER),
    "null": ([OK, event({"choices": [{"delta": None}]}), words("Here."), DONE], "Here.", ""),
    "usage": ([OK, words("Here."), event({"choices": [], "usage": {}}), DONE], "Here.", ""),
    "cut by length": ([OK, words("It is", finish_reason="length")], "", "greatest length"),
    "cut by a filter": ([OK, words("It", finish_reason="content_filter")], "", "content filter"),
    "odd reason": ([OK, words("Here.", finish_reason={"a": 1}), DONE], "Here.", ""),
    "text that unpacks": ([encoded("zlib"), words("Here."), DONE], "Here.", ""),
    "text as base64": ([encoded("base64"), words("Here."), DONE], "Here.", ""),
    "text turned round": ([encoded("rot13"), words("Here."), DONE], "Here.", ""),
    "text in no encoding": ([encoded("undefined"), words("Here."), DONE], "Here.", ""),
    "byte order mark": ([OK, b"\xef\xbb\xbf" + words("Here."), DONE], "Here.", ""),
    "parts within parts": ([OK, nested(450), DONE], "", NO_ANSWER),
    "key in pieces": ([status("401 No", problem("sk-s\u200becret-0\u2060123456789"))], "", "[key]"),
    "one long word": ([OK, words("x" * 2_000_000), DONE], "x" * 2_000_000, ""),
}  # fmt: skip


@dataclass
class Hostile:
    """A server that sends each client the same bytes; `sent` counts them."""

    url: str
    sent: int = 0
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def hostile(answer: Iterable[bytes | None]) -> Iterator[Hostile]:
    """A server at a port of its own, until the end of the block."""
    parts = list(answer)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")

        def serve() -> None:
            while not ended.is_set():
                with suppress(OSError):
                    client, _ = listener.accept()
                    with client:
                        speak(client)

        def speak(client: socket.socket) -> None:
            client.settimeout(PATIENCE)
            request = b""
            while b'"messages"' not in request and b'"input"' not in request:
                part = client.recv(65536)
                if not part:
                    return
                request += part
            server.requests.append(request)
            for each in parts:
                if each is HANG:
                    ended.wait(PATIENCE)
                    return
                client.sendall(each)
                server.sent += len(each)
                if each.startswith(b":"):
                    time.sleep(0.02)
            client.shutdown(socket.SHUT_WR)
            client.recv(65536)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def reply_of(server: Hostile, seconds: float) -> str:
    """The words of a reply, or what is told of its failure."""
    model = OpenAIModel("small", server.url, context=2048, seconds=seconds, key=KEY)
    try:
        return "".join(model.reply([Message("user", "Hello?")], most_tokens=50))
    except ModelUnavailableError as error:
        told = f"{FAILED}{error}"
    assert told.isprintable()
    assert len(told) < 400
    assert not any(KEY[start : start + 8] in told for start in range(len(KEY) - 7))
    return told


def test_there_are_enough_of_them() -> None:
    assert len(BEHAVIOURS) >= 31


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_server_that_misbehaves_ends_in_words_or_in_an_error(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai, "_MAX_WAIT", 0.0)  # before a request is sent again
    answer, words, error = BEHAVIOURS[name]
    with hostile(answer) as server:
        began = time.monotonic()
        told = reply_of(server, SILENCE if HANG in answer else PATIENCE)
        seconds = time.monotonic() - began
        assert server.requests
    if error:
        assert re.search(f"^{FAILED}.*{error}", told), told
    else:
        assert told == words
    assert seconds < PATIENCE
    assert server.sent < openai._REPLY_BYTES + 8_000_000  # what lies in the buffers between


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([status("200 OK", BOMB, GZIP)], "compresses its reply"),
        ([b"HTTP/1.1 200 OK\r\n\r\n", *repeat(MEGABYTE, 200)], "longer than .* bytes"),
        ([status("200 OK", deep())], "RecursionError|recursion"),
        ([status("401 No", f"bad key {KEY}".encode())], r"status 401: bad key \[key\]"),
        ([status("401 No", b"no", "Content-Type: text/plain; charset=hex")], "status 401: no"),
        (
            [status("200 OK", b'{"data": [{"index": 0, "embedding": [%s]}]}' % (b"9" * 400))],
            "large",
        ),
    ],
    ids=["compressed", "endless", "deep", "key", "encoding", "large number"],
)
def test_a_server_of_an_embedding_model_is_held_to_the_same(
    answer: list[bytes], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKDOCS_EMBEDDER_KEY", KEY)
    with hostile(answer) as server, pytest.raises(ModelUnavailableError, match=error) as caught:
        ServerEmbedder(server.url).embed(["Hello?"])
    assert KEY not in str(caught.value)
    assert server.sent < embedder_server._REPLY_BYTES + 8_000_000


def test_an_embedding_server_that_drips_is_left_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte came in time, and nothing limited the whole."""
    monkeypatch.setattr(embedder_server, "_TIMEOUT", 0.5)
    drips = [b"HTTP/1.1 200 OK\r\n\r\n", *repeat(b": still here\n\n", 3000)]
    with hostile(drips) as server, pytest.raises(ModelUnavailableError, match="stopped"):
        ServerEmbedder(server.url).embed(["Hello?"])


def test_a_password_in_an_address_is_not_shown() -> None:
    with hostile([status("401 No")]) as server:
        url = server.url.replace("http://", "http://me:hunter22@")
        model = OpenAIModel("small", url, context=2048, seconds=PATIENCE, key=KEY)
        with pytest.raises(ModelUnavailableError, match="answered 401") as caught:
            "".join(model.reply([Message("user", "Hello?")], most_tokens=50))
    assert "hunter22" not in str(caught.value)
