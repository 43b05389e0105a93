"""The socket of the server. It is opened before anything slow is loaded."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from askdocs.errors import AskdocsError
from askdocs.system.network import is_loopback

SHORTEST_PASSWORD = 8  # characters, for a host that other machines reach (NIST SP 800-63B)
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # browsers on Windows do not open these


def listen(host: str, port: int, *, password: str | None) -> socket.socket:
    """Bind a socket to a host and a port; port 0 selects a free port.

    Raises:
        AskdocsError: The socket cannot be bound; or other machines can reach `host`, and there is
            no password or one that is too short. The message says what to do.
    """
    if not is_loopback(host):
        _require_password(host, password or "")
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
    """The URL for a browser on this machine. It has an IP address instead of a DNS name."""
    known = _EVERYWHERE.get(host, host)
    if known != "localhost" and not _is_numeric(known):
        known = listener.getsockname()[0]
    return f"http://{_bracketed(known)}:{listener.getsockname()[1]}"


def host_name(listener: socket.socket) -> str:
    """The host that a socket is bound to, as in a Host header."""
    return _bracketed(listener.getsockname()[0])


def _require_password(host: str, password: str) -> None:
    reachable = f"{host} can be reached from other machines"
    instead = "or leave --host at 127.0.0.1."
    if not password:
        raise AskdocsError(f"{reachable}, so a password is needed: set ASKDOCS_PASSWORD, {instead}")
    if len(password) < SHORTEST_PASSWORD:
        raise AskdocsError(
            f"{reachable}, so the password needs at least {SHORTEST_PASSWORD} characters:"
            f" choose a longer one, {instead}"
        )


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # on Windows it would allow two servers on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except BaseException:
        listener.close()
        raise
    return listener
