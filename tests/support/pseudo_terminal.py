"""A real terminal with a process in it, as a person sees it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.forked_process import CAN_FORK, Forked, start_in_terminal
from tests.support.polling import PATIENCE


@dataclass
class Terminal:
    """What a process has printed, and its keyboard."""

    process: subprocess.Popen[bytes] | Forked
    wire: int
    screen: str = ""

    def type(self, line: str) -> None:
        os.write(self.wire, f"{line}\n".encode())

    def wait_for(self, words: str, *, plain: bool = True) -> str:
        """What was printed up to these words; the next wait begins there.

        Where `plain`, with single spaces for all white space.
        """
        row = re.compile(r"\s+".join(map(re.escape, words.split())))
        until = time.monotonic() + PATIENCE
        while (found := row.search(self.screen)) is None:
            assert time.monotonic() < until, f"no {words!r} in {self.screen!r}"
            if select.select([self.wire], [], [], 1)[0]:
                self.screen += self._read()
        shown, self.screen = self.screen[: found.end()], self.screen[found.end() :]
        return " ".join(shown.split()) if plain else shown

    def _read(self) -> str:
        try:
            return os.read(self.wire, 65536).decode("utf-8", "replace")
        except OSError:  # the process has ended
            return ""


@contextmanager
def running(
    arguments: Sequence[str], folder: Path, *, by_script: bool = False
) -> Iterator[Terminal]:
    """A terminal in which a command of askdocs runs, until the end of the block.

    With `by_script`, it is begun as a shell script begins what stands before an `&`: SIGINT is
    ignored.
    """
    ours, theirs = pty.openpty()
    process = _started(arguments, folder, theirs, by_script=by_script)
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _started(
    arguments: Sequence[str], folder: Path, terminal: int, *, by_script: bool
) -> subprocess.Popen[bytes] | Forked:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    if CAN_FORK and not by_script:
        return start_in_terminal(*arguments, terminal=terminal, cwd=folder, environment=environment)
    command = [sys.executable, "-m", "askdocs", *arguments]
    if by_script:
        command = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal
    )
