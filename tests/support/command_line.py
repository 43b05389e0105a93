"""The command line in the process of the tests, which has imported everything and loaded models.

A process of its own has to load the models again, for more than a second of CPU time. Use
`tests.support.forked_process` or `subprocess` where the process itself is tested: its start, its
signals, its end, its terminal.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from askdocs.cli import commands

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_here(
    *arguments: str,
    cwd: Path,
    given: str = "",
    environment: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process with pipes for its standard streams would.

    Args:
        arguments: What it finds in `sys.argv`.
        cwd: Its current folder.
        given: What it reads from standard input.
        environment: All of its environment; that of this process if None.
        encoding: That of its standard output and error, as Python has chosen it.
    """
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    streams = mock.patch.multiple(sys, stdin=stdin, stdout=stdout, stderr=stderr)
    variables = os.environ if environment is None else environment
    with streams, _process_of(["askdocs", *arguments], cwd, dict(variables)):
        status = _status_of_main()
    return subprocess.CompletedProcess(arguments, status, _text_of(stdout), _text_of(stderr))


def _status_of_main() -> int:
    try:
        commands.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@contextmanager
def _process_of(arguments: list[str], cwd: Path, environment: dict[str, str]) -> Iterator[None]:
    """Puts back what belongs to the whole process. Ctrl-C still ends the tests."""
    handlers = {each: signal.getsignal(each) for each in _SIGNALS}
    before = Path.cwd()
    os.chdir(cwd)
    try:
        with (
            mock.patch.object(sys, "argv", arguments),
            mock.patch.object(commands, "handle_interrupts"),
            mock.patch.dict(os.environ, environment, clear=True),
        ):
            yield
    finally:
        os.chdir(before)
        for each, handler in handlers.items():
            signal.signal(each, handler)


def _text_of(stream: io.TextIOWrapper) -> str:
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    return written.getvalue().decode(stream.encoding)
