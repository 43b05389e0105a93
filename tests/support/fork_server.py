"""The process that `tests.support.forked_process` has its processes forked from.

It has imported everything, has no threads, and never opens Chroma: a process that is forked from
one that runs Chroma's threads waits for them for ever.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import pickle
import runpy
import select
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TextIO

import chromadb.api.rust  # noqa: F401
import llama_index.vector_stores.chroma  # noqa: F401
import onnxruntime  # noqa: F401

import askdocs.assistant
import askdocs.cli.commands
import askdocs.cli.terminal
import askdocs.documents.loaders.sandbox.process
import askdocs.index.doctor
import askdocs.output.json.answers  # noqa: F401
from askdocs.system import processes
from tests.support import forked_process, hash_embedding  # noqa: F401


class Server:
    """Forks a process for each connection, and says its number and its exit status over it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._ended, self._wake = socket.socketpair()  # readable when a process has ended
        self._wake.setblocking(False)
        self._connections: dict[int, socket.socket] = {}

    def run(self) -> None:
        """Until standard input ends."""
        handlers: dict[int, Any] = {
            signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
            signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        }
        signal.set_wakeup_fd(self._wake.fileno())
        with selectors.DefaultSelector() as selector:
            for each in (self._listener, self._ended, sys.stdin):
                selector.register(each, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._ended in ready:
                    self._ended.recv(4096)
                    self._report()
                if self._listener in ready:
                    self._fork(self._listener.accept()[0], handlers)
                if sys.stdin in ready:
                    return

    def _fork(self, connection: socket.socket, handlers: Mapping[int, Any]) -> None:
        try:
            asked, streams = _request(connection)
        except (OSError, ValueError):  # who asked was killed before it had asked
            connection.close()
            return
        for module in asked.get("imports", ()):
            importlib.import_module(module)
        gc.freeze()  # no child looks at what was imported, which would copy its pages
        process = os.fork()
        if process == 0:
            self._become_a_child(connection, handlers)
            os._exit(_do(asked, streams))
        for stream in streams:
            os.close(stream)
        self._connections[process] = connection
        _say(connection, process)

    def _report(self) -> None:
        while self._connections:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            with self._connections.pop(process) as connection:
                _say(connection, os.waitstatus_to_exitcode(status))

    def _become_a_child(self, connection: socket.socket, handlers: Mapping[int, Any]) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for each in (connection, self._listener, self._ended, self._wake):
            each.close()
        for other in self._connections.values():
            other.close()


def _request(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is asked for, and the streams of the process."""
    _, (file, *streams), _, _ = socket.recv_fds(connection, 1, 8)
    connection.send(b"f")
    with os.fdopen(file, "rb") as opened:
        opened.seek(0)
        return pickle.load(opened), streams


def _say(connection: socket.socket, number: int) -> None:
    try:
        connection.send(f"{number}\n".encode())
    except OSError:
        return  # who asked has ended


def _do(asked: Mapping[str, Any], streams: Sequence[int]) -> int:
    """Do what is asked in this process, which is a fork; its exit status."""
    result = os.dup(streams[3]) if streams[3:] else -1
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = _text(0, "r"), _text(1, "w"), _text(2, "w")
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["askdocs", *asked["arguments"]]
    processes.start = forked_process.start_child
    if "parent" in asked:
        _say_parent(asked["parent"])
    status = 1
    try:
        _run(asked, result)
        status = 0
    except SystemExit as ended:
        status = _status(ended)
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    for text in (sys.stdout, sys.stderr):
        text.flush()
    return status


def _run(asked: Mapping[str, Any], result: int) -> None:
    if "module" in asked:
        runpy.run_module(asked["module"], run_name="__main__", alter_sys=True)
    elif "work" in asked:
        found = pickle.loads(asked["work"])()
        with os.fdopen(result, "wb") as file:
            pickle.dump(found, file)
    else:
        exec(asked["code"], {"__name__": "__main__"})


def _say_parent(parent: int) -> None:
    """Have `os.getppid` name the process that asked for this one, as long as it lives."""
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        os.getppid = lambda: 1
        return
    os.getppid = lambda: 1 if select.select([watched], [], [], 0)[0] else parent


def _status(ended: SystemExit) -> int:
    """The exit status that Python makes of `sys.exit(…)`; it prints what is no number."""
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    print(ended.code, file=sys.stderr)
    return 1


def _text(number: int, mode: str) -> TextIO:
    return io.TextIOWrapper(
        open(number, f"{mode}b", closefd=False),
        encoding="utf-8",
        line_buffering=os.isatty(number),
    )


def main(number: int) -> None:
    """Serve the socket of this number until standard input ends."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before it is imported
    with socket.socket(fileno=number) as listener:
        address = listener.getsockname()
        forked_process.address_of_server = cache(lambda: address)
        Server(listener).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
