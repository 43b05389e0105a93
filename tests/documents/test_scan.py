"""Which files of a folder count as documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from askdocs.documents.scan import LINK_OUT, LINKED_FOLDER, hash_file, scan
from askdocs.errors import CorpusError


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.", encoding="utf-8")


def test_files_are_found_in_order_with_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a.txt", "deep/er/c.txt")
    found = scan(tmp_path)
    assert list(found) == ["a.txt", "b.txt", "deep/er/c.txt"]
    state = (tmp_path / "b.txt").stat()
    assert (found["b.txt"].size, found["b.txt"].modified_ns) == (state.st_size, state.st_mtime_ns)


@pytest.mark.parametrize(
    "name",
    [
        "two words.txt",
        'it\'s "quoted".txt',
        "emoji 🦉.txt",
        "مرحبا.txt",
        "cafe\u0301.txt",
        "line\nbreak.txt",
        "-rf.txt",
        "a;b&c|d$(e)`f`.txt",
        "back\\slash.txt",
        "no suffix",
    ],
)
def test_odd_names_are_found_as_they_are(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    assert list(scan(tmp_path)) == [name]


def test_a_name_that_is_not_utf_8_is_reported_and_can_be_stored(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    (seen,) = scan(tmp_path).values()
    assert seen.path == "caf\\xe9.txt"
    assert "UTF-8" in seen.problem


def test_hidden_files_and_folders_and_office_locks_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".hidden.txt", ".git/config", "~$report.docx", "seen.txt")
    assert list(scan(tmp_path)) == ["seen.txt"]


def test_askdocsignore_names_paths_names_and_folders(tmp_path: Path) -> None:
    write(
        tmp_path, "a.log", "deep/b.log", "drafts/c.txt", "keep/drafts.txt", "keep/old.txt", "d.md"
    )
    (tmp_path / ".askdocsignore").write_text("# a comment\n\n*.log\n drafts/ \nkeep/old.txt\n")
    assert list(scan(tmp_path)) == ["d.md", "keep/drafts.txt"]


def test_the_first_line_of_askdocsignore_counts_in_a_file_of_windows(tmp_path: Path) -> None:
    write(tmp_path, "a.log", "d.md")
    (tmp_path / ".askdocsignore").write_text("*.log\n", encoding="utf-8-sig")
    assert list(scan(tmp_path)) == ["d.md"]


def test_an_unreadable_askdocsignore_stops_the_scan(unprivileged: Path) -> None:
    write(unprivileged, "a.log")
    ignored = unprivileged / ".askdocsignore"
    ignored.write_text("*.log\n")
    ignored.chmod(0)
    with pytest.raises(CorpusError, match="not known what to leave out"):
        scan(unprivileged)


def test_links_are_followed_within_the_folder_and_never_out_of_it(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    write(corpus, "a.txt")
    write(outside, "secret.txt")
    (corpus / "inside.txt").symlink_to("a.txt")
    (corpus / "out.txt").symlink_to(outside / "secret.txt")
    (corpus / "up.txt").symlink_to("../outside/secret.txt")
    (corpus / "folder").symlink_to(outside)
    (corpus / "round").symlink_to(corpus)
    (corpus / "broken.txt").symlink_to("nowhere.txt")
    (corpus / "self.txt").symlink_to("self.txt")
    found = scan(corpus)
    assert {name for name, seen in found.items() if not seen.problem} == {"a.txt", "inside.txt"}
    told = {name: seen.problem for name, seen in found.items() if seen.is_unfollowed_link}
    assert told == {
        "out.txt": LINK_OUT, "up.txt": LINK_OUT, "folder": LINKED_FOLDER, "round": LINKED_FOLDER,
    }  # fmt: skip


def test_a_folder_reached_through_a_link_is_scanned_as_usual(tmp_path: Path) -> None:
    write(tmp_path / "real", "a.txt")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "b.txt").symlink_to("a.txt")
    assert list(scan(tmp_path / "link")) == ["a.txt", "b.txt"]


def test_pipes_and_sockets_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert scan(tmp_path) == {}


def test_no_index_of_another_folder_is_read(tmp_path: Path) -> None:
    for name in ("notes", "index-papers"):
        (tmp_path / name / "conversations").mkdir(parents=True)
        (tmp_path / name / "conversations" / "a.json").write_text("{}")
        (tmp_path / name / "catalog.sqlite").write_text("")
    (tmp_path / "index-papers" / ".lock").write_text("")
    assert list(scan(tmp_path)) == ["notes/catalog.sqlite", "notes/conversations/a.json"]


def test_an_index_inside_the_folder_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "index/catalog.sqlite", "index/chroma/x.bin", "other/index/b.txt")
    assert list(scan(tmp_path, exclude=tmp_path / "index")) == ["a.txt", "other/index/b.txt"]


def test_a_missing_folder_and_a_file_in_its_place_are_reported(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"There is no folder .*nowhere.*--corpus"):
        scan(tmp_path / "nowhere")
    write(tmp_path, "file")
    with pytest.raises(CorpusError, match="There is no folder"):
        scan(tmp_path / "file")


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert hash_file(tmp_path / "a").startswith("ba7816bf8f01cfea")


def test_a_document_that_is_a_folder_is_one_file_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, "plan.pages/Index.zip", "plan.pages/history.plist", "my.pages/a.txt")
    found = scan(tmp_path)
    assert list(found) == ["my.pages/a.txt", "plan.pages"]
    assert "export it as .docx or PDF" in found["plan.pages"].problem
