"""Files are read while others are embedded, and no longer than that is of use."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from askdocs import Assistant, Config
from askdocs.documents.passages import SplitDocument
from askdocs.index.catalog import Catalog, FileRecord, IndexedDocument, IndexedFile
from askdocs.index.sync import load as preparing_module
from askdocs.index.sync import write
from askdocs.index.sync.plan import Plan
from askdocs.types import Document
from tests.support.hash_embedding import HashEmbedding
from tests.support.index_state import state_of
from tests.support.polling import PATIENCE


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setattr(preparing_module, "_GROUP", 32)
    monkeypatch.setattr(write, "_BATCH", 32)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(40):  # more than one group, and more than one batch
        (corpus / f"{number:03}.txt").write_text(f"Kettle {number} is red.\n")
    return Config(corpus=corpus, index=tmp_path / "index")


def is_preparing() -> bool:
    return any(thread.name == "askdocs-load" for thread in threading.enumerate())


def test_the_smallest_file_is_read_first_whatever_its_name(tmp_path: Path) -> None:
    """A note among hundreds of large files is found within seconds."""
    sizes = {"a.txt": 900_000, "b.txt": 5_000_000, "c.txt": 70_000, "z.txt": 26, "d.txt": 2_000_000}
    files = tuple(FileRecord(name, size, 1, "") for name, size in sizes.items())
    jobs = preparing_module.Jobs(Plan(added=files[:2], changed=files[2:]), 30, lambda _: None)
    order = [job.file.path for job in iter(jobs.next, None)]
    assert order == ["z.txt", "c.txt", "a.txt", "d.txt", "b.txt"]


def test_texts_wait_for_the_writer_only_as_far_as_they_fit() -> None:
    def file(characters: int) -> IndexedFile:
        document = Document("a.txt", "x" * characters)
        return IndexedFile(FileRecord("a.txt", 1, 1, ""), (IndexedDocument(document, [], []),))

    ahead = preparing_module.ReadAhead(files=3, characters=100)
    ahead.put(file(60), timeout=0)
    with pytest.raises(queue.Full):
        ahead.put(file(60), timeout=0)
    ahead.put(file(40), timeout=0)
    for _ in range(2):
        ahead.get()
    with pytest.raises(queue.Empty):
        ahead.get()
    ahead.put(file(500), timeout=0)  # it is read already, and has to be written
    with pytest.raises(queue.Full):
        ahead.put(file(1), timeout=0)
    ahead.get()
    for _ in range(3):
        ahead.put(None, timeout=0)
    with pytest.raises(queue.Full):
        ahead.put(None, timeout=0)


def test_a_slow_writer_stops_the_readers(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write_files = preparing_module.read_file, Catalog.replace_files
    guard, too_far, counts = threading.Lock(), threading.Event(), Counter[str]()
    monkeypatch.setattr(preparing_module, "_AHEAD_CHARACTERS", 60)  # three texts
    monkeypatch.setattr(preparing_module, "_GROUP", 1)

    def noted(path: Path, source: str, **limits: Any) -> Sequence[SplitDocument]:
        with guard:
            counts["read"] += 1
            # Three wait, two are in the hands of readers, two in those of the writer.
            if counts["read"] - counts["written"] > 7:
                too_far.set()
        return read(path, source, **limits)

    def slow(catalog: Catalog, files: Sequence[IndexedFile], **more: Any) -> None:
        if counts["written"] < 6:
            too_far.wait(0.3)
        write_files(catalog, files, **more)
        with guard:
            counts["written"] += len(files)

    monkeypatch.setattr(preparing_module, "read_file", noted)
    monkeypatch.setattr(Catalog, "replace_files", slow)
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
    assert counts == {"read": 40, "written": 40}
    assert not too_far.is_set()


def test_the_next_files_are_read_while_these_are_embedded(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, read = threading.Event(), preparing_module.read_file

    def noted(path: Path, source: str, **limits: Any) -> Sequence[SplitDocument]:
        if source == "039.txt":
            loaded.set()
        return read(path, source, **limits)

    class Waiting(HashEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            assert loaded.wait(PATIENCE), "nothing is read meanwhile"
            return super()._get_text_embeddings(texts)

    monkeypatch.setattr(preparing_module, "read_file", noted)
    with Assistant(config, embedder=Waiting()) as assistant:
        assert assistant.index().passages == 40


def test_a_sync_that_fails_ends_the_reading_and_blames_no_file(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.corpus / "035.csv").write_text("number,word\n" + "1,one\n" * 3_000_000)
    read_far, embed = threading.Event(), HashEmbedding._get_text_embeddings

    def fail(self: HashEmbedding, texts: list[str]) -> list[list[float]]:
        assert read_far.wait(PATIENCE)
        raise RuntimeError("no vectors")

    def listen(progress: object) -> None:
        if "035.csv" in str(progress):
            read_far.set()

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        monkeypatch.setattr(HashEmbedding, "_get_text_embeddings", fail)
        with pytest.raises(RuntimeError, match="no vectors"):
            assistant.index(on_progress=listen)
        assert not is_preparing()
        assert assistant.status().failed == ()
    monkeypatch.setattr(HashEmbedding, "_get_text_embeddings", embed)
    (config.corpus / "035.csv").write_text("number,word\n1,one\n")
    states = []
    for place in (config.index, config.index.with_name("fresh")):
        with Assistant(Config(config.corpus, place), embedder=HashEmbedding()) as assistant:
            assert assistant.index().passages == 41
        states.append(state_of(place))
    assert states[0] == states[1]


def test_a_listener_hears_one_thing_at_a_time(config: Config) -> None:
    busy = threading.Lock()

    def listen(progress: object) -> None:
        assert busy.acquire(blocking=False), "told twice at once"
        threading.Event().wait(0.001)
        busy.release()

    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assert len(assistant.index(on_progress=listen).added) == 40
