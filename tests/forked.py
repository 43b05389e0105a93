"""Processes of Python that need not import anything: forked from one that has imported it all.

A process that starts as `python -m askdocs` spends two or three seconds on imports, five with the
page. Use `run_forked` and `start_forked` where a test needs a process of its own, and `subprocess`
where its start or its end is tested.
"""

from __future__ import annotations

import atexit
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
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


class Forked:
    """A process that runs on, with what is needed of the methods of `subprocess.Popen`."""

    def __init__(self, number: int, stdout: TextIO) -> None:
        self._number = number
        self._status: int | None = None
        self.stdout = stdout

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        if self._status is None:
            self._status = _Parent.started().ask({"poll": self._number})
        return self._status

    def wait(self, seconds: float) -> int:
        """Its exit status, once it has ended."""
        end = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("a forked process", seconds)
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._number, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start_forked(
    *arguments: str, code: str, imports: Sequence[str], environment: Mapping[str, str]
) -> Forked:
    """Run code in another process, on Linux. Its standard output can be read, nothing else.

    Args:
        arguments: What it finds in `sys.argv`.
        code: The Python code.
        imports: Modules that are imported once for all such processes.
        environment: All of its environment.
    """
    with tempfile.TemporaryDirectory() as name:
        pipe = str(Path(name) / "out")
        os.mkfifo(pipe)
        asked = {
            "arguments": arguments,
            "code": code,
            "cwd": str(ROOT),
            "environment": dict(environment),
            "files": [os.devnull, pipe, os.devnull],
            "imports": imports,
        }
        number = _Parent.started().ask(asked)
        return Forked(
            number, Path(pipe).open(encoding="utf-8")
        )  # waits until the other end is open


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
        self._guard = threading.Lock()
        atexit.register(self._end)

    def _end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def run(self, asked: Mapping[str, Any]) -> int:
        """The exit status of a process that does what is asked."""
        status: int = self.ask(asked)
        return status

    def ask(self, asked: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._guard:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


def _serve() -> None:
    """Do what stands in each line of standard input, and answer with its exit status."""
    import chromadb.api.rust  # noqa: F401
    import llama_index.vector_stores.chroma  # noqa: F401
    import onnxruntime  # noqa: F401

    import askdocs.assistant
    import askdocs.cli.commands
    import askdocs.cli.terminal
    import askdocs.output.json_records  # noqa: F401

    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before it is imported
    for line in sys.stdin:
        asked = json.loads(line)
        if "poll" in asked:
            ended, status = os.waitpid(asked["poll"], os.WNOHANG)
            print(json.dumps(os.waitstatus_to_exitcode(status) if ended else None), flush=True)
            continue
        for module in asked.get("imports", ()):
            importlib.import_module(module)
        process = os.fork()
        if process == 0:
            os._exit(_do(asked))
        if "imports" in asked:  # it runs on
            print(process, flush=True)
        else:
            print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


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
