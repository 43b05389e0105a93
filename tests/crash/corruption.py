"""Random damage to the files of an index, and what askdocs says of it.

`python -m tests.crash.corruption ROUNDS [SEED [NAME]]` damages each file of an index so many times,
or those whose names contain NAME.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from askdocs import AskdocsError, Assistant, Config
from askdocs.types import Hit
from tests.support.forked_process import Call
from tests.support.hash_embedding import HashEmbedding

DOCUMENTS, PARAGRAPHS = 6, 60  # so many passages that Chroma writes its graph
QUERIES = [f"how many cups does kettle {number} boil" for number in range(0, 360, 24)]
DAMAGED = ("doctor --repair", "askdocs index")  # one of these is in what is said of damage
_SECONDS = 300
_PAGE = 4096


def make_index(root: Path) -> None:
    """A corpus and an index of it below `root`."""
    (root / "corpus").mkdir()
    for number in range(DOCUMENTS):
        first = number * PARAGRAPHS
        text = "\n\n".join(
            f"# Kettle {each}\n\nKettle {each} boils {each * 3} cups of tea. It is {each} years old"
            f" and was made in town number {each % 7}." for each in range(first, first + PARAGRAPHS)
        )  # fmt: skip
        (root / "corpus" / f"{number}.md").write_text(text)
    with opened(root) as assistant:
        assistant.index()


def opened(root: Path) -> Assistant:
    config = Config(corpus=root / "corpus", index=root / "index")
    return Assistant(config, embedder=HashEmbedding())


def files_of(index: Path) -> list[str]:
    """The files that hold something, by their names in the index folder."""
    return sorted(
        path.relative_to(index).as_posix()
        for path in index.rglob("*")
        if path.is_file() and path.stat().st_size and "lock" not in path.name
    )


def damage(file: Path, chance: random.Random) -> str:
    """Damage a file as disks and programs do; what was done."""
    content = bytearray(file.read_bytes())
    kind = chance.choice(["zeros", "noise", "bit", "cut", "emptied", "bit"])
    start = chance.randrange(len(content))
    if kind == "zeros":
        start -= start % _PAGE
        content[start : start + _PAGE] = bytes(len(content[start : start + _PAGE]))
    elif kind == "noise":
        end = min(len(content), start + chance.randrange(1, _PAGE))
        content[start:end] = chance.randbytes(end - start)
    elif kind == "bit":
        content[start] ^= 1 << chance.randrange(8)
    else:
        del content[0 if kind == "emptied" else start :]
    state = file.stat()
    file.write_bytes(content)
    if chance.random() < 0.5:  # a disk that rots keeps the time, a program does not
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        kind += ", time kept,"
    return f"{kind} at {start}"


def asked(root: Path) -> tuple[str, list[Any]]:
    """Search for everything: the best hit of each query, or what is said of the damage."""
    try:
        with opened(root) as assistant:
            found = [assistant.search(query, top_k=5) for query in QUERIES]
            wrong = [each for hits in found for each in hits if not _is_in_its_file(root, each)]
            assert not wrong, wrong
            return "", [hits[0].passage.id if hits else "" for hits in found]
    except AskdocsError as error:
        return str(error), []


def repaired(root: Path) -> tuple[tuple[str, ...], tuple[str, ...], list[Any]]:
    """Repair the index: the problems before and after, and what is found then."""
    with opened(root) as assistant:
        done = assistant.repair()
        assistant.index()
    said, found = asked(root)
    before, after = ([each.what for each in state.problems] for state in (done.before, done.after))
    return tuple(before), (*after, *([said] if said else [])), found


def in_child(work: Callable[[Path], Any], root: Path) -> Any:
    """What `work` returns in a process of its own; how that ended if it returns nothing."""
    call = Call(partial(work, root))
    status = call.killed_after(_SECONDS)
    return f"ended with status {status}" if status else call.result()


@cache
def asked_of_healthy(healthy: Path) -> tuple[str, list[Any]]:
    """What is found in an index that nobody changes."""
    found: tuple[str, list[Any]] = in_child(asked, healthy)
    return found


def trouble(healthy: Path, root: Path, name: str, chance: random.Random) -> tuple[str, str]:
    """Damage a file of a copy of an index: what was done and said, and what is wrong with that."""
    shutil.copytree(healthy, root)
    done = f"{name}: {damage(root / 'index' / name, chance)}"
    right = asked_of_healthy(healthy)
    answer = in_child(asked, root)
    if isinstance(answer, str):
        return done, f"asked: {answer}"
    said, found = answer
    done += f"; said: {said[:200] or 'nothing'}"
    if said and not any(each in said for each in DAMAGED):
        return done, "what is said does not say how to repair it"
    if not said and found != right[1]:
        return done, f"other passages were found: {_differences(found, right[1])}"
    mended = in_child(repaired, root)
    if isinstance(mended, str):
        return done, f"repair: {mended}"
    before, after, found = mended
    done += f"; doctor: {' '.join(before)[:100] or 'nothing'}"
    if said and not before:
        return done, "doctor finds nothing"
    if after or found != right[1]:
        return done, f"not repaired: {after}, {_differences(found, right[1])}"
    return done, ""


def _differences(found: list[Any], right: list[Any]) -> str:
    return f"{sum(a != b for a, b in zip(found, right, strict=False))} of {len(right)} differ"


def _is_in_its_file(root: Path, hit: Hit) -> bool:
    return hit.passage.text in (root / "corpus" / hit.passage.source).read_text()


def main(rounds: int, seed: int = 1, part: str = "") -> None:
    with TemporaryDirectory() as name:
        healthy = Path(name) / "healthy"
        healthy.mkdir()
        make_index(healthy)
        for file in (each for each in files_of(healthy / "index") if part in each):
            for number in range(rounds):
                root = Path(name) / "copy"
                shutil.rmtree(root, ignore_errors=True)
                began = time.monotonic()
                chance = random.Random(f"{seed} {Path(file).name} {number}")
                done, wrong = trouble(healthy, root, file, chance)
                seconds = time.monotonic() - began
                print(f"{'WRONG' if wrong else 'fine'} {seconds:.0f}s {done} {wrong}", flush=True)


if __name__ == "__main__":
    # Its processes look for functions by the name of this module, which is another one when it is
    # run.
    from tests.crash import corruption

    corruption.main(*map(int, sys.argv[1:3]), *sys.argv[3:])
