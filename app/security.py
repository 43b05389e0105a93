"""What stands before every route: who may ask, which routes exist, what a page may load."""

from __future__ import annotations

import base64
import binascii
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from askdocs.system.network import host_of, is_loopback

from .conversations.cookie import new_cookie, visitor_in

# Of Gradio's own API only what asking needs: no upload, no files, no proxy.
GRADIO_API = "/gradio_api/"
GRADIO_ROUTES = frozenset(
    "app_id call cancel config heartbeat info openapi.json queue reset run startup-events".split()
)

HASHED = "/assets/"  # names there change with the content: browsers may keep the files

# Gradio's templates are compiled in the browser, hence 'unsafe-eval'; an inline script runs only
# with the nonce of the page it came in, so that nothing in a document can become a script.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'"
)
_INLINE_SCRIPT = re.compile(rb"<script(?=[\s>])")
_FOREIGN_META = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")


class Guard:
    """Wraps an application.

    Without a password, only requests that name this machine as their host are answered (so that a
    foreign site cannot reach it by a name of its own); with one, only those that give it (HTTP
    Basic with any user name, or as a Bearer token). Requests that another site's page sends are
    refused in either case. `head` is put into every HTML page.
    """

    def __init__(
        self, application: ASGIApp, *, password: str | None = None, head: str = ""
    ) -> None:
        self._application = application
        self._password = password
        self._head = head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        lasting = scope["path"].startswith(HASHED)
        refusal = self._refusal(Headers(scope=scope), scope["path"])
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        cookie = "" if visitor_in(Headers(scope=scope).get("cookie", "")) else new_cookie()
        await self._application(scope, receive, _Dresser(send, self._head, lasting, cookie))

    def _refusal(self, headers: Headers, path: str) -> Response | None:
        host = headers.get("host", "")
        if self._password is not None and not _gives(headers, self._password):
            return PlainTextResponse(
                "This page asks for a password.",
                401,
                {"WWW-Authenticate": 'Basic realm="askdocs", charset="UTF-8"'},
            )
        if self._password is None and not is_loopback(host_of(host)):
            return PlainTextResponse("This page answers only to requests for this machine.", 403)
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return PlainTextResponse("This page does not answer other sites.", 403)
        if path.startswith(GRADIO_API):
            route = path.removeprefix(GRADIO_API).split("/", 1)[0]
            if route not in GRADIO_ROUTES:
                return PlainTextResponse("Not found.", 404)
        return None


class _Dresser:
    """Sends a response on with its safety headers; a page also with `head`, nonces and `cookie`."""

    def __init__(self, send: Send, head: bytes, lasting: bool, cookie: str) -> None:
        self._send = send
        self._head = head
        self._cookie = cookie
        self._lasting = lasting
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = POLICY.format(nonce=self._nonce)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            if self._lasting and message["status"] == 200:
                headers["Cache-Control"] = "max-age=31536000, immutable"
            if headers.get("content-type", "").startswith("text/html"):
                if self._cookie:
                    headers.append("Set-Cookie", self._cookie)
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        page = _FOREIGN_META.sub(b"", self._body).replace(b"</head>", self._head + b"</head>", 1)
        nonce = f'<script nonce="{self._nonce}"'.encode()
        page = _INLINE_SCRIPT.sub(nonce, page)
        if page:
            MutableHeaders(scope=start)["Content-Length"] = str(len(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page})


def _gives(headers: Headers, password: str) -> bool:
    """Whether a request carries the password: HTTP Basic, or Bearer as programs give keys."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = credentials.encode("latin-1")  # the bytes as they came
    elif scheme.lower() == "basic":
        try:
            given = base64.b64decode(credentials, validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return False
    else:
        return False
    return secrets.compare_digest(given, password.encode())  # takes the same time for any
