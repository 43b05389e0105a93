"""Ctrl-C: a command stops at once and ends soon after, regardless of what it is doing.

An interrupted command closes what it has open. If that takes long, or if a library has swallowed
the interrupt, the process ends as if it were killed. So it does if the main thread does not handle
the interrupt because a library computes there. The index survives that: the next run finishes the
work.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from askdocs.system import processes

STATUS = 130  # the exit status of a command that Ctrl-C has stopped
_STOPPED = b"Stopped. Nothing is lost: the next run goes on from here.\n"
_SECONDS_TO_END = 1.0


class Interrupts:
    """The interrupts of this process.

    Attributes:
        received: The numbers of the signals, in order.
    """

    def __init__(self, end: Callable[[int], None]) -> None:
        """`end` ends the process with a status at once."""
        self.received: list[int] = []
        self._end = end
        self._stops_a_part = False
        # A signal handler can safely use this queue, and no other one, to reach another thread.
        self._statuses: SimpleQueue[int] = SimpleQueue()

    def handle(self, number: int) -> None:
        """Make a signal raise KeyboardInterrupt, and end the process soon after."""
        signal.signal(number, self._note)

    def watch(self) -> None:
        """Start the threads that end the process if it does not end by itself."""
        threading.Thread(target=self._wait, name="askdocs-end", daemon=True).start()
        signals, written = socket.socketpair()
        written.setblocking(False)
        signal.set_wakeup_fd(written.detach(), warn_on_full_buffer=False)
        threading.Thread(
            target=self._end_unless_handled, args=(signals,), name="askdocs-signals", daemon=True
        ).start()

    def end_soon(self, status: int = STATUS) -> None:
        """End the process with this status soon, unless it ends by itself first."""
        self._statuses.put(status)

    @contextmanager
    def stopping_a_part(self) -> Iterator[None]:
        """A context in which an interrupt that is caught stops only a part of a command."""
        self._stops_a_part = True
        try:
            yield
        except KeyboardInterrupt:
            self.end_soon()
            raise
        finally:
            self._stops_a_part = False

    def _note(self, number: int, _frame: object) -> None:
        self.received.append(number)
        if not self._stops_a_part:
            self.end_soon()
        raise KeyboardInterrupt

    def _end_unless_handled(self, signals: socket.socket) -> None:
        """End the process if the main thread does not handle a signal.

        Python runs a handler only between two steps of Python in the main thread.
        """
        arrived = 0
        while numbers := signals.recv(1):
            if signal.getsignal(numbers[0]) != self._note:
                continue  # a server handles it
            arrived += 1
            time.sleep(_SECONDS_TO_END)
            if len(self.received) < arrived and not self._stops_a_part:
                self._end(STATUS)

    def _wait(self) -> None:
        status = self._statuses.get()
        time.sleep(_SECONDS_TO_END)
        self._end(status)


def _end_process(status: int) -> None:
    """End this process and its children as if they were killed."""
    processes.end_all()
    say_stopped()
    os._exit(status)


interrupts = Interrupts(_end_process)
_reported = threading.Event()


def say_stopped() -> None:
    """Write once to standard error that the command was stopped."""
    if _reported.is_set():
        return
    _reported.set()
    with suppress(OSError):  # not sys.stderr: a thread may hold its lock for ever
        os.write(2, _STOPPED)


def handle_interrupts() -> None:
    """Let Ctrl-C stop the command, if a terminal is attached.

    A process that a shell script starts with `&` inherits that SIGINT is ignored, and so do its
    children. Without a terminal this is kept: Ctrl-C is then meant for another process.
    """
    interrupts.watch()
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN or (sys.stdin and sys.stdin.isatty()):
        interrupts.handle(signal.SIGINT)
