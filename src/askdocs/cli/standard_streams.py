"""Standard input and output of a command: JSON, encodings and typed lines."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from askdocs.system.files import WINDOWS


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object, with only ASCII characters if the reader may use another encoding."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    ascii_only |= WINDOWS and not sys.stdout.isatty()  # PowerShell decodes it as the terminal's
    print(json.dumps(content, ensure_ascii=ascii_only))


def typed_lines(prompt: str) -> Iterator[str]:
    """Yield what the user types, line by line, until an empty line or the end of the input."""
    read: Callable[[str], str] = input
    while True:
        try:
            line = read(prompt if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if not line:
            return
        yield line


def allow_every_character() -> None:
    """Avoid UnicodeEncodeError: Windows redirects output in an old code page."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            keeps_encoding = stream.isatty() or "PYTHONIOENCODING" in os.environ
            stream.reconfigure(encoding=None if keeps_encoding else "utf-8", errors="replace")
