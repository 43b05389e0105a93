"""Measures how long a sync of many small files takes, and how many passages it embeds.

`python -m benchmarks.sync [--files 10000] [--profile]` makes the files in a temporary folder. A
cheap embedder that hashes words is used, so that the times are those of the sync itself.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from pathlib import Path

from askdocs import Assistant, Changes, Config
from tests.support.hash_embedding import HashEmbedding

FOLDERS = 100
CHANGED = 0.01


def make_files(corpus: Path, count: int) -> None:
    """Write texts of two paragraphs into FOLDERS folders, with times before any sync."""
    for number in range(count):
        path = corpus / f"folder {number % FOLDERS}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"Report {number} on kettle {number * 7919 % 10_007}\n\n"
            f"The kettle of room {number % 977} boils {number % 13} cups in {number % 59} minutes."
            f" It was bought in the year {1900 + number % 120}, and mended {number % 5} times.\n"
        )
        os.utime(path, (1_600_000_000, 1_600_000_000))


def change_some(corpus: Path, count: int) -> None:
    for number in range(0, count, int(1 / CHANGED)):
        path = corpus / f"folder {number % FOLDERS}" / f"{number}.txt"
        path.write_text(path.read_text() + f"\nIt was sold in {1950 + number % 70}.\n")


def rename_all(corpus: Path) -> None:
    moved = corpus / "moved"
    folders = list(corpus.iterdir())
    moved.mkdir()
    for folder in folders:
        folder.rename(moved / folder.name)


def show(name: str, changes: Changes) -> None:
    counts = (len(changes.added), len(changes.changed), len(changes.renamed), changes.unchanged)
    row = " | ".join(f"{count:,}" for count in (*counts, changes.passages, changes.embedded))
    print(f"| {name} | {changes.seconds:.1f} s | {row} |", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=10_000)
    arguments.add_argument("--profile", action="store_true", help="of the sync without a change")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        make_files(corpus, chosen.files)
        config = Config(corpus=corpus, index=Path(folder) / "index")
        print("| sync | time | added | changed | renamed | unchanged | passages | embedded |")
        print("|---|---|---|---|---|---|---|---|")
        with Assistant(config, embedder=HashEmbedding()) as assistant:
            show("cold", assistant.index())
        with Assistant(config, embedder=HashEmbedding()) as assistant:
            began = time.monotonic()
            with cProfile.Profile() as profile:
                if not chosen.profile:
                    profile.disable()
                show("nothing changed", assistant.index())
            print(f"({time.monotonic() - began:.1f} s with opening the index)")
            change_some(corpus, chosen.files)
            show("1 % changed", assistant.index())
            rename_all(corpus)
            show("folder renamed", assistant.index())
            show("nothing changed", assistant.index())
        if chosen.profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(25)


if __name__ == "__main__":
    main()
