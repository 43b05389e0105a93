"""`kill -9` at random moments of commands that change an index, and what the next ones make of it.

`python -m tests.crash.kills ROUNDS [SEED]` kills each command so many times.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from askdocs import Assistant, Config, IndexMismatchError
from tests.crash.corruption import (
    DAMAGED,
    QUERIES,
    asked,
    asked_of_healthy,
    in_child,
    make_index,
    opened,
    repaired,
)
from tests.support.chroma_process import ChromaProcess
from tests.support.forked_process import Call
from tests.support.hash_embedding import HashEmbedding

COMMANDS = ("repair", "repair all", "rebuild", "rebuild apart", "move", "move back")
_LONGEST = 600.0  # seconds; a command that takes longer hangs


def damage_all(root: Path) -> None:
    """Give a repair everything to do: vectors, words, a document and its passages."""
    shutil.rmtree(root / "index" / "chroma")
    with closing(sqlite3.connect(root / "index" / "catalog.sqlite")) as connection, connection:
        connection.execute("DELETE FROM word_places WHERE term < 'm'")
        connection.execute(
            "UPDATE passages SET text = replace(text, 'tea', 'sea') WHERE source = '3.md'"
        )


def lose_catalog(root: Path) -> None:
    """Give a repair the catalog to make again, by reading all documents."""
    (root / "index" / "catalog.sqlite").write_bytes(b"no database" * 5000)


def repair(root: Path) -> None:
    with opened(root) as assistant:
        assistant.repair()


def rebuild(root: Path) -> None:
    with opened(root) as assistant:
        assistant.index(rebuild=True)


def rebuild_apart(root: Path) -> None:
    """As a server does it: a process of its own writes the vectors, and outlives the kill."""
    with opened(root) as assistant:
        assistant.keep_vectors_apart()
        assistant.index(rebuild=True)


def move(url: str, root: Path) -> None:
    with opened(root) as assistant:
        assistant.move(url)


def move_back(url: str, root: Path) -> None:
    with opened_at(url, root) as assistant:
        assistant.move("embedded")


def opened_at(url: str, root: Path) -> Assistant:
    config = Config(corpus=root / "corpus", index=root / "index", vectors=url)
    return Assistant(config, embedder=HashEmbedding())


def indexed(root: Path) -> tuple[str, list[Any]]:
    """What is found after the next sync."""
    with opened(root) as assistant:
        assistant.index()
    return asked(root)


def where_it_is(old: str, new: str, root: Path) -> tuple[str, list[Any]]:
    """What is found where the vectors are after a killed move, and after the next, whole one."""
    try:
        with opened_at(old, root) as assistant:
            assistant.index()
            found = best(assistant)
            assistant.move(new)
            return "" if best(assistant) == found else "found other passages", found
    except IndexMismatchError as error:
        if f"askdocs move {old}" not in str(error):
            return str(error), []
    with opened_at(new, root) as assistant:
        assistant.index()
        return " ".join(each.what for each in assistant.diagnose().problems), best(assistant)


def best(assistant: Assistant) -> list[str]:
    return [assistant.search(query, top_k=1)[0].passage.id for query in QUERIES]


def kill_during(work: Callable[[Path], None], root: Path, seconds: float) -> bool:
    """Kill a process that does it after so many seconds; whether it had not ended before."""
    return Call(partial(work, root)).killed_after(seconds) != 0


def whole_time(work: Callable[[Path], None], root: Path) -> float:
    """Seconds that it takes where nothing kills it."""
    began = time.monotonic()
    assert Call(partial(work, root)).killed_after(_LONGEST) == 0
    return time.monotonic() - began


def wrong_after_repair(healthy: Path, root: Path) -> str:
    """What is wrong with an index whose repair was killed; "" if nothing is."""
    said = in_child(asked, root)[0]  # what is not repaired yet may be found or not
    if said and not any(each in said for each in DAMAGED):
        return f"asked: {said}"
    right = asked_of_healthy(healthy)[1]
    _, after, found = in_child(repaired, root)
    return "" if not after and found == right else f"repaired: {after} {found}"


def wrong_after_rebuild(healthy: Path, root: Path) -> str:
    said, _ = in_child(asked, root)  # what is there already may be found
    if said and not any(each in said for each in DAMAGED):
        return f"asked: {said}"
    right = asked_of_healthy(healthy)
    found = in_child(indexed, root)
    return "" if found == right else f"indexed: {found}"


def wrong_after_move(old: str, new: str, healthy: Path, root: Path) -> str:
    right = asked_of_healthy(healthy)
    found = in_child(partial(where_it_is, old, new), root)
    return "" if found == right else f"moved: {found}"


def main(rounds: int, seed: int = 1) -> None:
    with TemporaryDirectory() as name:
        healthy = Path(name) / "healthy"
        healthy.mkdir()
        make_index(healthy)
        server = ChromaProcess(Path(name) / "server")
        server.start()
        try:
            for command in COMMANDS:
                for line in killed(
                    command, rounds, seed, healthy, Path(name) / command, server.url
                ):
                    print(line, flush=True)
        finally:
            server.kill()


def killed(
    command: str, rounds: int, seed: int, healthy: Path, folder: Path, url: str
) -> list[str]:
    """Kill a command at so many moments; a line for each, "WRONG" in those that show a fault.

    It is run in `folder`, on copies of a healthy index.
    """
    chance = random.Random(f"{seed} {command}")

    def copy(number: int) -> tuple[Path, Callable[[Path], None], Callable[[Path, Path], str]]:
        root = shutil.copytree(healthy, folder / f"copy{number}")
        if command.startswith("repair"):
            (damage_all if command == "repair" else lose_catalog)(root)
            return root, repair, wrong_after_repair
        if command.startswith("rebuild"):
            work = rebuild if command == "rebuild" else rebuild_apart
            return root, work, wrong_after_rebuild
        place = f"{url}/{command.replace(' ', '-')}-{seed}-{number}"
        if command == "move":
            return root, partial(move, place), partial(wrong_after_move, "embedded", place)
        in_child(partial(move, place), root)
        return root, partial(move_back, place), partial(wrong_after_move, place, "embedded")

    root, work, _ = copy(-1)
    whole = whole_time(work, root)
    lines = []
    for number in range(rounds):
        root, work, wrong = copy(number)
        seconds = chance.uniform(0.1, 1.0) * whole
        running = kill_during(work, root, seconds)
        found = wrong(healthy, root)
        state = "WRONG" if found else "fine"
        moment = f"killed after {seconds:.1f} of {whole:.1f} s" if running else "ended before"
        lines.append(f"{state} {command} {moment} {found}")
    return lines


if __name__ == "__main__":
    # Its processes look for functions by the name of this module, which is another one when it is
    # run.
    from tests.crash import kills

    kills.main(*map(int, sys.argv[1:3]))
