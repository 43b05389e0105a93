"""A sync that is killed at any moment, or finds the disk full, leaves what the next one mends."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from tests.crash.sequences import differences, run_sequence
from tests.support.forked_process import run_forked
from tests.support.index_state import state_of

ROOT = Path(__file__).parents[2]
SEQUENCES = 24


@pytest.mark.parametrize("first", range(1, SEQUENCES, 6))
def test_random_sequences_end_with_the_index_of_a_fresh_sync(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 6):
        (tmp_path / str(seed)).mkdir()
        assert run_sequence(seed, tmp_path / str(seed)) == [], f"sequence {seed}"


def test_the_real_command_is_killed_and_run_again(tmp_path: Path) -> None:
    """At random moments of the second half: before, it reads what sequences of syncs read."""
    chance = random.Random(1)
    corpus, index, fresh = tmp_path / "corpus", tmp_path / "index", tmp_path / "fresh"
    shutil.copytree(ROOT / "corpus", corpus)
    began = time.monotonic()
    sync(corpus, fresh)
    whole = time.monotonic() - began
    command = [sys.executable, "-m", "askdocs", "index", "--corpus", corpus, "--index", index]
    for least in (0.8, 0.65, 0.5):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(least, least + 0.2) * whole)
            process.send_signal(signal.SIGKILL)
    sync(corpus, index)
    assert differences(state_of(index), state_of(fresh)) == []


def sync(corpus: Path, index: Path) -> None:
    command = [sys.executable, "-m", "askdocs", "index", "--corpus", corpus, "--index", index]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("left", [400_000, 2_500_000])
def test_a_disk_that_fills_up_is_reported_and_loses_nothing(
    small_disk: Path, tmp_path: Path, left: int
) -> None:
    """`left` bytes are free when the sync begins: it fails at another point for each."""
    corpus, index = tmp_path / "corpus", small_disk / "index"
    corpus.mkdir()
    (corpus / "old.txt").write_text("Owls hunt at night.\n")
    assert hashed_sync(corpus, index) == ""
    for number in range(400):
        (corpus / f"{number:03}.txt").write_text(f"Kettle {number} is red. " * 40)
    (corpus / "old.txt").write_text("Owls sleep by day.\n")
    state = os.statvfs(small_disk)
    with (small_disk / "filler").open("wb") as filler:
        filler.write(b"x" * max(state.f_bavail * state.f_frsize - left, 0))
    told = hashed_sync(corpus, index)
    assert "is full" in told
    assert "nothing is lost" in told
    assert "Traceback" not in told
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert hashed_sync(corpus, index) == ""
    assert_equals_a_fresh_one(corpus, index, tmp_path / "fresh")


def test_killed_while_the_graph_is_written_nothing_crashes_or_is_lost(tmp_path: Path) -> None:
    """Chroma writes its files in place; half written they crash who searches them."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(600):
        (corpus / f"{number:03}.txt").write_text(f"Kettle {number} is red.\n")
        if number == 299:
            assert hashed_sync(corpus, index) == ""
    assert run_hashed(TEARS_ITS_GRAPH, corpus, index).returncode == -signal.SIGKILL
    found = run_hashed("print(assistant.search('Kettle 77')[0].passage.text)", corpus, index)
    assert (found.returncode, found.stdout) == (0, "Kettle 77 is red.\n"), found.stderr
    done = run_hashed("print(assistant.index().embedded)", corpus, index)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr
    assert_equals_a_fresh_one(corpus, index, tmp_path / "fresh")


@pytest.mark.quick
def test_killed_between_two_batches_the_next_sync_finishes_the_index(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(400):
        (corpus / f"{number:04}.txt").write_text(f"Kettle {number} is red.\n")
    assert run_hashed(DIES_BETWEEN_GROUPS, corpus, index).returncode == -signal.SIGKILL
    for unchanged in (False, True):
        done = run_hashed(TELLS_WHETHER_ALL_IS_THERE, corpus, index)
        assert (done.returncode, done.stdout) == (0, f"{unchanged} 400 0\n"), done.stderr
    assert_equals_a_fresh_one(corpus, index, tmp_path / "fresh")


DIES_BETWEEN_GROUPS = """
import os, signal, askdocs.index.sync.write as write
write._BATCH = 260  # more than are looked for one by one afterwards
written, group = [], write._store_batch
def counted(*given):
    if len(written) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(group(*given))
    return written[-1]
write._store_batch = counted
assistant.index()
"""
TELLS_WHETHER_ALL_IS_THERE = """
done = assistant.index()
print(done.unchanged == 400, done.passages, assistant.status().pending)
"""
TEARS_ITS_GRAPH = """
import os, signal
from chromadb.api.models.Collection import Collection
def torn(self, **_):
    for file in config.index.glob("chroma/*/*"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    os.kill(os.getpid(), signal.SIGKILL)
Collection.update = torn
assistant.index()
"""


def assert_equals_a_fresh_one(corpus: Path, index: Path, fresh: Path) -> None:
    assert hashed_sync(corpus, fresh) == ""
    assert differences(state_of(index), state_of(fresh)) == []


SYNCS = """
from askdocs import AskdocsError
try: assistant.index()
except AskdocsError as error: sys.exit(f"askdocs: {error}")
"""


def hashed_sync(corpus: Path, index: Path) -> str:
    """Sync with the cheap embedding in another process; what it says on standard error."""
    done = run_hashed(SYNCS, corpus, index)
    assert done.returncode in (0, 1)
    return done.stderr


def run_hashed(code: str, corpus: Path, index: Path) -> subprocess.CompletedProcess[str]:
    """Run code that has an `assistant`, with the cheap embedding, in another process."""
    opened = (
        "import sys; from pathlib import Path\n"
        "from askdocs import Assistant, Config\n"
        "from tests.support.hash_embedding import HashEmbedding\n"
        "config = Config(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]))\n"
        "with Assistant(config, embedder=HashEmbedding()) as assistant:\n"
    )
    return run_forked(str(corpus), str(index), code=opened + indent(code, "    "))
