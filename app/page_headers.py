"""Security headers of every response; cookie, head and script nonces of HTML pages."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .conversations.cookie import new_cookie, visitor_from_cookie
from .corpora import route_path

HASHED = "/assets/"  # file names change with the content, so browsers may cache the files

# Gradio compiles its templates in the browser, which needs 'unsafe-eval'. An inline script runs
# only with the nonce of its page. This prevents XSS from documents.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; "
    "base-uri 'self'; form-action 'self'"
)
# The files of PDF.js and its worker may only read PDFs and load their own parts.
PDFJS = "/pdfjs/"
PDFJS_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # No other site can embed a response, or find out from it whether a document exists.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_INLINE_SCRIPT = re.compile(rb"<script(?=[\s>])")
_FOREIGN_META = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")


class PageHeaders:
    """Adds the security headers to every response, and `head` to every HTML page.

    A page also gets a nonce for its inline scripts, and a cookie if the visitor has none.
    """

    def __init__(self, application: ASGIApp, *, head: str = "") -> None:
        self._application = application
        self._head = head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        path = route_path(scope)
        cacheable = path.startswith(HASHED)
        cookie = "" if visitor_from_cookie(Headers(scope=scope).get("cookie", "")) else new_cookie()
        policy = PDFJS_POLICY if PDFJS in path else POLICY
        response = _Response(send, self._head, cacheable, cookie, policy)
        await self._application(scope, receive, response)


class _Response:
    """Sends one response with the changes of PageHeaders."""

    def __init__(
        self, send: Send, head: bytes, cacheable: bool, cookie: str, policy: str = POLICY
    ) -> None:
        self._send = send
        self._head = head
        self._cookie = cookie
        self._cacheable = cacheable
        self._policy = policy
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = self._policy.format(nonce=self._nonce)
            headers.update(FIXED)
            if self._cacheable and message["status"] == 200:
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
