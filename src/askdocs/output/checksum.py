"""A short checksum of a text."""

from __future__ import annotations

import hashlib


def checksum(text: str) -> str:
    """Return twelve hexadecimal digits that change with the text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
