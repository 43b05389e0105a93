"""Measures a server with many concurrent users while it is indexing.

    python -m benchmarks.load CORPUS INDEX [--users 1 8 32] [--seconds 20] [--port 8321]

It starts `askdocs serve` on an existing index and asks through the route for other askdocs
processes. Each answer is compared with the answer to the same question asked alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from askdocs import Answer, Config
from askdocs.remote.client import RemoteAssistant, find_server
from benchmarks.hardware import describe
from benchmarks.texts import questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--users", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--port", default="8321")
    given = parser.parse_args()
    places = ["--corpus", str(given.corpus), "--index", str(given.index)]
    command = [sys.executable, "-m", "askdocs", "serve", "--no-watch", "--port", given.port]
    with subprocess.Popen([*command, *places], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            while "ready at" not in (line := process.stdout.readline()):
                assert line, "the server has ended"
            server = find_server(Config(corpus=given.corpus, index=given.index))
            assert server is not None
            texts = [
                server.document(record.source).text for record in server.status().documents[:40]
            ]
            asked = questions(texts, given.questions)
            alone = {question: _said(server.ask(question)) for question in asked}
            print(f"{describe()}\n")
            print("| users | indexing | answers | a second | p50 | p95 | errors | wrong | MB |")
            print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
            for indexing in (False, True):
                for users in given.users:
                    row = _round(server, asked, alone, users, given.seconds, indexing)
                    print(f"{row} {_megabytes(process.pid):.0f} |", flush=True)
        finally:
            process.terminate()


def _round(
    server: RemoteAssistant,
    asked: Sequence[str],
    alone: dict[str, object],
    users: int,
    seconds: float,
    indexing: bool,
) -> str:
    """Measure this number of users who ask without a pause for this time."""
    times: list[float] = []
    errors: list[str] = []
    wrong: list[str] = []
    began = time.monotonic()

    def use(number: int) -> None:
        turn = number
        while time.monotonic() - began < seconds:
            question = asked[turn % len(asked)]
            start = time.monotonic()
            try:
                answer = server.ask(question)
            except Exception as error:  # every error is counted
                errors.append(repr(error))
            else:
                times.append(time.monotonic() - start)
                if _said(answer) != alone[question]:
                    wrong.append(question)
            turn += 1

    work = [threading.Thread(target=use, args=(number,)) for number in range(users)]
    work += [threading.Thread(target=_index, args=(server, began + seconds))] if indexing else []
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    rate = len(times) / (time.monotonic() - began)
    middle, late = np.percentile(times, (50, 95)) if times else (0.0, 0.0)
    for problem in [*errors[:3], *wrong[:3]]:
        print(problem, file=sys.stderr)
    return (
        f"| {users} | {'yes' if indexing else 'no'} | {len(times)} | {rate:.1f} | {middle:.2f} s"
        f" | {late:.2f} s | {len(errors)} | {len(wrong)} |"
    )


def _index(server: RemoteAssistant, until: float) -> None:
    while time.monotonic() < until:
        server.index()


def _said(answer: Answer) -> object:
    """The parts of an answer that must be equal every time."""
    return (answer.text, answer.answered, [each.passage.id for each in answer.hits])


def _megabytes(process: int) -> float:
    """The current memory of a process, if the system reports it."""
    status = Path(f"/proc/{process}/statm")
    if not status.exists():
        return 0.0
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
