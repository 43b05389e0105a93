"""A real HTTP server that speaks OpenAI's chat completions and says what it is told to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does with each request in turn; the last entry goes for all further ones.

    An entry is a status to answer with, or the pieces of a reply. After the pieces come the bytes
    `raw`; `breaks` leaves the end mark out, `silent` says nothing more until `released`,
    `bytewise` sends single bytes, `drips` waits so many seconds after each piece. What was asked
    is kept; `left` is set when a client went away.
    """

    replies: Sequence[int | Sequence[str]] = ()
    raw: bytes = b""
    breaks: bool = False
    silent: bool = False
    bytewise: bool = False
    drips: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)


class ModelServer(ThreadingHTTPServer):
    """Follows `script`, which a test may replace, at `url`, to put after the @ of a spec."""

    daemon_threads = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_POST(self) -> None:
        self.script = script = self.server.script
        length = int(self.headers["Content-Length"])
        script.requests.append(json.loads(self.rfile.read(length)))
        script.keys.append(self.headers.get("Authorization", ""))
        reply = script.replies[min(len(script.requests), len(script.replies)) - 1]
        try:
            if isinstance(reply, int):
                self._refuse(reply)
            else:
                self._stream(reply)
        except OSError:
            script.left.set()

    def _refuse(self, status: int) -> None:
        body = json.dumps({"error": {"message": f"told to answer {status}"}}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, pieces: Sequence[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for piece in pieces:
            self._send(_event({"delta": {"content": piece}}))
            self.script.released.wait(self.script.drips)
        self._send(self.script.raw)
        while self.script.silent and not self.script.released.wait(0.05):
            self._send(b": still here\n\n")
        if not self.script.breaks:
            self._send(_event({"delta": {}, "finish_reason": "stop"}) + b"data: [DONE]\n\n")

    def _send(self, data: bytes) -> None:
        for part in [data[i : i + 1] for i in range(len(data))] if self.script.bytewise else [data]:
            self.wfile.write(part)
            self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def _event(choice: dict[str, Any]) -> bytes:
    return f"data: {json.dumps({'choices': [choice]}, ensure_ascii=False)}\n\n".encode()


@contextmanager
def serving(script: Script) -> Iterator[ModelServer]:
    """A server on loopback, at a port of its own, until the end of the block."""
    server = ModelServer(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.script.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
