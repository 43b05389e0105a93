"""The index equals the folder: what each change of the folder does, and what it costs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from askdocs import Assistant, Config, CorpusError, IndexMismatchError
from askdocs.documents.loaders import LoadError, ResourceLimitError, TransientLoadError
from askdocs.documents.passages import SplitDocument, split
from askdocs.index import recovery
from askdocs.index.catalog import FORMAT, Catalog, FileRecord
from askdocs.index.session import OpenIndex
from askdocs.index.sync import load as preparing
from askdocs.index.sync import plan
from askdocs.index.sync import write as writing
from askdocs.index.vectors.embedding_cache import embed_texts
from askdocs.types import Changes, Document, Failure, Progress
from tests.support.hash_embedding import HashEmbedding
from tests.support.index_state import state_of

OWLS = "Owls hunt at night. They turn their heads by 270 degrees.\n"
TEA = "Tea was first drunk in Yunnan. It is now grown in sixty countries.\n"


class Folder:
    """A corpus, its index, and an embedding that counts."""

    def __init__(self, root: Path) -> None:
        self.corpus, self.index = root / "corpus", root / "index"
        self.corpus.mkdir()
        self.embedding = HashEmbedding()

    def write(self, name: str, text: str | bytes = OWLS) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def open(self, **settings: object) -> Assistant:
        config = Config(corpus=self.corpus, index=self.index, **settings)  # type: ignore[arg-type]
        return Assistant(config, embedder=self.embedding)

    def sync(self, *, dry_run: bool = False) -> Changes:
        with self.open() as assistant:
            return assistant.index(dry_run=dry_run)

    def age(self, name: str) -> None:
        """Make the record of a file fit the file, as if it had not changed for long."""
        path = self.corpus / name
        os.utime(path, (1, 1))
        state = path.stat()
        times = {"modified_ns": state.st_mtime_ns, "changed_ns": state.st_ctime_ns}
        self.set_record(name, inode=state.st_ino, **times)

    def set_record(self, name: str, **values: int) -> None:
        with closing(sqlite3.connect(self.index / "catalog.sqlite")) as connection, connection:
            for column, value in values.items():
                sql = f"UPDATE files SET {column} = ? WHERE path = ?"
                connection.execute(sql, (value, name))
            late = (str(time.time_ns() + 10**10),)  # the last sync, as if the file had settled
            connection.execute("UPDATE meta SET value = ? WHERE name = 'sync_started_ns'", late)

    def equals_a_fresh_one(self) -> bool:
        fresh = self.index.with_name("fresh")
        config = Config(corpus=self.corpus, index=fresh)
        with Assistant(config, embedder=HashEmbedding()) as assistant:
            assistant.index()
        found, expected = state_of(self.index), state_of(fresh)
        shutil.rmtree(fresh)
        assert found == expected
        return True


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def sources_found(assistant: Assistant, query: str) -> set[str]:
    return {hit.passage.source for hit in assistant.search(query, top_k=50)}


def test_new_files_are_added_and_found(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("deep/tea.md", TEA)
    changes = folder.sync()
    assert (changes.added, changes.embedded) == (("deep/tea.md", "owls.txt"), 2)
    with folder.open() as assistant:
        assert sources_found(assistant, "Yunnan") == {"deep/tea.md"}
    assert folder.equals_a_fresh_one()


def test_a_second_sync_finds_nothing_and_embeds_nothing(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.sync()
    changes = folder.sync()
    assert changes == Changes(unchanged=1, passages=1)


def test_an_edited_file_embeds_only_its_changed_passages(folder: Folder) -> None:
    paragraphs = [f"Paragraph {n} is about thing {n}. " + "It is long. " * 30 for n in range(8)]
    path = folder.write("long.txt", "\n\n".join(paragraphs))
    whole = folder.sync().embedded
    assert whole >= 8
    paragraphs[6] = "This one is about walruses. " + "It is new. " * 30
    path.write_text("\n\n".join(paragraphs))
    changes = folder.sync()
    assert changes.changed == ("long.txt",)
    assert 1 <= changes.embedded <= 2
    assert folder.equals_a_fresh_one()


def test_an_edit_that_keeps_size_and_time_is_seen_when_it_is_fresh(folder: Folder) -> None:
    path = folder.write("owls.txt", "Owls see well.\n")
    folder.sync()
    state = path.stat()
    path.write_text("Owls fly well.\n")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert folder.sync().changed == ("owls.txt",)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no time of change that is kept")
def test_an_old_file_that_is_edited_with_size_and_time_kept_is_changed(folder: Folder) -> None:
    path = folder.write("owls.txt", "Owls see well.\n")
    year_2020 = (1_577_836_800, 1_577_836_800)
    os.utime(path, year_2020)
    folder.sync()
    folder.age("owls.txt")
    assert folder.sync().unchanged == 1
    path.write_text("Owls fly well.\n")
    os.utime(path, year_2020)
    assert folder.sync().changed == ("owls.txt",)


def test_a_file_that_replaces_one_of_the_same_size_and_times_is_changed(folder: Folder) -> None:
    path = folder.write("owls.txt", "Owls see well.\n")
    folder.sync()
    folder.age("owls.txt")
    other = folder.write("other", "Owls fly well.\n")
    os.utime(other, (1, 1))
    other.replace(path)
    # What is left where a system keeps no time of change: the inode.
    folder.set_record("owls.txt", changed_ns=path.stat().st_ctime_ns, modified_ns=10**9)
    assert folder.sync().changed == ("owls.txt",)


def test_recheck_reads_a_file_that_looks_unchanged(folder: Folder) -> None:
    path = folder.write("owls.txt", "Owls see well.\n")
    folder.write("tea.txt", TEA)
    folder.sync()
    path.write_text("Owls fly well.\n")
    folder.age("owls.txt")  # as on a system that has neither inodes nor times of change
    assert folder.sync().unchanged == 2
    with folder.open() as assistant:
        folder.age("owls.txt")
        assert assistant.index(recheck=["tea.txt", "unknown.txt"]).changed == ("tea.txt",)
        folder.age("owls.txt")
        assert assistant.index(recheck=["owls.txt"]).changed == ("owls.txt",)
        assert assistant.document("owls.txt").text == "Owls fly well."


def test_a_renamed_file_and_folder_embed_nothing_and_load_nothing(folder: Folder) -> None:
    folder.write("birds/owls.txt")
    folder.write("birds/deep/tea.txt", TEA)
    folder.sync()
    (folder.corpus / "birds").rename(folder.corpus / "animals")
    stages: set[str] = set()
    with folder.open() as assistant:
        changes = assistant.index(on_progress=lambda progress: stages.add(progress.stage))
        assert changes.renamed == (
            ("birds/deep/tea.txt", "animals/deep/tea.txt"),
            ("birds/owls.txt", "animals/owls.txt"),
        )
        assert (changes.added, changes.removed, changes.embedded) == ((), (), 0)
        assert "embed" not in stages
        assert sources_found(assistant, "owls hunt") == {"animals/owls.txt"}
    assert folder.equals_a_fresh_one()


def test_names_that_are_swapped_embed_nothing(folder: Folder) -> None:
    folder.write("a.txt", OWLS)
    folder.write("b.txt", TEA)
    folder.sync()
    (folder.corpus / "a.txt").rename(folder.corpus / "c")
    (folder.corpus / "b.txt").rename(folder.corpus / "a.txt")
    (folder.corpus / "c").rename(folder.corpus / "b.txt")
    changes = folder.sync()
    assert (changes.changed, changes.embedded) == (("a.txt", "b.txt"), 0)
    assert folder.equals_a_fresh_one()


def test_renamed_twins_keep_their_names(folder: Folder) -> None:
    for name in ("x.txt", "y.txt", "z.txt"):
        folder.write(f"old/{name}")
    folder.sync()
    (folder.corpus / "old").rename(folder.corpus / "new")
    expected = tuple((f"old/{name}", f"new/{name}") for name in ("x.txt", "y.txt", "z.txt"))
    assert folder.sync().renamed == expected


def test_a_removed_file_is_found_no_more(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("tea.txt", TEA)
    folder.sync()
    (folder.corpus / "owls.txt").unlink()
    assert folder.sync().removed == ("owls.txt",)
    with folder.open() as assistant:
        assert assistant.search("owls hunt at night") == []
        with pytest.raises(CorpusError, match=r"owls\.txt"):
            assistant.document("owls.txt")
    assert folder.equals_a_fresh_one()


def test_a_touched_file_is_unchanged_and_embeds_nothing(folder: Folder) -> None:
    path = folder.write("owls.txt")
    folder.sync()
    os.utime(path, (1, 1))
    changes = folder.sync()
    assert (changes.unchanged, changes.changed, changes.embedded) == (1, (), 0)


def test_identical_twins_are_both_there_and_one_outlives_the_other(folder: Folder) -> None:
    folder.write("one.txt")
    folder.write("two.txt")
    changes = folder.sync()
    assert (changes.passages, changes.embedded) == (2, 1)
    with folder.open() as assistant:
        assert sources_found(assistant, "owls hunt") == {"one.txt", "two.txt"}
        (folder.corpus / "one.txt").unlink()
        assistant.index()
        assert sources_found(assistant, "owls hunt") == {"two.txt"}
    assert folder.equals_a_fresh_one()


def test_a_copied_file_embeds_nothing(folder: Folder) -> None:
    folder.write("one.txt")
    folder.sync()
    folder.write("copy.txt")
    changes = folder.sync()
    assert (changes.added, changes.embedded) == (("copy.txt",), 0)


def test_a_file_replaced_by_a_folder_of_its_name_and_back(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("tea.txt", TEA)
    folder.sync()
    (folder.corpus / "owls.txt").unlink()
    folder.write("owls.txt/inner.txt", OWLS)
    changes = folder.sync()
    assert (changes.added, changes.removed, changes.embedded) == (
        ("owls.txt/inner.txt",), ("owls.txt",), 0,
    )  # fmt: skip
    assert folder.equals_a_fresh_one()
    shutil.rmtree(folder.corpus / "owls.txt")
    folder.write("owls.txt", OWLS)
    folder.sync()
    assert folder.equals_a_fresh_one()


MAIL = b"""From: ada@example.org
To: charles@example.org
Subject: Notes
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x
Content-Type: text/plain

The engine weaves patterns.
--x
Content-Type: text/plain
Content-Disposition: attachment; filename="inner.txt"

Owls hunt at night.
--x--
"""


def test_a_mail_and_a_folder_whose_files_have_the_names_of_its_attachments(
    folder: Folder,
) -> None:
    folder.write("mail.eml", MAIL)
    folder.sync()
    with folder.open() as assistant:
        assert assistant.document("mail.eml/inner.txt").text == "Owls hunt at night."
    (folder.corpus / "mail.eml").rename(folder.corpus / "other.eml")
    folder.write("mail.eml/inner.txt", OWLS)
    changes = folder.sync()
    assert changes.renamed == (("mail.eml", "other.eml"),) or changes.removed == ("mail.eml",)
    assert folder.equals_a_fresh_one()
    (folder.corpus / "mail.eml" / "inner.txt").rename(folder.corpus / "moved.txt")
    (folder.corpus / "mail.eml").rmdir()
    folder.write("mail.eml", MAIL)
    folder.sync()
    assert folder.equals_a_fresh_one()


def test_a_renamed_mail_takes_its_attachments_along(folder: Folder) -> None:
    folder.write("mail.eml", MAIL)
    folder.sync()
    (folder.corpus / "mail.eml").rename(folder.corpus / "other.eml")
    assert folder.sync().embedded == 0
    with folder.open() as assistant:
        assert sources_found(assistant, "owls hunt night") == {"other.eml/inner.txt"}
    assert folder.equals_a_fresh_one()


def test_lines_that_shift_without_a_change_of_length_are_right(folder: Folder) -> None:
    path = folder.write("a.txt", "One line.\nAnother one.\n\nOwls hunt at night.\n")
    folder.sync()
    path.write_text("One line. Another one.\n\nOwls hunt at night.\n")
    folder.sync()
    assert folder.equals_a_fresh_one()


def test_a_file_that_fails_is_reported_and_the_others_are_read(folder: Folder) -> None:
    folder.write("broken.pdf", b"%PDF-1.7 nothing more")
    folder.write("empty.txt", b"")
    folder.write("owls.txt")
    changes = folder.sync()
    assert changes.added == ("owls.txt",)
    assert [failure.source for failure in changes.failed] == ["broken.pdf", "empty.txt"]
    assert all(failure.reason for failure in changes.failed)
    again = folder.sync()
    assert (again.failed, again.unchanged) == (changes.failed, 1)


def test_a_file_that_fails_after_it_was_read_stays_searchable_and_stale(folder: Folder) -> None:
    path = folder.write("owls.txt")
    folder.sync()
    path.write_bytes(b"\x00\x01\x02\x03" * 200)
    changes = folder.sync()
    assert (changes.changed, [each.source for each in changes.failed]) == ((), ["owls.txt"])
    with folder.open() as assistant:
        assert sources_found(assistant, "owls hunt") == {"owls.txt"}
        (record,) = assistant.status().documents
        assert record.stale == changes.failed[0].reason
        path.write_text(TEA)
        assert assistant.index().changed == ("owls.txt",)
        assert assistant.status().documents[0].stale == ""
    assert folder.equals_a_fresh_one()


def test_a_failed_file_that_is_removed_is_forgotten(folder: Folder) -> None:
    folder.write("owls.txt")
    path = folder.write("empty.txt", b"")
    folder.sync()
    path.unlink()
    folder.sync()
    with folder.open() as assistant:
        assert assistant.status().failed == ()
    assert folder.equals_a_fresh_one()


def test_a_file_that_was_too_large_is_read_when_the_setting_grows(folder: Folder) -> None:
    path = folder.write("large.txt", OWLS + "\n" * 1_100_000)
    os.utime(path, (1, 1))
    with folder.open(max_file_megabytes=1) as assistant:
        (failure,) = assistant.index().failed
        assert "max_file_megabytes" in failure.reason
        assert assistant.index().failed == (failure,)
    with folder.open(max_file_megabytes=2) as assistant:
        assert assistant.index().added == ("large.txt",)
        assert assistant.status().failed == assistant.index().failed == ()


def test_pictures_are_tried_again_once_there_is_text_recognition(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(folder.write("empty.txt", b""), (1, 1))
    with folder.open() as assistant:
        assert assistant.index().failed == assistant.index().failed != ()
        monkeypatch.setattr(plan, "find_spec", lambda name: object())
        tried: list[str] = []
        assistant.index(on_progress=lambda each: tried.append(each.stage))
        assert "load" in tried


@pytest.mark.parametrize(
    ("error", "attempts"), [(TransientLoadError, 4), (ResourceLimitError, 1), (LoadError, 1)]
)
def test_a_failure_is_tried_again_as_far_as_it_may_pass(
    error: type[LoadError], attempts: int, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(folder.write("owls.txt"), (1, 1))
    tried: list[str] = []

    def fail(path: Path, source: str, **limits: float) -> Sequence[SplitDocument]:
        tried.append(source)
        raise error("no luck")

    with monkeypatch.context() as broken, folder.open() as assistant:
        broken.setattr(preparing, "read_file", fail)
        for _ in range(4):
            assert assistant.index().failed == (Failure("owls.txt", "no luck"),)
    assert len(tried) == attempts
    with folder.open(load_seconds=60) as assistant:
        assert assistant.index().added == ("owls.txt",)
        assert assistant.index().failed == assistant.status().failed == ()
        assert [each.stale for each in assistant.status().documents] == [""]


def test_an_index_is_not_deleted_before_it_can_be_rebuilt(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.sync()
    folder.corpus.rename(folder.corpus.with_name("elsewhere"))
    with folder.open() as assistant:
        with pytest.raises(CorpusError, match="no folder"):
            assistant.index(rebuild=True)
        assert sources_found(assistant, "owls hunt") == {"owls.txt"}


def test_unreadable_files_are_reported_and_stay_indexed(unprivileged: Path) -> None:
    folder = Folder(unprivileged)
    path = folder.write("owls.txt")
    inner = folder.write("closed/tea.txt", TEA)
    folder.write("open.txt")
    folder.sync()
    path.write_text("New.")
    path.chmod(0)
    inner.parent.chmod(0)
    try:
        changes = folder.sync()
        assert changes.removed == ()
        assert [each.source for each in changes.failed] == ["closed/", "owls.txt"]
        with folder.open() as assistant:
            assert sources_found(assistant, "Yunnan") == {"closed/tea.txt"}
    finally:
        inner.parent.chmod(0o700)
        path.chmod(0o600)
    changes = folder.sync()
    assert (changes.failed, changes.removed) == ((), ())
    assert folder.equals_a_fresh_one()


def test_a_folder_of_the_index_that_may_not_be_written_is_reported(unprivileged: Path) -> None:
    folder = Folder(unprivileged)
    folder.write("owls.txt")
    folder.sync()
    folder.write("tea.txt", TEA)
    for place in (folder.index, folder.index / "chroma"):
        for each in (place, *place.iterdir()):
            each.chmod(0o500 if each.is_dir() else 0o400)
    try:
        with folder.open() as assistant, pytest.raises(CorpusError, match=r"written .*--index"):
            assistant.index()
    finally:
        for place in (folder.index, folder.index / "chroma"):
            place.chmod(0o700)
            for each in place.iterdir():
                each.chmod(0o700 if each.is_dir() else 0o600)
    assert folder.sync().added == ("tea.txt",)
    assert folder.equals_a_fresh_one()


def test_askdocsignore_takes_files_out_of_the_index(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("drafts/tea.txt", TEA)
    folder.sync()
    folder.write(".askdocsignore", "drafts\n")
    assert folder.sync().removed == ("drafts/tea.txt",)


def test_an_index_inside_the_folder_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "owls.txt").write_text(OWLS)
    config = Config(corpus=tmp_path, index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assert assistant.index().failed == ()
        assert assistant.index() == Changes(unchanged=1, passages=1)


@pytest.mark.parametrize("state", ["empty", "missing"])
def test_an_empty_or_missing_folder_never_empties_an_index(folder: Folder, state: str) -> None:
    folder.write("owls.txt")
    folder.sync()
    shutil.rmtree(folder.corpus)
    if state == "empty":
        folder.corpus.mkdir()
    with folder.open() as assistant:
        with pytest.raises(CorpusError, match=r"is empty|no folder"):
            assistant.index()
        with pytest.raises(CorpusError, match=r"is empty|no folder"):
            assistant.index(dry_run=True)
        assert sources_found(assistant, "owls hunt") == {"owls.txt"}


@pytest.fixture
def mounted(folder: Folder) -> Iterator[Path]:
    """A folder of the corpus that is a file system of its own."""
    place = folder.corpus / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=False, capture_output=True)


def test_a_mounted_folder_that_goes_away_keeps_its_documents(folder: Folder, mounted: Path) -> None:
    folder.write("owls.txt")
    folder.write("disk/tea.txt", TEA)
    folder.write("disk/deep/tea.txt", TEA)
    folder.sync()
    subprocess.run(["umount", str(mounted)], check=True)
    for _ in range(2):
        changes = folder.sync()
        assert changes.removed == ()
        assert [(each.source, "not mounted" in each.reason) for each in changes.failed] == [
            ("disk/", True)
        ]
    mounted.rmdir()
    assert folder.sync().removed == ()
    with folder.open() as assistant:
        assert sources_found(assistant, "Yunnan") == {"disk/tea.txt", "disk/deep/tea.txt"}
    folder.write("disk/tea.txt", TEA)  # a folder like any other now
    changes = folder.sync()
    assert (changes.removed, changes.failed) == (("disk/deep/tea.txt",), ())
    assert folder.equals_a_fresh_one()


def test_a_folder_with_nothing_but_a_link_does_not_empty_an_index(folder: Folder) -> None:
    path = folder.write("owls.txt")
    (folder.corpus / "link").symlink_to(folder.corpus.parent)
    assert [each.source for each in folder.sync().failed] == ["link"]
    path.unlink()
    with pytest.raises(CorpusError, match="is empty"):
        folder.sync()


def test_an_empty_folder_and_a_new_index_are_fine(folder: Folder) -> None:
    assert folder.sync() == Changes()


def test_a_dry_run_reports_and_changes_nothing(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("tea.txt", TEA)
    folder.sync()
    (folder.corpus / "owls.txt").rename(folder.corpus / "night.txt")
    (folder.corpus / "tea.txt").write_text("Tea is a drink.\n")
    folder.write("new.txt", "Something new.\n")
    before = state_of(folder.index)
    planned = folder.sync(dry_run=True)
    assert state_of(folder.index) == before
    done = folder.sync()
    assert (planned.added, planned.changed, planned.renamed, planned.removed) == (
        done.added, done.changed, done.renamed, done.removed,
    )  # fmt: skip
    assert done.added == ("new.txt",)


@pytest.mark.parametrize(
    "name", ["two words.txt", 'it\'s "q".txt', "🦉.txt", "مرحبا.txt", "e\u0301.txt", "a\nb.txt"]
)
def test_files_with_odd_names_are_indexed_found_and_removed(folder: Folder, name: str) -> None:
    path = folder.write(name)
    folder.write("tea.txt", TEA)
    folder.sync()
    with folder.open() as assistant:
        assert sources_found(assistant, "owls hunt") == {name}
        assert assistant.document(name).text == OWLS.strip()
        assert {hit.passage.source for hit in assistant.search("owls", sources=[name])} == {name}
        path.unlink()
        assert assistant.index().removed == (name,)


def test_a_name_that_is_not_utf_8_is_reported_and_stops_nothing(folder: Folder) -> None:
    folder.write("owls.txt")
    try:
        Path(os.fsdecode(os.fsencode(folder.corpus) + b"/caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    changes = folder.sync()
    assert changes.added == ("owls.txt",)
    assert [each.source for each in changes.failed] == ["caf\\xe9.txt"]
    assert folder.sync().failed == changes.failed


@pytest.mark.parametrize(
    ("setting", "told"),
    [("passage_tokens", "passage_tokens = 100, but now it is 50"), ("embedder", "llama-index")],
)
def test_other_settings_are_refused_with_both_values(
    folder: Folder, setting: str, told: str
) -> None:
    folder.write("owls.txt")
    folder.sync()
    if setting == "embedder":
        folder.embedding = HashEmbedding(model_name="other")
        assistant = folder.open()
    else:
        assistant = folder.open(passage_tokens=50)
    with assistant:
        for use in (assistant.index, lambda: assistant.search("owls")):
            with pytest.raises(IndexMismatchError, match=told) as caught:
                use()
            assert "--rebuild" in str(caught.value)
        assert assistant.index(rebuild=True).added == ("owls.txt",)


def test_visitors_read_on_while_the_index_of_their_page_is_built_again(folder: Folder) -> None:
    folder.write("owls.txt")
    with folder.open() as assistant:
        assistant.index()
        assistant.announce("http://127.0.0.1:1")
        read = assistant._resources.open_catalog()  # by a request that has not ended
        (folder.corpus / "owls.txt").unlink()
        assert assistant.index(rebuild=True).passages == 0
        assert read.document_records() == []
        assert assistant._resources.open_catalog() is read  # another one could be half made
        folder.write("larks.txt", "Larks sing at dawn.\n")
        assert assistant.index().added == ("larks.txt",)
        assert [each.source for each in read.document_records()] == ["larks.txt"]
        assert [hit.passage.source for hit in assistant.search("larks")] == ["larks.txt"]
        assert not assistant.diagnose().problems


def test_an_interrupted_sync_is_continued(folder: Folder) -> None:
    for number in range(300):
        folder.write(f"{number:03}.txt", f"This file is number {number}.\n")

    def stop(progress: Progress) -> None:
        if progress.stage == "embed" and progress.done >= 256:
            raise KeyboardInterrupt

    with folder.open() as assistant, pytest.raises(KeyboardInterrupt):
        assistant.index(on_progress=stop)
    done = folder.embedding.embedded
    assert 256 <= done <= 300
    assert folder.sync().embedded == 300 - done
    assert folder.equals_a_fresh_one()


def test_a_passage_deleted_while_it_is_embedded_is_not_stored(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync that finishes another one embeds old passages and replaces their files meanwhile."""

    def embed_and_delete(*given: Any) -> Any:
        with closing(Catalog(folder.index / "catalog.sqlite")) as catalog:
            catalog.remove_files(["owls.txt"])
        (folder.corpus / "owls.txt").unlink(missing_ok=True)
        return embed_texts(*given)

    monkeypatch.setattr(writing, "embed_texts", embed_and_delete)
    folder.write("owls.txt")
    folder.write("tea.txt", TEA)
    folder.sync()
    assert folder.equals_a_fresh_one()


def test_lost_passages_whose_new_insertion_is_killed_are_stored_by_the_next_sync(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where other pending passages are stored, so that the counts do not tell."""
    for number in range(12):
        folder.write(f"{number:02}.txt", f"This file is number {number}.\n")
    folder.sync()
    with closing(Catalog(folder.index / "catalog.sqlite")) as catalog:
        every = [name for name, _ in catalog.all_ids()]
        catalog.mark_pending(every[:4])  # killed before it was noted that they are stored
    with sqlite3.connect(folder.index / "catalog.sqlite") as connection:
        connection.execute("INSERT INTO orphans VALUES ('interrupted')")

    def kill(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recovery, "_not_found", lambda _: every[-3:])
        patch.setattr(recovery, "_add", kill)
        with pytest.raises(KeyboardInterrupt):
            folder.sync()
    folder.sync()
    assert folder.equals_a_fresh_one()


def test_files_that_are_read_during_a_recovery_do_not_fill_the_store_again(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their passages are pending, even if their vectors are known from equal texts."""
    folder.write("owls.txt")
    folder.sync()
    with sqlite3.connect(folder.index / "catalog.sqlite") as connection:
        connection.execute("INSERT INTO orphans VALUES ('interrupted')")
    search = recovery._not_found
    read: list[str] = []

    def search_while_a_file_is_read(index: OpenIndex) -> list[str]:
        read.append(f"{len(read)}.txt")
        document = Document(read[-1], OWLS)
        file = preparing.with_keys(
            index.embedder,
            FileRecord(read[-1], len(OWLS), 0, ""),
            [SplitDocument(document, split(document))],
        )
        index.catalog.replace_files([file])
        return search(index)

    def refuse(_: OpenIndex) -> int:
        raise AssertionError("the store is filled again")

    monkeypatch.setattr(recovery, "_not_found", search_while_a_file_is_read)
    monkeypatch.setattr(recovery, "refill_vectors", refuse)
    assert folder.sync().embedded == 0
    assert read
    monkeypatch.undo()
    assert list(folder.sync().removed) == read
    assert folder.equals_a_fresh_one()


def test_an_error_of_the_embedding_leaves_the_new_text_searchable_by_its_words(
    folder: Folder,
) -> None:
    path = folder.write("owls.txt")
    with folder.open() as assistant:
        assistant.index()
        revision = assistant.revision()
    path.write_text("Walruses have tusks.\n")

    class Failing(HashEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            raise RuntimeError("no memory")

    config = Config(corpus=folder.corpus, index=folder.index)
    failing = Failing()
    with Assistant(config, embedder=failing) as assistant:
        type(failing).__name__ = "HashEmbedding"  # the same model by its fingerprint
        with pytest.raises(RuntimeError):
            assistant.index()
    with folder.open() as assistant:
        assert assistant.revision() != revision
        assert assistant.document("owls.txt").text == "Walruses have tusks."
        assert sources_found(assistant, "walruses tusks") == {"owls.txt"}
        assert assistant.status().pending == 1
        assert "by words only" in assistant.ask("Which animals have tusks?").notice
    changes = folder.sync()
    assert (changes.changed, changes.unchanged, changes.embedded) == ((), 1, 1)
    assert folder.equals_a_fresh_one()


def test_questions_are_answered_from_old_or_new_text_while_a_sync_runs(folder: Folder) -> None:
    import threading

    for number in range(20):
        folder.write(f"{number:02}.txt", f"Kettle {number} is red.\n")
    with folder.open() as assistant:
        assistant.index()
        done = threading.Event()
        seen: list[set[str]] = []

        def ask() -> None:
            while not done.is_set():
                seen.append({hit.passage.text for hit in assistant.search("kettle 7", top_k=100)})

        thread = threading.Thread(target=ask)
        thread.start()
        for colour in ("blue", "green"):
            for number in range(20):
                folder.write(f"{number:02}.txt", f"Kettle {number} is {colour}.\n")
            assistant.index()
        done.set()
        thread.join()
    assert len(seen) > 3
    for texts in seen:
        assert len([text for text in texts if text.startswith("Kettle 7 ")]) == 1


def test_a_lost_vector_store_is_filled_again_by_the_next_sync(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.write("tea.txt", TEA)
    folder.sync()
    shutil.rmtree(folder.index / "chroma")
    changes = folder.sync()
    assert (changes.embedded, changes.unchanged) == (0, 2)
    assert folder.equals_a_fresh_one()


def test_a_rebuild_repairs_a_catalog_that_is_no_database(folder: Folder) -> None:
    folder.write("owls.txt")
    folder.sync()
    (folder.index / "catalog.sqlite").write_bytes(b"not a database at all" * 400)
    with folder.open() as assistant:
        with pytest.raises(IndexMismatchError, match=r"damaged.*--rebuild"):
            assistant.index()
        assert assistant.index(rebuild=True).added == ("owls.txt",)
    assert folder.equals_a_fresh_one()


def test_a_large_text_is_indexed(folder: Folder) -> None:
    sentences = " ".join(f"Sentence {n} says the word {n * 7919}." for n in range(10_000))
    folder.write("large.txt", sentences)
    changes = folder.sync()
    assert changes.failed == ()
    assert changes.passages > 500
    with folder.open() as assistant:
        assert "79190" in assistant.search("79190")[0].passage.text


def test_progress_counts_up_to_the_total(folder: Folder) -> None:
    as_reported: list[Progress] = []
    for number in range(5):
        folder.write(f"{number}.txt", f"Text {number}.\n")
    with folder.open() as assistant:
        assistant.index(on_progress=as_reported.append)
    loads = [progress for progress in as_reported if progress.stage == "load"]
    reported = dict.fromkeys((each.done, each.total, each.source) for each in loads)
    assert list(reported) == [(number + 1, 5, f"{number}.txt") for number in range(5)]


def test_a_vanished_file_is_a_failure_of_that_file(folder: Folder) -> None:
    folder.write("a.txt")
    path = folder.write("b.txt", TEA)

    def remove(progress: Progress) -> None:
        if progress.stage == "load":
            path.unlink(missing_ok=True)

    with folder.open() as assistant:
        changes = assistant.index(on_progress=remove)
        assert changes.added == ("a.txt",)
        assert isinstance(changes.failed[0], Failure)
        assert assistant.index().failed == ()
    assert folder.equals_a_fresh_one()


def test_a_catalog_in_use_is_read_by_a_second_connection(folder: Folder) -> None:
    folder.write("owls.txt")
    with folder.open() as assistant:
        assistant.index()
        catalog = Catalog(folder.index / "catalog.sqlite")
        assert catalog.sources() == ["owls.txt"]
        catalog.close()


@pytest.mark.parametrize("version", [0, FORMAT - 1, 99])
def test_an_index_of_another_format_is_refused_and_rebuilt(folder: Folder, version: int) -> None:
    folder.write("owls.txt")
    folder.sync()
    with closing(sqlite3.connect(folder.index / "catalog.sqlite")) as connection, connection:
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("ALTER TABLE documents DROP COLUMN anchors")  # as if it had another name
    refused = rf"format {version}, now {FORMAT}.*askdocs index --rebuild"
    with folder.open() as assistant:
        for use in (assistant.index, assistant.status, lambda: assistant.search("owls hunt")):
            with pytest.raises(IndexMismatchError, match=refused):
                use()
        (problem,) = assistant.diagnose().problems
        assert "another version" in problem.what
        assert problem.fix == "askdocs index --rebuild"
        assistant.index(rebuild=True)
        assert sources_found(assistant, "owls hunt") == {"owls.txt"}
    assert folder.equals_a_fresh_one()


def test_a_document_given_twice_is_indexed_as_it_was_given_last(folder: Folder) -> None:
    with folder.open() as assistant:
        changes = assistant.index_documents([Document("a", OWLS), Document("a", TEA)])
        assert changes.added == ("a",)
        assert sources_found(assistant, "Yunnan") == {"a"}
        assert changes.passages == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (Document("a.eml/tea.txt", TEA), "part of 'a.eml'"),
        (Document("b", "\ud800"), "not valid Unicode"),
    ],
)
def test_a_document_that_cannot_be_indexed_is_refused(
    folder: Folder, document: Document, said: str
) -> None:
    folder.write(
        "a.eml",
        "Subject: Tea\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        "--x\n\nHello.\n--x\nContent-Disposition: attachment; filename=tea.txt\n\n"
        f"{TEA}\n--x--\n",
    )
    with folder.open() as assistant:
        assert not assistant.index().failed
        with pytest.raises(CorpusError, match=said):
            assistant.index_documents([document])
        assert sources_found(assistant, "Yunnan") == {"a.eml/tea.txt"}


def test_a_heading_without_an_end_is_searched_by_its_beginning(folder: Folder) -> None:
    folder.write("long.html", f"<h1>{'한국어' * 6000}</h1><p>{OWLS}</p>")
    folder.write("tea.txt", TEA)
    assert folder.sync().added == ("long.html", "tea.txt")
    assert folder.equals_a_fresh_one()


def test_a_second_interrupt_waits_for_what_is_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wait(tasks: list[Future[int]]) -> None:
        waited.append(tasks)
        if len(waited) < 3:
            raise KeyboardInterrupt
        tasks[0].set_result(0)

    waited: list[list[Future[int]]] = []
    monkeypatch.setattr(writing, "wait", wait)
    writing.wait_uninterrupted(Future())
    assert len(waited) == 3
