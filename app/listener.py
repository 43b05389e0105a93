"""Where the server listens. Checked before anything slow is loaded."""

from __future__ import annotations

import errno
import os
import socket

from askdocs.errors import AskdocsError
from askdocs.system.network import is_loopback

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # no browser of Windows opens these


def listen(host: str, port: int, *, password: str | None) -> socket.socket:
    """A bound socket. Port 0 takes any that is free.

    Raises AskdocsError, saying what mends it, if that is impossible, or if other machines could
    reach `host` and there is no password.
    """
    if not is_loopback(host) and not password:
        raise AskdocsError(
            f"{host} can be reached from other machines, so a password is needed: "
            "set ASKDOCS_PASSWORD, or leave --host at 127.0.0.1."
        )
    try:
        return _bound(host, port)
    except (OSError, OverflowError) as error:
        reason = {
            errno.EADDRINUSE: f"Port {port} is in use. Choose another one with --port.",
            errno.EACCES: f"Port {port} is reserved for others. Choose one above 1023 with --port.",
        }.get(getattr(error, "errno", None) or 0)
        raise AskdocsError(
            reason or f"Cannot listen on {host}, port {port}: {error}. Check --host and --port."
        ) from error


def address(listener: socket.socket, host: str) -> str:
    """What to open in a browser of this machine."""
    known = _EVERYWHERE.get(host, host)
    name = f"[{known}]" if ":" in known else known
    return f"http://{name}:{listener.getsockname()[1]}"


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # there it would let two servers have the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except BaseException:
        listener.close()
        raise
    return listener
