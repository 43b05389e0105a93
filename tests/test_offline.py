from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = """
import socket, sys

def refuse(*arguments, **named):
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse

from askdocs import Assistant, Config

with Assistant(Config(corpus=sys.argv[1], index=sys.argv[2])) as assistant:
    assistant.index()
    answer = assistant.ask("what did Zehri warn?")
    print(answer.answered, answer.citations[0].source)
"""


def test_a_question_is_answered_without_any_socket(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT / "corpus"), str(tmp_path / "index")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.stdout.split() == ["True", "jaffar-express-attack.txt"], found.stderr
