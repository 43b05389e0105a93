"""Random changes of a folder, syncs killed at random moments, and a comparison at the end.

`python -m tests.crash.sequences --count 200 --seed 1` runs sequences and tells of each that leaves
an index other than a fresh one; `--seed N --count 1` repeats number N. A sync runs in a process
of its own, forked so that it need not import anything, and is ended by SIGKILL.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from pathlib import Path

from askdocs import Assistant, Config
from tests.support.forked_process import Call
from tests.support.hash_embedding import HashEmbedding
from tests.support.index_state import IndexState, state_of

STEPS = 6  # rounds of changes and a sync in a sequence
LONGEST_SYNC = 600.0  # seconds; one that takes longer hangs
TOPICS = (
    "owl tea kettle walrus engine lighthouse bicycle bread pattern river granite violin".split()
)


def run_sequence(seed: int, folder: Path) -> list[str]:
    """Everything that differs between the index and a fresh one at the end; [] if it is right."""
    chance = random.Random(seed)
    corpus, index = folder / "corpus", folder / "index"
    corpus.mkdir()
    # Chroma writes its graph to the disk from 1,000 passages on: about 300 files.
    large = chance.random() < 0.06
    for _ in range(300 if large else chance.randint(3, 12)):
        add(corpus, chance)
    typical = whole_time(corpus, folder / "timed") if large else usual_time()
    for _ in range(STEPS):
        for _ in range(chance.randint(1, 6)):
            chance.choice(CHANGES)(corpus, chance)
        if not any(path.is_file() for path in corpus.rglob("*")):
            add(corpus, chance)
        kill_after = chance.uniform(0, 1.2) * typical if chance.random() < 0.85 else None
        if sync_in_child(corpus, index, kill_after=kill_after) != 0 and kill_after is None:
            return ["a sync that was not killed failed"]
    if sync_in_child(corpus, index) != 0:
        return ["the last sync failed"]
    compared = Call(partial(differences_of, index, corpus, folder / "fresh"))
    if compared.killed_after(LONGEST_SYNC) != 0:
        return ["the fresh sync or the comparison failed"]
    return compared.result()


@cache
def usual_time() -> float:
    """Seconds that the sync of a few files takes where nothing kills it."""
    chance = random.Random("usual")
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name) / "corpus"
        corpus.mkdir()
        for _ in range(8):
            add(corpus, chance)
        return min(whole_time(corpus, Path(name) / f"index{number}") for number in range(2))


def whole_time(corpus: Path, index: Path) -> float:
    """Seconds that a sync takes where nothing kills it."""
    began = time.monotonic()
    assert sync_in_child(corpus, index) == 0
    return time.monotonic() - began


def sync_in_child(corpus: Path, index: Path, *, kill_after: float | None = None) -> int:
    """The exit status of a sync in another process, or -9 if it was killed."""
    limit = LONGEST_SYNC if kill_after is None else kill_after
    return Call(partial(sync, corpus, index)).killed_after(limit)


def sync(corpus: Path, index: Path) -> None:
    config = Config(corpus=corpus, index=index)
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()


def differences_of(index: Path, corpus: Path, fresh: Path) -> list[str]:
    """How an index differs from a fresh one, which is made here."""
    sync(corpus, fresh)
    return differences(state_of(index), state_of(fresh))


def differences(found: IndexState, expected: IndexState) -> list[str]:
    """Which parts of two states differ, and how, in a few words each."""
    told = []
    for part in fields(IndexState):
        ours, theirs = getattr(found, part.name), getattr(expected, part.name)
        if ours != theirs:
            extra, missing = set(ours) - set(theirs), set(theirs) - set(ours)
            told.append(f"{part.name}: {len(extra)} too many, {len(missing)} missing, or other"
                        f" values: {str(sorted(map(str, extra | missing)))[:300]}")  # fmt: skip
    return told


def add(corpus: Path, chance: random.Random) -> None:
    """A new file, sometimes a twin of another, sometimes in a folder."""
    name = f"{chance.choice(TOPICS)}{chance.randint(0, 9)}{chance.choice(['.txt', '.md'])}"
    folders = ["", "", "deep/", "deep/er/", "späce ✓/", f"{chance.choice(TOPICS)}.txt/"]
    path = corpus / (chance.choice(folders) + name)
    if any(parent.is_file() for parent in path.parents) or path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    files = existing(corpus)
    if files and chance.random() < 0.2:
        path.write_bytes(chance.choice(files).read_bytes())
    else:
        path.write_text(text(chance), encoding="utf-8")


def edit(corpus: Path, chance: random.Random) -> None:
    """One paragraph changed, left out or put in; sometimes everything."""
    files = existing(corpus)
    if not files:
        return
    path = chance.choice(files)
    paragraphs = path.read_text(encoding="utf-8").split("\n\n")
    place = chance.randrange(len(paragraphs))
    paragraphs[place : place + chance.randint(0, 1)] = text(chance).split("\n\n")[:1]
    whole = chance.random() < 0.2
    path.write_text(text(chance) if whole else "\n\n".join(paragraphs), encoding="utf-8")


def rename(corpus: Path, chance: random.Random) -> None:
    """A file or a folder moved elsewhere, sometimes over another file."""
    paths = [path for path in corpus.rglob("*") if path.name[0] != "."]
    if not paths:
        return
    path = chance.choice(sorted(paths))
    target = corpus / f"{chance.choice(['', 'deep/'])}{chance.choice(TOPICS)}{path.suffix or '.d'}"
    if path in (target, *target.parents) or target.is_dir() or target.parent.is_file():
        return
    if path.is_dir() and target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)


def delete(corpus: Path, chance: random.Random) -> None:
    files = existing(corpus)
    if files:
        chance.choice(files).unlink()


def touch(corpus: Path, chance: random.Random) -> None:
    files = existing(corpus)
    if files:
        moment = time.time() - chance.choice([0, 5, 100_000])
        os.utime(chance.choice(files), (moment, moment))


def replace_by_folder(corpus: Path, chance: random.Random) -> None:
    """A file gone, and a folder of its name there, with a file in it; or the other way round."""
    files = existing(corpus)
    if not files:
        return
    path = chance.choice(files)
    if path.parent != corpus and chance.random() < 0.5:
        content, parent = path.read_bytes(), path.parent
        shutil.rmtree(parent)
        parent.write_bytes(content)
        if not parent.with_suffix(".txt").exists():
            parent.rename(parent.with_suffix(".txt"))
        return
    content = path.read_bytes()
    path.unlink()
    path.mkdir()
    (path / chance.choice(["inner.txt", path.name])).write_bytes(content)


def swap(corpus: Path, chance: random.Random) -> None:
    """Two files exchange their names."""
    files = existing(corpus)
    if len(files) > 1:
        first, second = chance.sample(files, 2)
        content = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(content)


def existing(corpus: Path) -> list[Path]:
    return sorted(path for path in corpus.rglob("*") if path.is_file())


def text(chance: random.Random) -> str:
    """One to ten paragraphs, some of them the same in many files."""
    paragraphs = []
    for _ in range(chance.randint(1, 10)):
        number = chance.randint(0, 40)
        sentence = f"The {TOPICS[number % len(TOPICS)]} of number {number} stands by the river. "
        paragraphs.append(sentence * (1 + number % 9))
    return "\n\n".join(paragraphs)


CHANGES: list[Callable[[Path, random.Random], None]] = [
    add, add, add, edit, edit, edit, rename, rename, delete, touch, replace_by_folder, swap,
]  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1, help="of the first sequence")
    chosen = arguments.parse_args()
    wrong = 0
    for seed in range(chosen.seed, chosen.seed + chosen.count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = run_sequence(seed, Path(folder))
            except Exception:
                found = [traceback.format_exc()]
        wrong += bool(found)
        told = "as fresh" if not found else "\n    ".join(["WRONG", *found])
        print(f"sequence {seed}: {told}", flush=True)
    print(f"{chosen.count} sequences, {wrong} wrong")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    # Its processes look for functions by the name of this module, which is another one when it is
    # run.
    from tests.crash import sequences

    sequences.main()
