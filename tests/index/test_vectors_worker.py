"""The vectors in a process of their own: as in this one, and whatever becomes of that process."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from askdocs import Assistant, Config
from askdocs.documents.passages import with_id
from askdocs.errors import IndexMismatchError, VectorsUnavailableError
from askdocs.index.vectors.chroma import ChromaFolder
from askdocs.index.vectors.collection import Collection
from askdocs.index.vectors.integrity import condition
from askdocs.index.vectors.store import VectorStore
from askdocs.index.vectors.worker.client import WorkerVectorStore
from askdocs.types import Passage
from tests.support.hash_embedding import HashEmbedding

pytestmark = pytest.mark.usefixtures("forked_children")
COUNT = 30
VECTORS = np.random.default_rng(7).normal(size=(COUNT, 16)).astype(np.float32)


def passage(number: int) -> Passage:
    text = f"Kettle {number} is red."
    return with_id(Passage("", f"{number % 3}.txt", text, 0, len(text), "Kettles", line=number))


PASSAGES = [passage(number) for number in range(COUNT)]


def told(store: VectorStore) -> list[object]:
    """What the methods of a store return for the same calls."""
    by_id = {each.id: vector for each, vector in zip(PASSAGES, VECTORS, strict=True)}
    store.prepare()
    store.add(PASSAGES, VECTORS)
    store.store_model("hash")
    store.delete([PASSAGES[4].id, "unknown"])
    store.save()
    found = store.search(VECTORS[3], limit=5, sources=["0.txt", "1.txt"])
    records = [(each.id, each.text, each.line, vector.round(3).tolist())
               for each, vector in store.records()]  # fmt: skip
    return [
        store.count(),
        store.model,
        sorted(store.ids()),
        sorted(records),
        [(name, round(score, 4)) for name, score in found],
        store.unreachable(by_id),
        store.needs_check(by_id),
    ]


def test_it_does_what_a_store_in_this_process_does(tmp_path: Path) -> None:
    here = Collection(ChromaFolder(tmp_path / "here"))
    (tmp_path / "index").mkdir()
    apart = WorkerVectorStore(tmp_path / "index")
    try:
        assert told(apart) == told(here)
        apart.clear()
        assert apart.count() == 0
    finally:
        here.close()
        apart.close()


def test_an_error_of_the_store_comes_as_it_is(tmp_path: Path) -> None:
    store = WorkerVectorStore(tmp_path)
    try:
        store.add(PASSAGES, VECTORS)
        with pytest.raises(IndexMismatchError, match="doctor --repair"):
            store.search(VECTORS[0, :8], limit=3)
        assert store.count() == COUNT  # it goes on
    finally:
        store.close()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"no database")
    with pytest.raises(IndexMismatchError, match="doctor --repair"):
        WorkerVectorStore(tmp_path).prepare()


def test_waiting_and_later_calls_learn_that_it_has_ended(tmp_path: Path) -> None:
    store = WorkerVectorStore(tmp_path)
    try:
        store.add(PASSAGES, VECTORS)
        store._child.process.kill()
        for _ in range(2):
            with pytest.raises(VectorsUnavailableError, match="has ended"):
                store.count()
        assert store.ended
    finally:
        store.close()


def test_it_closes_the_store_when_the_process_that_began_it_is_gone(tmp_path: Path) -> None:
    store = WorkerVectorStore(tmp_path)
    store.add(PASSAGES, VECTORS)
    process = store._child.process
    assert process.stdin is not None
    process.stdin.close()  # as the system does for a process that is killed
    assert process.wait() == 0
    assert condition(tmp_path / "chroma") == "sound"
    store.close()


def test_a_request_that_cannot_be_sent_reports_the_end_of_the_store(tmp_path: Path) -> None:
    """Before the thread that receives has noticed, which may be late on a busy machine."""
    store = WorkerVectorStore(tmp_path)
    store.prepare()
    stdin = store._child.process.stdin
    with Path(os.devnull).open("rb") as not_writable:
        store._child.process.stdin = not_writable
        with pytest.raises(VectorsUnavailableError):
            store.count()
    assert store.ended
    store._child.process.stdin = stdin
    store.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_a_crash_of_the_store_is_an_error_and_the_next_call_opens_it_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "tea.txt").write_text("Green tea is brewed at 80 °C.")
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.keep_vectors_apart()
        assert assistant.index().passages == 1
        store = assistant._resources.open_vectors()
        assert isinstance(store, WorkerVectorStore)
        os.kill(store._child.process.pid, signal.SIGSEGV)
        store._child.process.wait()
        with pytest.raises(VectorsUnavailableError):
            store.count()
        assert assistant.search("green tea")[0].passage.source == "tea.txt"
        assert assistant.index().unchanged == 1
    assert condition(config.index / "chroma") == "sound"
