"""Whether an address belongs to this machine."""

from __future__ import annotations

import ipaddress
import socket

_DISCARD = 9  # a port; any would do


def is_loopback(host: str | None) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_this_machine(host: str | None) -> bool:
    """Whether `host` is an address of this machine, of loopback or of one of its networks.

    A name other than localhost is not, because a lookup would reveal it to a name server.
    """
    if is_loopback(host):
        return True
    try:
        address = ipaddress.ip_address(host or "")
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))  # only an address of our own can be bound
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, _DISCARD))  # sends nothing
            from_here = ipaddress.ip_address(probe.getsockname()[0])
    except (ValueError, OSError):
        return False
    # A system may be set to bind any address, but it reaches only its own ones from themselves.
    return address.is_unspecified or int(from_here) == int(address)
