"""A damaged index ends no process and gives no wrong answer, and doctor repairs it.

More rounds than here: `python -m tests.crash.corruption ROUNDS`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path

import pytest
from filelock import FileLock

from askdocs import Assistant
from askdocs.errors import IndexBusyError, IndexMismatchError
from askdocs.index.vectors import probe
from askdocs.index.vectors.integrity import condition
from askdocs.system.processes import start
from tests.crash import corruption

pytestmark = pytest.mark.usefixtures("forked_children")
PROBE = "askdocs.index.vectors.probe"
NAMES = ("catalog.sqlite", "chroma.sqlite3", "data_level0.bin", "link_lists.bin", "closed")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("healthy")
    corruption.make_index(root)
    return root


@pytest.fixture
def root(healthy: Path, tmp_path: Path) -> Path:
    return shutil.copytree(healthy, tmp_path / "root")


def found_in(index: Path, name: str) -> str:
    (found,) = (each for each in corruption.files_of(index) if each.endswith(name))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_random_damage_is_noticed_or_harmless_and_repaired(
    healthy: Path, tmp_path: Path, name: str
) -> None:
    chance = random.Random(f"15 {name}")
    file = found_in(healthy / "index", name)
    done, wrong = corruption.trouble(healthy, tmp_path / "copy", file, chance)
    assert not wrong, done


def zero_the_links(root: Path, *, keep_time: bool) -> None:
    file = root / "index" / found_in(root / "index", "link_lists.bin")
    content, state = file.read_bytes(), file.stat()
    file.write_bytes(bytes(len(content[:4096])) + content[4096:])
    if keep_time:
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize(
    ("keep_time", "closed", "said"),
    [(True, True, "is not as it was written"), (False, True, "it crashes or hangs"),
     (True, False, "it crashes or hangs")],
)  # fmt: skip
def test_zeros_in_the_links_of_the_graph_end_no_process(
    root: Path, keep_time: bool, closed: bool, said: str
) -> None:
    """Chroma reads them without a check, and ends with a segmentation fault."""
    zero_the_links(root, keep_time=keep_time)
    if not closed:
        (root / "index" / "chroma" / "closed").unlink()
    told, _ = corruption.in_child(corruption.asked, root)
    assert said in told
    assert "askdocs doctor --repair" in told
    before, after, found = corruption.in_child(corruption.repaired, root)
    assert before
    assert after == ()
    assert all(found)


def damage_after(root: Path, name: str, known: bytes, letter: bytes, *, keep_time: bool) -> None:
    """Put another letter into a file of the vector store, 8 bytes after bytes that stand there."""
    file = root / "index" / found_in(root / "index", name)
    content, state = bytearray(file.read_bytes()), file.stat()
    place = content.index(known) + 8
    content[place : place + 1] = letter
    file.write_bytes(content)
    if keep_time:
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("keep_time", [True, False])
@pytest.mark.parametrize(
    ("name", "known", "letter"),
    [
        # no UTF-8 in the name of a table: Chroma aborts the process
        ("chroma.sqlite3", b"tableembeddings_queueembeddings_queue", b"\xe9"),
        # in the id of a record: it is found, but not listed
        ("metadata.pickle", b"X \x00\x00\x00", b"z"),
    ],
)
def test_damage_that_a_child_has_looked_at_is_not_called_sound(
    root: Path, name: str, known: bytes, letter: bytes, keep_time: bool
) -> None:
    damage_after(root, name, known, letter, keep_time=keep_time)
    for _ in range(2):
        told, _ = corruption.in_child(corruption.asked, root)
        assert "askdocs doctor --repair" in told
    before, after, found = corruption.in_child(corruption.repaired, root)
    assert before
    assert after == ()
    assert all(found)


@pytest.mark.parametrize("closed", [True, False])
def test_a_header_of_the_graph_that_was_cut_is_reported(root: Path, closed: bool) -> None:
    """Chroma reads it without an error, and finds other passages."""
    header = root / "index" / found_in(root / "index", "header.bin")
    header.write_bytes(header.read_bytes()[:45])
    if not closed:
        (root / "index" / "chroma" / "closed").unlink()
    assert condition(root / "index" / "chroma") == "damaged"
    told, _ = corruption.in_child(corruption.asked, root)
    assert "is not as it was written" in told
    assert "askdocs doctor --repair" in told


def test_a_graph_that_was_never_written_whole_is_not_damaged(tmp_path: Path) -> None:
    """A process that was killed while it wrote it first leaves files without content."""
    graph = tmp_path / "chroma" / "segment"
    graph.mkdir(parents=True)
    for name in ("header.bin", "data_level0.bin", "link_lists.bin"):
        (graph / name).touch()
    assert condition(tmp_path / "chroma") == "left open"
    (graph / "index_metadata.pickle").touch()
    assert condition(tmp_path / "chroma") == "damaged"


def killed(root: Path) -> None:
    """Search, and end as if killed."""
    with corruption.opened(root) as assistant:
        assistant.search(corruption.QUERIES[0])
        signal.raise_signal(signal.SIGKILL)


def test_a_sound_store_is_used_again_after_a_kill(root: Path) -> None:
    right = corruption.in_child(corruption.asked, root)
    assert "status -9" in corruption.in_child(killed, root)
    assert condition(root / "index" / "chroma") == "left open"
    assert corruption.in_child(corruption.asked, root) == right
    assert condition(root / "index" / "chroma") == "sound"


def test_the_child_of_a_killed_process_is_waited_for(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FileLock(root / "index" / ".probe"):  # as it holds it
        monkeypatch.setattr(probe, "_ORPHAN_SECONDS", 0.1)
        with (
            corruption.opened(root) as assistant,
            pytest.raises(IndexBusyError, match="still being closed or checked"),
        ):
            assistant.search(corruption.QUERIES[0])
    with corruption.opened(root) as assistant:
        assert assistant.search(corruption.QUERIES[0])


@pytest.mark.skipif(os.name != "posix", reason="the system does not say whose child it is")
def test_a_child_that_starts_after_its_parent_was_killed_opens_nothing(root: Path) -> None:
    index = root / "index"
    for parent, status in ((os.getpid(), 0), (os.getpid() + 1, 1)):
        before = state(index)
        done = start(PROBE, "most", str(index), "embedded", str(parent))
        assert done.process.wait() == status
        done.end()
        assert (state(index) == before) == bool(status)


def state(index: Path) -> dict[str, int]:
    """When each file of the vector store was last changed."""
    return {str(file): file.stat().st_mtime_ns for file in (index / "chroma").rglob("*")}


def test_an_empty_catalog_next_to_vectors_is_no_empty_index(root: Path) -> None:
    (root / "index" / "catalog.sqlite").write_bytes(b"")
    with corruption.opened(root) as assistant:
        for ask in (assistant.ask, assistant.search):
            with pytest.raises(IndexMismatchError, match=r"catalog .* is empty.*askdocs index"):
                ask("which documents are there?")
        (problem,) = assistant.diagnose().problems
        assert "The catalog is empty, but 360 vectors are stored" in problem.what
        assert repaired(assistant) == (corruption.DOCUMENTS, 0)
        assert assistant.search(corruption.QUERIES[0])


def test_a_sync_takes_the_vectors_that_outlived_the_catalog(root: Path) -> None:
    (root / "index" / "catalog.sqlite").write_bytes(b"")
    with corruption.opened(root) as assistant:
        assert assistant.index().embedded == 0
        assert assistant.diagnose().problems == ()


def repaired(assistant: Assistant) -> tuple[int, int]:
    """The documents after a repair without problems, and the texts embedded by it."""
    done = assistant.repair()
    assert done.after.problems == ()
    return done.after.documents, done.embedded
