"""The catalog: one record, whole or not at all, that says what is wrong with it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from askdocs.documents.passages import split, with_id
from askdocs.errors import CorpusError, IndexBusyError, IndexMismatchError
from askdocs.index import database
from askdocs.index.catalog import (
    Catalog,
    FileRecord,
    IndexedDocument,
    IndexedFile,
    IndexState,
    readable_state,
    readable_vectors,
)
from askdocs.types import Anchor, Document


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    found = Catalog(tmp_path / "catalog.sqlite")
    yield found
    found.close()


def put(catalog: Catalog, source: str, text: str, *, file: str = "", title: str = "") -> list[str]:
    """Store a document; the ids of its passages."""
    document = Document(source, text, title, (Anchor(0, line=1),))
    passages = split(document)
    keys = [each.id.encode() for each in passages]
    record = FileRecord(file or source, len(text), 1, f"hash of {text}")
    catalog.replace_files([IndexedFile(record, [IndexedDocument(document, passages, keys)])])
    catalog.cache_vectors({key: np.ones(4, np.float32) for key in keys})
    return [each.id for each in passages]


def change(catalog: Catalog, statement: str) -> None:
    with closing(sqlite3.connect(catalog.path)) as connection, connection:
        connection.execute(statement)


def found(catalog: Catalog, words: str) -> set[str]:
    names = [name for name, _ in catalog.search_words(words, limit=50)]
    return {passage.source for passage in catalog.passages(names).values()}


def test_a_document_comes_back_as_it_was(catalog: Catalog) -> None:
    text = "Ünïcode 🦉 and\n\nmore: \u202emixed\u202c \U0001f1f3\U0001f1f4."
    document = Document("a.txt", text, "Titel", (Anchor(0, 1, "i", "Kopf", 1), Anchor(9, 2)))
    record = FileRecord("a.txt", 1, 2, "h")
    catalog.replace_files([IndexedFile(record, [IndexedDocument(document, [], [])])])
    assert catalog.document("a.txt") == document
    assert catalog.document("b.txt") is None


def test_what_was_not_read_is_kept_with_its_document(catalog: Catalog) -> None:
    document = Document("a.pdf", "Owls.", left_out=("attachment b.zip", "2 pictures on page 3"))
    record = FileRecord("a.pdf", 1, 2, "h")
    catalog.replace_files([IndexedFile(record, [IndexedDocument(document, [], [])])])
    put(catalog, "whole.txt", "Kettles boil water.")
    assert catalog.document("a.pdf") == document
    assert [each.left_out for each in catalog.document_records()] == [document.left_out, ()]
    assert catalog.left_out() == {"a.pdf": document.left_out}
    assert catalog.files_partly_read() == {"a.pdf"}
    catalog.record_files([FileRecord("a.pdf", 1, 2, "h", "damaged")])
    assert catalog.files_partly_read() == frozenset()


@pytest.mark.parametrize("column", ["text", "title", "anchors"])
def test_a_document_that_rots_is_not_given_out(catalog: Catalog, column: str) -> None:
    text = "Owls hunt at night, by ear."
    document = Document("a.txt", text, "Of night birds", (Anchor(0, line=1, heading="Ears"),))
    indexed = IndexedDocument(document, split(document), [b"k"])
    catalog.replace_files([IndexedFile(FileRecord("a.txt", 1, 2, "h"), [indexed])])
    change(catalog, f"UPDATE documents SET {column} = replace({column}, 'r', 't')")
    with pytest.raises(IndexMismatchError, match=r"a\.txt.*doctor --repair"):
        catalog.document("a.txt")


@pytest.mark.parametrize("column", ["text", "title", "source", "start", "line", "id"])
def test_a_passage_that_rots_is_not_given_out(catalog: Catalog, column: str) -> None:
    (name,) = put(catalog, "a.txt", "Owls hunt at night, by ear.", title="Birds")
    change(catalog, f"UPDATE passages SET {column} = {column} || 'x'")
    with pytest.raises(IndexMismatchError, match="doctor --repair"):
        catalog.passages([name, f"{name}x"])


def test_a_passage_that_its_document_does_not_hold_is_not_cited(catalog: Catalog) -> None:
    (name,) = put(catalog, "a.txt", "Owls hunt at night, by ear.")
    passages = list(catalog.passages([name]).values())
    catalog.check_slices(passages)
    moved = with_id(replace(passages[0], start=5, end=33))
    change(catalog, f"UPDATE passages SET start = 5, end = 33, id = '{moved.id}'")
    with pytest.raises(IndexMismatchError, match="doctor --repair"):
        catalog.check_slices(catalog.passages([moved.id]).values())


def test_a_passage_that_a_sync_replaced_meanwhile_is_no_damage(catalog: Catalog) -> None:
    (name,) = put(catalog, "a.txt", "Owls hunt at night, by ear.")
    passages = list(catalog.passages([name]).values())
    put(catalog, "a.txt", "Kettles boil water.")
    catalog.check_slices(passages)


def test_a_full_disk_is_named_if_sqlite_reports_an_io_error(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        with catalog._database.transaction():
            raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(CorpusError, match="cannot be read or written"):
        write()
    usage = shutil.disk_usage(catalog.path.parent)
    monkeypatch.setattr(database.shutil, "disk_usage", lambda folder: usage._replace(free=1000))
    with pytest.raises(CorpusError, match=r"disk of .* is full.*Free some space"):
        write()


def test_a_catalog_that_may_not_be_written_is_called_read_only(unprivileged: Path) -> None:
    file = unprivileged / "catalog.sqlite"
    Catalog(file).close()
    for each in unprivileged.iterdir():
        each.chmod(0o400)
    unprivileged.chmod(0o500)
    with pytest.raises(CorpusError, match="it is read-only"):
        Catalog(file).set_meta({"a": "b"})


def test_a_replaced_file_leaves_nothing_of_the_old_one(catalog: Catalog) -> None:
    old = put(catalog, "a.txt", "Owls hunt at night.")
    put(catalog, "a.txt", "Kettles boil water.")
    assert (found(catalog, "owls"), found(catalog, "kettles")) == (set(), {"a.txt"})
    assert catalog.orphans() == old
    assert catalog.count_passages() == 1


def test_a_file_moves_from_its_old_name_in_one_step(catalog: Catalog) -> None:
    put(catalog, "old.txt", "Owls hunt at night.")
    document = Document("new.txt", "Owls hunt at night.")
    moved = IndexedDocument(document, split(document), [b"k"])
    catalog.replace_files([IndexedFile(FileRecord("new.txt", 1, 2, "h"), [moved], "old.txt")])
    assert catalog.sources() == ["new.txt"]
    assert list(catalog.files()) == ["new.txt"]


def test_a_write_that_fails_changes_nothing(catalog: Catalog) -> None:
    put(catalog, "a.txt", "Owls hunt at night.")
    document = Document("a.txt", "Kettles boil water.")
    wrong = IndexedDocument(document, split(document), [])
    with pytest.raises(ValueError, match="zip"):
        catalog.replace_files([IndexedFile(FileRecord("a.txt", 1, 2, "h"), [wrong])])
    assert found(catalog, "owls") == {"a.txt"}
    assert catalog.problems() == []


def test_removed_files_are_gone_and_their_passages_are_orphans(catalog: Catalog) -> None:
    ids = put(catalog, "a.txt", "Owls hunt at night.")
    put(catalog, "b.txt", "Kettles boil water.")
    catalog.remove_files(["a.txt", "unknown.txt"])
    assert catalog.sources() == ["b.txt"]
    assert catalog.orphans() == ids
    assert catalog.indexed_files() == {"b.txt"}


def test_sources_are_chosen_by_name_glob_and_folder(catalog: Catalog) -> None:
    for source in ("a.txt", "deep/b.txt", "deep/er/c.md", "[odd].txt"):
        put(catalog, source, f"Text of {source}.")
    assert catalog.sources(["deep"]) == catalog.sources(["deep/"]) == ["deep/b.txt", "deep/er/c.md"]
    assert catalog.sources(["*.md", "a.txt"]) == ["a.txt", "deep/er/c.md"]
    assert catalog.sources(["[odd].txt"]) == ["[odd].txt"]
    with pytest.raises(CorpusError, match=r"nothing\*.*askdocs status"):
        catalog.sources(["nothing*"])


@pytest.mark.parametrize(
    "question",
    ['"', "AND", "OR NOT", "a*", "NEAR(", "text:owls", "(", "-", "^x", "'; DROP TABLE words; --"],
)
def test_any_question_is_a_question(catalog: Catalog, question: str) -> None:
    put(catalog, "a.txt", "Owls hunt at night.")
    catalog.search_words(question, limit=5)
    assert found(catalog, f"owls {question}") == {"a.txt"}


def test_words_are_found_in_other_forms_and_scripts(catalog: Catalog) -> None:
    put(catalog, "en.txt", "The owls were hunting.")
    put(catalog, "fr.txt", "Le café est fermé.")
    put(catalog, "ja.txt", "東京の天気は晴れです。")
    assert found(catalog, "owl hunts") == {"en.txt"}
    assert found(catalog, "CAFE") == {"fr.txt"}
    assert found(catalog, "天気") == {"ja.txt"}


def test_a_title_is_found_too(catalog: Catalog) -> None:
    put(catalog, "a.txt", "It boils.", title="Kettles of the north")
    assert found(catalog, "kettles") == {"a.txt"}


def test_vectors_of_no_passage_are_pruned(catalog: Catalog) -> None:
    put(catalog, "a.txt", "Owls hunt at night.")
    catalog.cache_vectors({b"nobody": np.ones(4, np.float32)})
    catalog.prune_vectors()
    assert catalog.cached_vectors([b"nobody"]) == {}
    assert catalog.count_without_vectors() == 0
    assert catalog.count_passages() == 1


def test_threads_read_and_write_at_once(catalog: Catalog) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                put(catalog, f"{number}.txt", f"Kettle {number} boils {turn} times.")
                assert f"{number}.txt" in found(catalog, f"kettle {number}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert catalog.count_passages() == 4


def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(IndexMismatchError, match=r"damaged.*doctor --repair.*--rebuild"):
        Catalog(path)
    assert readable_vectors(path) == {}


def test_scrambled_pages_are_problems(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    for number in range(50):
        put(catalog, f"{number}.txt", f"Kettle {number} boils water for tea.")
    assert catalog.problems() == []
    catalog.close()
    with path.open("r+b") as file:
        file.seek(40_960)
        file.write(os.urandom(20_000))
    try:
        damaged = Catalog(path)
    except IndexMismatchError:
        return
    assert damaged.problems() != []
    damaged.close()


def test_words_are_rebuilt_from_the_passages(catalog: Catalog) -> None:
    put(catalog, "a.txt", "Owls hunt at night.", title="Birds")
    with catalog._database.transaction() as connection:
        connection.execute("DELETE FROM word_places WHERE term = 'owl'")
    assert catalog.problems() == ["1 of 1 blocks of the word index do not fit their passages."]
    catalog.rebuild_words()
    assert catalog.problems() == []
    assert found(catalog, "owls") == found(catalog, "birds") == {"a.txt"}


def test_threads_wait_for_each_other_as_long_as_a_write_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT", 0.05)
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with catalog._database.transaction():
        other = threading.Thread(target=catalog.set_meta, args=({"a": "b"},))
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join()
    assert catalog.meta()["a"] == "b"
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(CorpusError, match="Another program is writing"):
            catalog.set_meta({"a": "c"})
    catalog.close()


def test_the_state_of_an_index_is_stored_by_its_old_names_and_damage_is_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "catalog.sqlite"
    catalog = Catalog(file)
    catalog.set_state(files_pending=3, mounted_folders=["a", "b"], corpus="/docs", changed_ns=7)
    catalog.set_meta({"sampled": "of 4 files looked at, 0 are not in English"})
    assert catalog.meta() == {
        "unread": "3", "mounts": '["a", "b"]', "corpus": "/docs", "changed_ns": "7",
        "sampled": "of 4 files looked at, 0 are not in English",
    }  # fmt: skip
    state = catalog.state()
    assert (state.files_pending, state.mounted_folders, state.changed_ns) == (3, ("a", "b"), 7)
    assert state.language_sample.startswith("of 4 files")
    catalog.set_meta({"unread": "three", "mounts": "{", "sync_started_ns": ""})
    damaged = catalog.state()
    assert (damaged.files_pending, damaged.mounted_folders, damaged.sync_started_ns) == (0, (), 0)
    catalog.close()
    assert readable_state(file) == damaged
    assert readable_state(tmp_path / "none.sqlite") == IndexState()


@pytest.mark.parametrize("made_again", [False, True])
def test_a_reader_of_a_catalog_that_is_built_again_is_reported(
    catalog: Catalog, *, made_again: bool
) -> None:
    """It is not called damaged, and the reader does not create the file."""
    put(catalog, "a", "Owls hunt at night.")
    catalog.close()
    for file in catalog.path.parent.glob("catalog.sqlite*"):
        file.unlink()
    if made_again:  # its tables are not there yet
        catalog.path.touch()
    with pytest.raises(IndexBusyError, match="Ask again"):
        catalog.sources()
    assert catalog.path.exists() == made_again
