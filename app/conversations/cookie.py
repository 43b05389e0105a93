"""Visitors are identified by a cookie with a secret."""

from __future__ import annotations

import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio

COOKIE = "askdocs-visitor"
_SECRET = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600


def visitor_from_request(request: gradio.Request) -> str:
    """The visitor who sent a request; "" if the browser stores no cookies."""
    return visitor_from_cookie(request.headers.get("cookie", ""))


def visitor_from_cookie(cookies: str) -> str:
    """The visitor in a Cookie header; "" if there is none."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found and _SECRET.fullmatch(found.value) else ""


def new_cookie() -> str:
    """A Set-Cookie header for a new visitor. Scripts cannot read it."""
    secret = secrets.token_hex(16)
    return f"{COOKIE}={secret}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"
