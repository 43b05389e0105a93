"""Text of documents made safe for a terminal."""

from __future__ import annotations

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Replace control characters and bidirectional overrides with spaces."""
    return "".join(
        character if character.isprintable() and character not in _REORDERING else " "
        for character in text
    )
