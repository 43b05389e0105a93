"""What the doctor finds in a damaged index, and that mending embeds nothing again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from askdocs import Assistant, Config, CorpusError, IndexMismatchError
from askdocs.index import database, doctor
from askdocs.index.doctor import Diagnosis
from askdocs.types import Progress
from tests.support.hash_embedding import HashEmbedding
from tests.support.index_state import state_of

FILES = 12
pytestmark = pytest.mark.usefixtures("forked_children")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus and an index of it; nobody may change it."""
    root = tmp_path_factory.mktemp("healthy")
    (root / "corpus").mkdir()
    for number in range(FILES):
        text = f"# Kettle {number}\n\nKettle {number} is red.\n\n# Use\n\nIt boils {number} cups.\n"
        (root / "corpus" / f"{number:02}.md").write_text(text)
    with opened(root) as assistant:
        assistant.index()
    return root


@pytest.fixture(scope="module")
def with_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many passages that Chroma has written its graph; nobody may change it."""
    root = tmp_path_factory.mktemp("with_graph")
    (root / "corpus").mkdir()
    for number in range(300):
        (root / "corpus" / f"{number}.txt").write_text(f"Kettle {number} is red.\n")
    with opened(root) as assistant:
        assistant.index()
    return root


@pytest.fixture
def root(healthy: Path, tmp_path: Path) -> Path:
    return shutil.copytree(healthy, tmp_path / "root")


def opened(root: Path, embedding: HashEmbedding | None = None) -> Assistant:
    config = Config(corpus=root / "corpus", index=root / "index")
    return Assistant(config, embedder=embedding or HashEmbedding())


def diagnosis(root: Path) -> Diagnosis:
    with opened(root) as assistant:
        return assistant.diagnose()


def change_catalog(root: Path, statement: str) -> None:
    with closing(sqlite3.connect(root / "index" / "catalog.sqlite")) as connection, connection:
        connection.execute(statement)


def test_a_healthy_index_has_no_problems(root: Path) -> None:
    assert diagnosis(root) == Diagnosis(FILES, 2 * FILES, 2 * FILES, ())


def test_on_a_full_disk_nothing_is_called_damaged_and_nothing_is_deleted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "disk_is_full", lambda _: True)
    scramble_vectors(root)
    with opened(root) as assistant, pytest.raises(CorpusError, match="is full"):
        assistant.search("kettle")
    catalog = root / "index" / "catalog.sqlite"
    catalog.write_bytes(b"no database" * 1000)
    before = catalog.read_bytes()
    with opened(root) as assistant:
        for call in (assistant.diagnose, assistant.repair):
            with pytest.raises(CorpusError, match="is full"):
                call()
    assert catalog.read_bytes() == before


def lose_vectors(root: Path) -> None:
    shutil.rmtree(root / "index" / "chroma")


def scramble_vectors(root: Path) -> None:
    (root / "index" / "chroma" / "chroma.sqlite3").write_bytes(os.urandom(200_000))


def file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "index" / "chroma")
    (root / "index" / "chroma").write_text("no folder")


def delete_some_vectors(root: Path) -> None:
    with opened(root) as assistant:
        store = assistant._resources.open_vectors()
        store.delete(list(store.ids())[:5])


def add_an_orphan(root: Path) -> None:
    with opened(root) as assistant:
        store = assistant._resources.open_vectors()
        found, vector = next(store.records())
        store.add([replace(found, id="stray")], np.stack([vector]))


def scramble_words(root: Path) -> None:
    change_catalog(root, "UPDATE word_places SET places = zeroblob(7)")


def lose_words(root: Path) -> None:
    change_catalog(root, "DELETE FROM word_places WHERE term < 'm'")


def shift_passages(root: Path) -> None:
    change_catalog(root, "UPDATE passages SET start = start + 1 WHERE source = '03.md'")


def lose_cache(root: Path) -> None:
    """Of the cache, but the store still has them."""
    change_catalog(root, "DELETE FROM vectors")


def cut_the_cache(root: Path) -> None:
    change_catalog(root, "UPDATE vectors SET vector = zeroblob(7)")


def text_is_no_text(root: Path) -> None:
    """As a page of another table in the place of one leaves it."""
    change_catalog(root, "UPDATE passages SET text = x'00ff' WHERE source = '03.md'")


def text_is_not_utf8(root: Path) -> None:
    """As a flipped bit leaves it."""
    change_catalog(
        root, "UPDATE passages SET text = CAST(x'ff' AS TEXT) || text WHERE source = '03.md'"
    )


def catalog_is_no_database(root: Path) -> None:
    (root / "index" / "catalog.sqlite").write_bytes(b"no database" * 5000)


def catalog_is_scrambled(root: Path) -> None:
    with (root / "index" / "catalog.sqlite").open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(40_000))


def catalog_is_gone(root: Path) -> None:
    for path in (root / "index").glob("catalog*"):
        path.unlink()


DAMAGE: list[tuple[Callable[[Path], None], str]] = [
    (lose_vectors, "24 passages are missing"),
    (scramble_vectors, "vector store is damaged"),
    (file_for_folder, "vector store is damaged"),
    (delete_some_vectors, "5 passages are missing"),
    (add_an_orphan, "1 vectors are stored that belong to no passage"),
    (scramble_words, ""),
    (lose_words, "do not fit their passages"),
    (shift_passages, "1 documents are not in them"),
    (lose_cache, "The vectors of 24 passages are lost"),
    (cut_the_cache, "The vectors of 24 passages are lost"),
    (text_is_no_text, "word index is damaged"),
    (text_is_not_utf8, "Could not decode to UTF-8"),
    (catalog_is_no_database, "is damaged"),
    (catalog_is_scrambled, ""),
]


@pytest.mark.parametrize(
    ("damage", "told"), DAMAGE, ids=lambda value: getattr(value, "__name__", "")
)
def test_damage_is_found_and_repaired_without_embedding(
    root: Path, damage: Callable[[Path], None], told: str
) -> None:
    before = state_of(root / "index")
    damage(root)
    embedding = HashEmbedding()
    with opened(root, embedding) as assistant:
        done = assistant.repair()
        assert any(told in problem.what for problem in done.before.problems), done.before
        assert all("askdocs doctor --repair" in each.fix for each in done.before.problems)
        assert done.after == Diagnosis(FILES, 2 * FILES, 2 * FILES, ())
        assistant.index()
    assert (done.embedded, embedding.embedded) == (0, 0)
    assert state_of(root / "index") == before


def test_a_store_that_crashes_the_process_is_found_and_repaired(
    with_graph: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(with_graph, tmp_path / "root")
    (data,) = (root / "index" / "chroma").glob("*/data_level0.bin")
    data.write_bytes(os.urandom(data.stat().st_size))
    (problem,) = diagnosis(root).problems
    assert "vector store is damaged" in problem.what
    embedding = HashEmbedding()
    with opened(root, embedding) as assistant:
        assert assistant.repair().after.problems == ()
    assert embedding.embedded == 0


def test_vectors_that_only_the_count_knows_are_missed_and_filled_by_a_sync(
    with_graph: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(with_graph, tmp_path / "root")
    (data,) = (root / "index" / "chroma").glob("*/data_level0.bin")
    shutil.rmtree(data.parent)
    (problem,) = diagnosis(root).problems
    assert "not found by a search" in problem.what
    embedding = HashEmbedding()
    with opened(root, embedding) as assistant:
        assistant.index()
    assert embedding.embedded == 0
    assert diagnosis(root).problems == ()


def test_a_catalog_that_is_gone_embeds_nothing_either(root: Path) -> None:
    before = state_of(root / "index")
    catalog_is_gone(root)
    embedding = HashEmbedding()
    with opened(root, embedding) as assistant:
        assistant.repair()
        assistant.index()
    assert embedding.embedded == 0
    assert state_of(root / "index") == before


def test_catalog_and_store_both_lost_are_embedded_again(root: Path) -> None:
    before = state_of(root / "index")
    catalog_is_no_database(root)
    scramble_vectors(root)
    with opened(root) as assistant:
        done = assistant.repair()
    assert done.after.problems == ()
    assert done.embedded == 2 * FILES
    assert state_of(root / "index") == before


@pytest.mark.parametrize("state", ["missing", "empty"])
def test_a_damaged_catalog_is_kept_while_the_documents_are_away(root: Path, state: str) -> None:
    catalog_is_no_database(root)
    shutil.rmtree(root / "corpus")
    if state == "empty":
        (root / "corpus").mkdir()
    with opened(root) as assistant, pytest.raises(CorpusError):
        assistant.repair()
    assert (root / "index" / "chroma").is_dir()


def test_a_damaged_vector_in_the_cache_stops_no_search(root: Path) -> None:
    cut_the_cache(root)
    shutil.rmtree(root / "index" / "chroma")  # so that all are looked up in the cache
    with opened(root) as assistant:
        assert assistant.search("kettle")


def test_damaged_notes_of_the_catalog_stop_no_sync_and_no_status(root: Path) -> None:
    names = "('sync_started_ns', 'mounts', 'unread', 'unsaved')"
    change_catalog(root, f"UPDATE meta SET value = 'x' WHERE name IN {names}")
    with opened(root) as assistant:
        assert assistant.status().unread == 0
        assert assistant.index().unchanged == FILES
        assert assistant.diagnose().problems == ()


def test_a_record_of_the_store_that_is_a_folder_is_a_damage_like_any_other(root: Path) -> None:
    record = root / "index" / "chroma" / "closed"
    record.unlink()
    record.mkdir()
    with opened(root) as assistant:
        with pytest.raises(IndexMismatchError, match="doctor --repair"):
            assistant.search("kettle")
        assistant.repair()
        assert assistant.search("kettle")


def test_files_that_a_killed_sync_has_not_read_are_missed_and_read(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    for number in range(FILES):
        (tmp_path / "corpus" / f"{number:02}.txt").write_text(f"Kettle {number} is red.\n")

    def stop(progress: Progress) -> None:
        if progress.stage == "load" and progress.done > FILES // 2:
            raise KeyboardInterrupt

    with opened(tmp_path) as assistant:
        with pytest.raises(KeyboardInterrupt):
            assistant.index(on_progress=stop)
        assert any("files are not read yet" in each.what for each in assistant.diagnose().problems)
        assert assistant.repair().after == Diagnosis(FILES, FILES, FILES, ())


@pytest.mark.parametrize("at", ["_rescue_vectors", "delete_vectors", "open_index"])
def test_a_repair_that_is_killed_before_it_reads_is_repeated(
    root: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    before = state_of(root / "index")
    catalog_is_no_database(root)

    def kill(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    embedding = HashEmbedding()
    with opened(root, embedding) as assistant:
        with monkeypatch.context() as patch:
            patch.setattr(doctor, at, kill)
            with pytest.raises(KeyboardInterrupt):
                assistant.repair()
        assert assistant.diagnose().problems
        assert assistant.repair().after.problems == ()
    assert state_of(root / "index") == before


def test_other_settings_are_reported_and_not_repaired(root: Path) -> None:
    with opened(root, HashEmbedding(model_name="other")) as assistant:
        (problem,) = assistant.diagnose().problems
        assert "embedder = llama-index:HashEmbedding:words" in problem.what
        assert "--rebuild" in problem.fix
        with pytest.raises(IndexMismatchError):
            assistant.repair()


def test_an_index_that_was_never_made_has_no_problems(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    assert diagnosis(tmp_path) == Diagnosis()


def test_a_store_that_hangs_its_reader_is_reported(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(root) as assistant:
        with monkeypatch.context() as impatient:
            impatient.setattr("askdocs.index.vectors.probe._SECONDS", 0.0)
            impatient.setattr("askdocs.index.vectors.probe._SECONDS_EACH", 0.0001)
            (problem,) = assistant.diagnose().problems
        assert "hangs the process" in problem.what
        assert not assistant.diagnose().problems
