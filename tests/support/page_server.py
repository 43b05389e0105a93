"""A real `askdocs serve`, forked from a process that has imported what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.forked_process import CAN_FORK, Forked, start_forked
from tests.support.polling import free_port

# what a server imports
PAGE = ("gradio", "askdocs.app.server", "askdocs.cli.commands", "tests.support.cached_models")
_REMEMBERS = "from tests.support import cached_models\ncached_models.remember_models()\n"

INDEXED = """
from askdocs.index.sync.watch import Watch
enter = Watch.__enter__
def enter_indexed(watch):
    enter(watch)
    watch.synced.wait(600)
    return watch
Watch.__enter__ = enter_indexed
"""


@contextmanager
def running_server(
    corpus: Path,
    index: Path,
    *,
    prepare: str = "",
    further: Sequence[Path] = (),
    forked: bool = CAN_FORK,
    indexed: bool = True,
    stderr: Path = Path(os.devnull),
    **environment: str,
) -> Iterator[tuple[str, subprocess.Popen[str] | Forked]]:
    """The address of `askdocs serve` over a corpus and `further` ones, and its process.

    Args:
        corpus: The folder of documents.
        index: The folder of the index.
        prepare: Python code that runs there before the command, with its module as `commands`.
        further: Other folders that are served beside it.
        forked: Whether the process is forked from one that has imported everything. One that is
            started anew also ends as Python does.
        indexed: Whether the folders are indexed before the server says that it is ready.
        stderr: The file for its standard error.
        environment: Variables that are added to those of this process.
    """
    port = free_port()
    begin = f"{_REMEMBERS if forked else ''}from askdocs.cli import commands\n"
    run = f"{begin}{INDEXED if indexed else ''}{prepare}\ncommands.main()"
    options = ["serve", "--port", str(port), "--corpus", str(corpus), "--index", str(index)]
    options += [option for each in further for option in ("--corpus", str(each))]
    variables = {**os.environ, **environment}
    process: subprocess.Popen[str] | Forked
    if forked:
        process = start_forked(
            *options, code=run, imports=PAGE, environment=variables, stderr=stderr
        )
    else:
        with stderr.open("wb") as told:
            process = subprocess.Popen(
                [sys.executable, "-c", run, *options],
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                env=variables,
            )
    assert process.stdout is not None
    with process.stdout:
        try:
            line = process.stdout.readline()
            assert f"http://127.0.0.1:{port}" in line, f"the server said {line!r}"
            yield f"http://127.0.0.1:{port}", process
        finally:
            ended = process.poll() is not None
            process.terminate()
            status = process.wait(300)
        assert ended or status == 0, "the server does not end in order by SIGTERM"
