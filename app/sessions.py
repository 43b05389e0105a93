"""Binds a Gradio session to the visitor who began it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .conversations.cookie import visitor_from_cookie
from .corpora import route_path

SESSIONS_KEPT = 10_000
_API = "/gradio_api/"
_HEARTBEAT = "/gradio_api/heartbeat/"


class SessionOwners:
    """Allows requests for a Gradio session only for the visitor who began it.

    Gradio stores the conversation on the page under a `session_hash`. URLs contain the hash, and so
    do the logs of a proxy. They do not contain the visitor's cookie, which has to match.
    """

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._owners: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not route_path(scope).startswith(_API):
            await self._application(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST":
            try:
                body = await Request(scope, receive).body()
            except ClientDisconnect:
                return
            receive = _replayed(body, receive)
        visitor = visitor_from_cookie(Headers(scope=scope).get("cookie", ""))
        if all(self._owner(each, visitor) == visitor for each in _sessions(scope, body)):
            await self._application(scope, receive, send)
        else:
            refusal = PlainTextResponse("This session belongs to another visitor.", 403)
            await refusal(scope, receive, send)

    def _owner(self, session: str, visitor: str) -> str:
        """The first visitor of a session; `visitor` if the session is new."""
        if session not in self._owners and len(self._owners) >= SESSIONS_KEPT:
            del self._owners[next(iter(self._owners))]  # the oldest
        return self._owners.setdefault(session, visitor)


def _sessions(scope: Scope, body: bytes) -> Iterator[str]:
    """The session hashes in the path, the query and the JSON body of a request."""
    path = route_path(scope)
    if path.startswith(_HEARTBEAT):
        yield path.removeprefix(_HEARTBEAT).split("/", 1)[0]
    yield from parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", ())
    try:
        values = json.loads(body or b"{}")
    except (ValueError, RecursionError):  # the route refuses it
        return
    if isinstance(values, dict) and isinstance(values.get("session_hash"), str):
        yield values["session_hash"]


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receiver that returns a body that was read already, then the next messages."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
