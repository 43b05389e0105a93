"""Keeps the line numbers of a file correct if parts with line breaks are removed from its text."""

from __future__ import annotations

import re

REMOVED = "\x01"  # replaces a removed line break


def line_breaks(text: str) -> int:
    """Return the number of line breaks of the text, including the removed ones."""
    return text.count("\n") + text.count(REMOVED)


def removed(found: re.Match[str]) -> str:
    """Return the replacement of a removed text: a mark for each of its line breaks."""
    return REMOVED * line_breaks(found[0])


def numbered_lines(text: str) -> tuple[list[str], list[int]]:
    """Return the lines of the text, and the number of each in the file."""
    lines, numbers, number = list[str](), list[int](), 1
    for line in text.split("\n"):
        numbers.append(number + len(line) - len(line.lstrip(REMOVED)))
        lines.append(line.replace(REMOVED, ""))
        number += 1 + line.count(REMOVED)
    return lines, numbers
