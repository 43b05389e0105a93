"""A real `chroma run`, which can be killed and started again on the same data."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.forked import CAN_FORK, Forked, start_forked

_RUN = """
import os, sys
from chromadb.cli.cli import app
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads what it says
sys.argv[0] = "chroma"
app()
"""


class ChromaProcess:
    """Serves `folder` on a free port of this machine once `start` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: Forked | subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        place = ["--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.folder)]
        self.folder.mkdir(parents=True, exist_ok=True)
        if CAN_FORK:
            self.process = start_forked("run", *place, code=_RUN, cwd=self.folder)
        else:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _RUN, "run", *place],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5):
                    return
            except OSError:
                assert self.process.poll() is None, "chroma run has ended"
                time.sleep(0.1)
        raise AssertionError("chroma run does not answer")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self.process = None

    def lose_everything(self) -> None:
        """Kill it, delete its data, start it again."""
        self.kill()
        shutil.rmtree(self.folder)
        self.start()
