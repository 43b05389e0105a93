"""Security middleware of every route. It checks the headers before a body is read."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import logging
import secrets
from collections.abc import Iterable, Mapping

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .corpora import route_path
from .page_headers import PageHeaders
from .sessions import SessionOwners

TASKS_PREFIX = "/askdocs/"  # routes for other askdocs processes, which send the token of the index
TOKEN_HEADER = "x-askdocs-token"
UPLOAD = ("PUT", "/document")  # the size is limited where the file is written
GRADIO_API = "/gradio_api/"
# The routes of Gradio's API that the page needs: no upload, no files, no proxy.
GRADIO_ROUTES = frozenset(
    "app_id call cancel config heartbeat info openapi.json queue reset run startup-events".split()
)
# Calls with named arguments: for unknown names, Gradio returns a server error with a traceback.
NAMED_CALLS = f"{GRADIO_API}call/v2/"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DRAFT = ("PUT", "/draft")  # a file to be checked
DRAFT_BYTES = 20_000_000
BODY_BYTES = 1_000_000  # of a request from a browser or a chat client
TASK_BYTES = 64_000_000  # of a task, which contains a conversation with all its passages
WRONG_PASSWORDS_A_MINUTE = 10  # from one address; further ones are not compared
_IPV6_NETWORK = 64  # bits

_log = logging.getLogger(__name__)


def protected(
    application: ASGIApp,
    *,
    token: str | Mapping[str, str],
    password: str | None = None,
    hosts: Iterable[str] = (),
    head: str = "",
) -> ASGIApp:
    """Put the security middleware before an application. Each class has one concern.

    Args:
        application: Gets the requests that are allowed.
        token: The token of other processes for the routes under TASKS_PREFIX. If there are several
            corpora, the tokens by their root paths.
        password: The password of all other clients; None for no password.
        hosts: The names of this server in addition to loopback. Without a password, only requests
            for these names are answered. This prevents DNS rebinding.
        head: HTML for the head of every page.

    Returns:
        The protected application.
    """
    guarded: ASGIApp = SessionOwners(application)
    guarded = BodyLimits(guarded)
    guarded = GradioRoutes(guarded)
    tokens = {"": token} if isinstance(token, str) else token
    guarded = Authentication(guarded, password=password, tokens=tokens)
    guarded = SameOrigin(guarded)
    if password is None:
        known = [*LOOPBACK_HOSTS, *hosts]
        guarded = TrustedHostMiddleware(guarded, allowed_hosts=known, www_redirect=False)
    return PageHeaders(guarded, head=head)


class SameOrigin:
    """Refuses requests from pages of other sites, except a link that opens the page.

    Browsers send the origin of a request in `Origin` and `Sec-Fetch-Site`; programs send
    neither. See https://www.w3.org/TR/fetch-metadata/.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _is_cross_site(scope):
            response = PlainTextResponse("This page does not answer other sites.", 403)
            await response(scope, receive, send)
        else:
            await self._application(scope, receive, send)


class Authentication:
    """Allows requests with the password, and other processes with the token.

    The password is sent with HTTP Basic and any user name, or as a Bearer token. Wrong passwords
    are logged, and their number is limited for each address.
    """

    def __init__(
        self, application: ASGIApp, *, password: str | None, tokens: Mapping[str, str]
    ) -> None:
        self._application = application
        self._password = password
        self._tokens = tokens
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(WRONG_PASSWORDS_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        await (refusal or self._application)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if route_path(scope).startswith(TASKS_PREFIX):
            given = headers.get(TOKEN_HEADER, "").encode("latin-1")
            token = self._tokens.get(scope.get("root_path", ""), "")
            if token and secrets.compare_digest(given, token.encode()):
                return None
            return PlainTextResponse("This is for askdocs on this machine.", 403)
        if self._password is None:
            return None
        return self._password_refusal(headers, client_address(scope))

    def _password_refusal(self, headers: Headers, address: str) -> Response | None:
        assert self._password is not None
        given = _password_in(headers)
        if given is not None:
            key = rate_limit_key(address)
            if not self._limiter.test(self._limit, key):
                words = "Too many wrong passwords from your address. Wait a minute."
                return PlainTextResponse(words, 429, {"Retry-After": "60"})
            if secrets.compare_digest(given, self._password.encode()):
                return None
            self._limiter.hit(self._limit, key)
            _log.warning("A wrong password was sent from %s.", address)
        challenge = {"WWW-Authenticate": 'Basic realm="askdocs", charset="UTF-8"'}
        return PlainTextResponse("This page asks for a password.", 401, challenge)


class GradioRoutes:
    """Hides the routes of Gradio's API that the page does not need."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if "path" in scope else ""
        route = path.removeprefix(GRADIO_API).split("/", 1)[0]
        if path.startswith(NAMED_CALLS):
            words = 'Not found. POST {"data": [...]} to /gradio_api/call/NAME instead.'
            await PlainTextResponse(words, 404)(scope, receive, send)
        elif path.startswith(GRADIO_API) and route not in GRADIO_ROUTES:
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
        else:
            await self._application(scope, receive, send)


class BodyLimits:
    """Limits the body of every request. An upload is limited where it is written."""

    def __init__(self, application: ASGIApp) -> None:
        self._unlimited = application
        self._task = RequestBodyLimitMiddleware(application, TASK_BYTES)
        self._draft = RequestBodyLimitMiddleware(application, DRAFT_BYTES)
        self._usual = RequestBodyLimitMiddleware(application, BODY_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if "path" in scope else ""
        if (scope.get("method"), path) == UPLOAD:
            await self._unlimited(scope, receive, send)
        elif path.startswith(TASKS_PREFIX):
            await self._task(scope, receive, send)
        elif (scope.get("method"), path) == DRAFT:
            await self._draft(scope, receive, send)
        else:
            await self._usual(scope, receive, send)


def client_address(scope: Scope) -> str:
    """The IP address of the client; "" if the server does not know it."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def rate_limit_key(address: str) -> str:
    """The key under which limits count a client: its IPv4 address or its IPv6 network.

    An IPv6 client has a network of at least 64 bits, so it can use any address of it.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _IPV6_NETWORK), strict=False))


def _is_cross_site(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
        return True
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    opens_page = (
        scope.get("method") == "GET"
        and route_path(scope) in ("", "/")
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
    return not opens_page


def _password_in(headers: Headers) -> bytes | None:
    """The password in a request; None if there is none."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.encode("latin-1")  # the bytes as they came
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials, validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            return b""
    return None
