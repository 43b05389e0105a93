"""Small changes of text that several views make."""

from __future__ import annotations

from collections.abc import Sequence


def capitalised(text: str) -> str:
    """The text with a capital first letter."""
    return text[0].upper() + text[1:]


def listed(names: Sequence[str]) -> str:
    """Names as a list in words: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
