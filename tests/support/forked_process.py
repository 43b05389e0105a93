"""Processes of Python that need not import anything: forked from one that has imported it all.

A process that starts as `python -m askdocs` spends one or two seconds of CPU time on imports, four
with the page, and one that checks a vector store one. Use what is here where a test needs a
process of its own, and `subprocess` where its start or its end is tested.

The processes that a forked process starts are forked, too: `tests.support.fork_server` forks them
all.
"""

from __future__ import annotations

import atexit
import os
import pickle
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, Generic, TextIO, TypeVar

from askdocs.system import processes

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
CAN_FORK = sys.platform == "linux"
_IMPORTED_LATE = {"askdocs.models.worker.process": ("torch",)}  # by functions of a module
COMMAND = "from askdocs.cli.commands import main; main()"


class Forked:
    """A process that was forked, with what is needed of the methods of `subprocess.Popen`."""

    def __init__(
        self, connection: socket.socket, stdin: IO[Any] | None = None, stdout: Any = None
    ) -> None:
        self._connection = connection
        self._lines = connection.makefile("r")
        self.pid = int(self._lines.readline())
        self.stdin, self.stdout = stdin, stdout
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status, negative where a signal ended it; None while it runs."""
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it has ended."""
        status = self._ended_within(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return status

    def communicate(self, given: bytes, timeout: float | None = None) -> tuple[bytes, None]:
        """Its standard output, once it has ended. It reads `given`."""
        assert self.stdin is not None
        end = None if timeout is None else time.monotonic() + timeout
        self.stdin.write(given)
        self.stdin.close()
        found = b""
        while True:
            left = None if end is None else max(0, end - time.monotonic())
            if not select.select([self.stdout], [], [], left)[0]:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0)
            piece = os.read(self.stdout.fileno(), 65536)
            if not piece:
                break
            found += piece
        self.wait()
        return found, None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, which is about to be told
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._connection], [], [], seconds)[0]:
            self.returncode = int(self._lines.readline())
            self._lines.close()
            self._connection.close()
        return self.returncode


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
    with tempfile.TemporaryFile() as stdin, _written() as stdout, _written() as stderr:
        stdin.write(given.encode())
        stdin.seek(0)
        asked = {"arguments": arguments, "code": code, "cwd": str(cwd), "environment": variables}
        streams = [each.fileno() for each in (stdin, stdout, stderr)]
        status = Forked(_fork(asked, streams)).wait()
        return subprocess.CompletedProcess(
            [code, *arguments], status, _text_of(stdout), _text_of(stderr)
        )


def start_forked(
    *arguments: str,
    code: str,
    imports: Sequence[str] = (),
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    stderr: Path = Path(os.devnull),
) -> Forked:
    """Run code in another process, on Linux. Its standard output can be read.

    Args:
        arguments: What it finds in `sys.argv`.
        code: The Python code.
        imports: Modules that are imported once for all such processes.
        cwd: Its current folder.
        environment: All of its environment; that of this process if None.
        stderr: The file for its standard error.
    """
    asked = {
        "arguments": arguments,
        "code": code,
        "cwd": str(cwd),
        "environment": dict(os.environ if environment is None else environment),
        "imports": imports,
    }
    ours, theirs = os.pipe()
    stdout: TextIO = os.fdopen(ours, encoding="utf-8")
    with Path(os.devnull).open("rb") as nowhere, stderr.open("wb") as told:
        connection = _fork(asked, [nowhere.fileno(), theirs, told.fileno()])
    os.close(theirs)
    return Forked(connection, stdout=stdout)


def start_in_terminal(
    *arguments: str, terminal: int, cwd: Path, environment: Mapping[str, str]
) -> Forked:
    """Run the command line in another process, on Linux. A terminal is its standard streams."""
    asked = {
        "arguments": arguments,
        "code": COMMAND,
        "cwd": str(cwd),
        "environment": dict(environment),
    }
    return Forked(_fork(asked, [terminal] * 3))


class Call(Generic[T]):
    """A function that runs in another process, which has not opened Chroma yet."""

    def __init__(self, work: Callable[[], T]) -> None:
        """`work` can be pickled, as a function of a module and its `partial`s can."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed when the process has ended
        self._written = b""
        if CAN_FORK:
            asked = {
                "work": pickle.dumps(work),
                "arguments": (),
                "cwd": str(ROOT),
                "environment": dict(os.environ),
            }
            with Path(os.devnull).open("r+b") as nowhere:
                streams = [nowhere.fileno(), nowhere.fileno(), 2, self._file.fileno()]
                self.process: Any = Forked(_fork(asked, streams))
        else:
            code = "import pickle, sys; work = pickle.load(sys.stdin.buffer); " \
                "sys.stdout.buffer.write(pickle.dumps(work()))"  # fmt: skip
            command = [sys.executable, "-c", code]
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=self._file
            )
            self.process.stdin.write(pickle.dumps(work))
            self.process.stdin.close()

    def killed_after(self, seconds: float) -> int:
        """Its exit status; it is killed if it has not ended after so many seconds."""
        try:
            status = int(self.process.wait(seconds))
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = int(self.process.wait())
        with self._file:
            self._file.seek(0)
            self._written = self._file.read()
        return status

    def result(self) -> T:
        """What the function returned. The process has ended with status 0."""
        found: T = pickle.loads(self._written)
        return found


def start_child(module: str, *arguments: str, variables: Sequence[str] = ()) -> processes.Child:
    """Does what `processes.start` does, by a fork on Linux."""
    if not CAN_FORK:
        return _START(module, *arguments, variables=variables)
    folder = tempfile.mkdtemp(prefix="askdocs-")
    asked = {
        "module": module,
        "imports": (module, *_IMPORTED_LATE.get(module, ())),  # once for all such processes
        "arguments": arguments,
        "cwd": folder,
        "environment": processes.child_environment(os.environ, folder, variables),
        "parent": os.getpid(),
    }
    read, given = os.pipe()
    found, written = os.pipe()
    with Path(os.devnull).open("wb") as nowhere:
        connection = _fork(asked, [read, written, nowhere.fileno()])
    os.close(read)
    os.close(written)
    process: Any = Forked(connection, os.fdopen(given, "wb"), os.fdopen(found, "rb"))
    child = processes.Child(process, folder)
    processes._running.add(child)
    return child


_START = processes.start


def _fork(asked: Mapping[str, Any], streams: Sequence[int]) -> socket.socket:
    """The connection over which the fork server says the number and the status of a process."""
    address = address_of_server()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    with tempfile.TemporaryFile() as file:
        pickle.dump(asked, file)
        file.flush()
        socket.send_fds(connection, [b"f"], [file.fileno(), *streams])
        connection.recv(1)  # it has what was sent
    return connection


@cache
def address_of_server() -> str:
    """The address of the fork server of this process, which is started now.

    It can be connected to at once: who asks waits until it has imported everything.
    """
    folder = tempfile.mkdtemp(prefix="askdocs-forks-")
    address = str(Path(folder) / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        number = listener.fileno()
        command = [sys.executable, "-m", "tests.support.fork_server", str(number)]
        server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[number])
    owner = os.getpid()

    def end() -> None:
        if os.getpid() == owner and server.stdin is not None:
            server.stdin.close()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return address


@contextmanager
def _written() -> Any:
    with tempfile.TemporaryFile() as file:
        yield file


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")
