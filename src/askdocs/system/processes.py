"""Processes of our own beside this one: how they are started, what they write to, how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

import askdocs


def start(module: str, *arguments: str, folder: str) -> subprocess.Popen[bytes]:
    """A process that runs a module, to be talked to by its pipes; its temporary files in `folder`.

    Raises OSError where it cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(folder),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End it at once and wait until it has ended."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not yet written is of no use to it any more
            if pipe is not None:
                pipe.close()


def child_environment(folder: str) -> dict[str, str]:
    """That of this process, with askdocs importable and temporary files in a folder of its own."""
    package = str(PurePosixPath(Path(askdocs.__path__[0]).parent.as_posix()))
    known = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join(filter(None, (package, known)))
    return {**os.environ, "PYTHONPATH": paths, "TMPDIR": folder, "TEMP": folder, "TMP": folder}


def open_answers() -> IO[bytes]:
    """In such a process: where its answers go, and nothing that a library prints.

    Ctrl-C is the parent's to handle.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers
