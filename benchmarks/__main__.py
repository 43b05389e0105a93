"""Measures speed, memory and size, in comparison with a plain LlamaIndex set-up.

    python -m benchmarks [--passages 1000 10000] [--synthetic 100000] [--plain plain-128] \
        [--rounds 3] [--questions 60] [--texts FOLDER] [--keep DIR]

Every measurement runs in a separate process, and the systems are measured in turn. Results are
written to benchmarks/results/COMMIT.json, with a table and a picture next to it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import hardware
from benchmarks.results import show, write_results
from benchmarks.texts import documents, questions, write

ROOT = Path(__file__).parents[1]
_SMALL = 1000  # passages; larger indexes are made once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--passages", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--synthetic", type=int, nargs="*", default=[100_000])
    parser.add_argument("--plain", nargs="*", default=["plain", "plain-128"])
    parser.add_argument("--plain-most", type=int, default=10_000, help="passages of the plain ones")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--texts", type=Path, help="a folder of texts instead of made-up ones")
    parser.add_argument("--keep", type=Path, help="keep texts and indexes in this folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="askdocs-bench-") as scratch:
        place = given.keep or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        found: dict[str, Any] = {"machine": hardware.describe(), "starts": starts(given.rounds)}
        rows = []
        for size in given.passages:
            names = ["askdocs", *(given.plain if size <= given.plain_most else [])]
            rounds = given.rounds if size <= _SMALL else 1
            rows += measure(place, size, names, rounds, given.questions, given.texts)
        for size in given.synthetic:
            rows += measure(place, size, ["synthetic"], 1, given.questions, None)
        found["rows"] = rows
        # Last, because Linux adds the memory of this process to that of its children.
        texts = pieces(512, given.texts)
        found["embedding"] = {name: of_embedding(name, texts) for name in hardware.precisions()}
        found["machine_after"] = hardware.describe()
    print(show(found))
    write_results(found, ROOT / "benchmarks" / "results")


def pieces(count: int, folder: Path | None, characters: int = 450) -> list[str]:
    """The given number of texts, each as long as a passage."""
    return [
        text[start : start + characters]
        for _, text in documents(4 * count, folder)
        for start in range(0, len(text) - characters, characters)
    ][:count]


def of_embedding(precision: str, texts: list[str]) -> dict[str, Any]:
    """The speed of embedding, and that of matrix products measured before and after it."""
    before = hardware.matmul_peak(precision)
    rate = hardware.embedding_rate(texts, precision)
    after = hardware.matmul_peak(precision)
    return {**rate, "peak": max(before[0], after[0]), "usual_peak": max(before[1], after[1])}


def measure(
    place: Path, size: int, systems: list[str], rounds: int, asked: int, folder: Path | None
) -> list[dict[str, Any]]:
    """One row for each system: the costs of each of its tasks, as medians over the rounds."""
    corpus = place / f"{size}-{'given' if folder else 'made'}"
    made = list(documents(size, folder))
    write(corpus, made)
    characters = sum(len(text) for _, text in made)
    wanted = place / f"{corpus.name}.json"
    wanted.write_text(json.dumps(questions([text for _, text in made], asked)), encoding="utf-8")
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in systems}
    for number in range(rounds):
        for name in systems:
            index = place / f"{corpus.name}-{name}-{number}"
            ours = not name.startswith("plain")
            known = index.exists()  # from an earlier run: only questions are asked
            run = {"index": {} if known else task(name, "index", corpus, index, wanted)}
            run["search"] = task(name, "search", corpus, index, wanted)
            if ours:
                run["sync"] = task(name, "sync", corpus, index, wanted)
                run["ask"] = task(name, "ask", corpus, index, wanted)
            run["megabytes"] = size_of(index)
            runs[name].append(run)
            print(f"{corpus.name} {name} round {number + 1}: {run['index']}", file=sys.stderr)
    return [
        {"system": name, "size": size, "characters": characters, **_medians(each)}
        for name, each in runs.items()
    ]


def task(system: str, name: str, corpus: Path, index: Path, asked: Path) -> Any:
    command = [sys.executable, "-m", "benchmarks.systems", system, name]
    done = subprocess.run(
        [*command, *map(str, (corpus, index, asked))], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{system} {name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def starts(rounds: int) -> dict[str, float]:
    """Median seconds from the start of a process to its end."""
    with tempfile.TemporaryDirectory(prefix="askdocs-bench-") as folder:
        index = ["--corpus", str(ROOT / "corpus"), "--index", folder]
        run = [sys.executable, "-m", "askdocs"]
        subprocess.run([*run, "index", *index], capture_output=True, check=True)
        commands = {
            "import askdocs": [sys.executable, "-c", "import askdocs"],
            "python alone": [sys.executable, "-c", ""],
            "askdocs --help": [*run, "--help"],
            "askdocs ask (cold)": [*run, "ask", "what did Zehri warn?", *index],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                began = time.perf_counter()
                subprocess.run(command, capture_output=True, check=True)
                seconds[name].append(time.perf_counter() - began)
    return {name: median(each) for name, each in seconds.items()}


def size_of(index: Path) -> float:
    return sum(file.stat().st_size for file in index.rglob("*") if file.is_file()) / 1e6


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each value over the rounds; the seconds of all questions are combined."""
    found: dict[str, Any] = {"rounds": len(runs), "megabytes": median(r["megabytes"] for r in runs)}
    for name in ("index", "sync", "search", "ask"):
        parts = [run[name] for run in runs if run.get(name)]
        if parts:
            each = [second for part in parts for second in part.pop("seconds_each", [])]
            found[name] = {key: median(part[key] for part in parts) for key in parts[0]}
            if each:
                found[name]["seconds_each"] = each
    return found


if __name__ == "__main__":
    main()
