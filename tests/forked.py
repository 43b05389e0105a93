"""Processes of Python that need not import anything: forked from one that has imported it all.

A process that starts as `python -m askdocs` spends two or three seconds on imports. Use
`run_forked` where a test needs a process of its own, and `subprocess` where its start is tested.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).parents[1]
CAN_FORK = sys.platform == "linux"
COMMAND = "from askdocs.cli.commands import main; main()"


def run_forked(
    *arguments: str,
    code: str = COMMAND,
    cwd: Path = ROOT,
    given: str = "",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run code in another process, by default the command line.

    Args:
        arguments: What it finds in `sys.argv`.
        code: The Python code.
        cwd: Its current folder.
        given: What it reads from standard input.
        environment: All of its environment; that of this process if None.
    """
    variables = dict(os.environ if environment is None else environment)
    if not CAN_FORK:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(
            command, cwd=cwd, env=variables, input=given, capture_output=True, encoding="utf-8"
        )
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / stream for stream in ("in", "out", "err")]
        files[0].write_text(given, encoding="utf-8")
        asked = {
            "arguments": arguments,
            "code": code,
            "cwd": str(cwd),
            "environment": variables,
            "files": [str(file) for file in files],
        }
        status = _Parent.started().run(asked)
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
    return subprocess.CompletedProcess([code, *arguments], status, out, err)


class _Parent:
    """The process that has imported everything, and forks. It has no threads."""

    @staticmethod
    @cache
    def started() -> _Parent:
        return _Parent()

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.forked"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self._end)

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def run(self, asked: Mapping[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _serve() -> None:
    """Do what stands in each line of standard input, and answer with its exit status."""
    import chromadb.api.rust  # noqa: F401
    import llama_index.vector_stores.chroma  # noqa: F401
    import onnxruntime  # noqa: F401

    import askdocs.assistant
    import askdocs.cli.commands
    import askdocs.cli.terminal
    import askdocs.output.json_records  # noqa: F401

    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            os._exit(_do(json.loads(line)))
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _do(asked: Mapping[str, Any]) -> int:
    """Run the code in this process, which is a fork; its exit status."""
    for number, file in enumerate(asked["files"]):
        opened = os.open(file, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = _text(0, "r"), _text(1, "w"), _text(2, "w")
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["askdocs", *asked["arguments"]]
    status = 1
    try:
        exec(asked["code"], {"__name__": "__main__"})
        status = 0
    except SystemExit as ended:
        status = _status(ended)
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def _status(ended: SystemExit) -> int:
    """The exit status that Python makes of `sys.exit(…)`; it prints what is no number."""
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    print(ended.code, file=sys.stderr)
    return 1


def _text(number: int, mode: str) -> TextIO:
    return io.TextIOWrapper(open(number, f"{mode}b", closefd=False), encoding="utf-8")


if __name__ == "__main__":
    _serve()
