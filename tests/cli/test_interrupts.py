"""Ctrl-C ends a command, also one whose end would take for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forked_process import CAN_FORK, run_forked

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")

STOPPED = "Stopped. Nothing is lost: the next run goes on from here.\n"
NEVER = 100  # seconds; what ends then has not been ended by Ctrl-C
HANGS = """
import os, signal, threading, time
from askdocs.cli import commands
from askdocs.system import processes

@commands.app.command()
def hang():
    child = processes.start("askdocs.documents.loaders.sandbox.process")
    print(child.folder, flush=True)
    try:
        {interrupted}
    finally:
        time.sleep({never})
        os._exit(7)

commands.main()
"""
ENDS = """
import os, signal, time
from askdocs.cli import commands
from askdocs.errors import AskdocsError

@commands.app.command()
def work():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    except KeyboardInterrupt:
        {then}

commands.main()
"""
INTERRUPTED = "os.kill(os.getpid(), signal.SIGINT); time.sleep(1)"
SWALLOWED = """
        try: os.kill(os.getpid(), signal.SIGINT); time.sleep(1)
        except KeyboardInterrupt: pass"""


COMPUTES = """import hashlib
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)"""  # without a step of Python


@pytest.mark.skipif(not CAN_FORK, reason="the command would have to be imported anew")
@pytest.mark.parametrize("interrupted", [INTERRUPTED, SWALLOWED, COMPUTES])
def test_a_command_that_closes_for_ever_is_ended_with_its_children(interrupted: str) -> None:
    done = run_forked("hang", code=HANGS.format(interrupted=interrupted, never=NEVER))
    assert done.returncode == 130
    assert done.stderr == STOPPED
    assert not Path(done.stdout.strip()).exists()  # of a child that was not left behind


@pytest.mark.parametrize("then", ["raise", "raise AskdocsError('torn') from None"])
def test_a_command_that_ends_at_once_says_that_it_was_stopped(then: str) -> None:
    done = run_forked("work", code=ENDS.format(then=then))
    assert done.returncode == 130
    assert done.stderr == STOPPED


def test_a_server_for_an_assistant_ends_while_that_keeps_its_input_open(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.txt").write_text("Green tea is brewed at 80 °C.")
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    with subprocess.Popen(
        [sys.executable, "-m", "askdocs", "mcp", "--corpus", tmp_path / "corpus",
         "--index", tmp_path / "index"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{json.dumps(hello)}\n")
            process.stdin.flush()
            assert '"id":1' in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(NEVER) == 130
        finally:
            process.kill()
