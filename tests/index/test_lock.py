"""One process at a time holds an index, and the others are told who."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from askdocs.errors import CorpusError, IndexBusyError
from askdocs.index.lock import IndexLock, read_owner

HOLD = """
import sys
from pathlib import Path
from askdocs.index.lock import IndexLock
lock = IndexLock(Path(sys.argv[1]))
lock.acquire(wait=5, doing="counting sheep")
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@contextmanager
def held_by_another(index: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            if other.poll() is None:
                other.communicate()


def test_a_second_process_learns_who_has_the_index(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as other:
        with pytest.raises(IndexBusyError) as caught:
            IndexLock(tmp_path).acquire(wait=0.1)
        told = str(caught.value)
        assert f"process {other.pid} (counting sheep)" in told
        assert "--index" in told
    mine = IndexLock(tmp_path)
    mine.acquire(wait=1)
    mine.release()


def test_a_killed_owner_never_blocks_although_its_note_is_still_there(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert read_owner(tmp_path)["pid"] == str(other.pid)
    mine = IndexLock(tmp_path)
    mine.acquire(wait=0, doing="working")
    assert read_owner(tmp_path) == {"pid": str(os.getpid()), "doing": "working"}
    mine.release()


def test_two_locks_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    first, second = IndexLock(tmp_path), IndexLock(tmp_path)
    first.acquire(wait=0)
    with pytest.raises(IndexBusyError):
        second.acquire(wait=0.1)
    first.release()
    second.acquire(wait=0)
    second.release()


def test_releasing_takes_the_note_away_and_twice_does_no_harm(tmp_path: Path) -> None:
    lock = IndexLock(tmp_path)
    lock.acquire(wait=0)
    lock.release()
    lock.release()
    assert read_owner(tmp_path) == {}


def test_only_the_owner_may_read_the_token(tmp_path: Path) -> None:
    lock = IndexLock(tmp_path)
    lock.acquire(wait=0)
    lock.describe("serving", address="http://127.0.0.1:1", token="secret")
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600
    assert read_owner(tmp_path)["token"] == "secret"
    lock.release()


@pytest.mark.parametrize("note", ["", "{", "[1]", "null", '"text"', "\x00\xff"])
def test_a_note_that_is_damaged_is_no_note(tmp_path: Path, note: str) -> None:
    (tmp_path / "lock").write_text(note, encoding="latin-1")
    assert read_owner(tmp_path) == {}


def test_a_note_with_strange_values_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "x": None}))
    assert read_owner(tmp_path) == {"pid": "1", "x": "None"}


def test_a_path_that_is_no_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CorpusError, match="--index"):
        IndexLock(tmp_path / "file").acquire(wait=0)
