"""A real `chroma run`, which can be killed and started again on the same data."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.support.forked_process import CAN_FORK, Forked, start_forked
from tests.support.polling import PATIENCE, free_port, wait_for

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
        self.port = free_port()
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
        wait_for(self._answers, True)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=PATIENCE):
                return True
        except OSError:
            assert self.process is not None
            assert self.process.poll() is None, "chroma run has ended"
            return False

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
