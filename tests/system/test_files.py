"""What Windows and macOS do otherwise, as far as Linux can play it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from askdocs import Assistant, Config, CorpusError, load_config
from askdocs.documents import scan as scan_module
from askdocs.documents.scan import scan
from askdocs.evaluation.question_set import read_questions
from askdocs.index.database import Database
from askdocs.output.export_check import read_export
from askdocs.system import files as portable_module
from askdocs.system.files import (
    as_pattern,
    ascii_path,
    is_junction,
    is_system_file,
    retry_while_locked,
    spelling,
)
from tests.support.hash_embedding import HashEmbedding

NAME = "Verträge"
AS_MACOS_KEEPS_IT = unicodedata.normalize("NFD", NAME)
NO_THREAD = """
from askdocs.documents.loaders.sandbox import process
process.READS_IN_THREAD = False
process.main()
"""


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable_module, "WINDOWS", True)
    monkeypatch.setattr(scan_module, "WINDOWS", True)


def state(**more: int) -> os.stat_result:
    return cast(os.stat_result, SimpleNamespace(**more))


def test_files_are_read_without_a_thread_that_waits_for_requests(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("number,word\n1,one\n")
    request = {"path": str(tmp_path / "a.csv"), "source": "a.csv", "seconds": 60, "megabytes": 1000}
    request |= {"wall_seconds": 600, "tokens": 100}
    told = "".join(json.dumps(each) + "\n" for each in (request, request))
    done = subprocess.run(
        [sys.executable, "-c", NO_THREAD], input=told, capture_output=True, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    ready, *answers = map(json.loads, done.stdout.splitlines())
    assert ready == {"ready": True}
    assert sum(each == {"done": True} for each in answers) == 2
    assert done.stdout.count("one") >= 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_askdocsignore_counts_in_the_encodings_of_windows(tmp_path: Path, encoding: str) -> None:
    for name in ("Müller.txt", "Überblick.txt", "seen.txt"):
        (tmp_path / name).write_text("Owls.")
    (tmp_path / ".askdocsignore").write_text("Müller*\nÜberblick*\n", encoding=encoding)
    assert list(scan(tmp_path)) == ["seen.txt"]


def test_an_askdocsignore_that_is_no_text_lets_nothing_in(tmp_path: Path) -> None:
    (tmp_path / ".askdocsignore").write_bytes(bytes(range(32)) * 20)
    with pytest.raises(CorpusError, match="not known what to leave out"):
        scan(tmp_path)
    (tmp_path / ".askdocsignore").write_bytes(b"")
    assert scan(tmp_path) == {}


def test_names_match_however_their_letters_are_composed(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / AS_MACOS_KEEPS_IT).mkdir(parents=True)
    (corpus / AS_MACOS_KEEPS_IT / "a.txt").write_text("Owls hunt at night.\n")
    with Assistant(Config(corpus, tmp_path / "index"), embedder=HashEmbedding()) as assistant:
        assistant.index()
        assert assistant.search("owls", sources=[NAME])
    (corpus / ".askdocsignore").write_text(f"{NAME}/*\n")
    assert scan(corpus) == {}


@pytest.mark.usefixtures("windows")
def test_a_pattern_may_have_the_slashes_of_windows(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.txt").write_text("Owls.")
    (tmp_path / ".askdocsignore").write_text("private\\*\n")
    assert scan(tmp_path) == {}


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a backslash parts folders")
def test_elsewhere_a_backslash_is_a_letter() -> None:
    assert as_pattern("a\\b") == "a\\b"


def test_what_a_system_keeps_for_itself_is_no_document(tmp_path: Path) -> None:
    for name in ("desktop.ini", "Thumbs.db", "Icon\r", "seen.ini"):
        (tmp_path / name).write_text("Owls.")
    assert list(scan(tmp_path)) == ["seen.ini"]
    assert is_system_file(state(st_file_attributes=0x2))
    assert not is_system_file(state(st_file_attributes=0x20))
    assert not is_system_file(tmp_path.stat())


@pytest.mark.usefixtures("windows")
def test_a_junction_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("mine", "music"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("Owls.")
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", 0xA0000003)
    assert is_junction(state(st_reparse_tag=junction))
    lstat = Path.lstat

    def told(path: Path) -> Any:
        return state(st_reparse_tag=junction) if path.name == "music" else lstat(path)

    monkeypatch.setattr(Path, "lstat", told)
    assert list(scan(tmp_path)) == ["mine/a.txt"]


@pytest.mark.usefixtures("windows")
def test_a_path_that_is_too_long_to_be_opened_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "long.txt").symlink_to("what Windows says of such a file: it is not there")
    assert scan(tmp_path) == {}
    monkeypatch.setattr(scan_module, "_LONGEST_PATH", 20)
    assert "too long" in scan(tmp_path)["long.txt"].problem


def test_half_a_sign_in_a_name_stops_nothing() -> None:
    assert scan_module._storable_path("owl \ud83e.txt") == "owl \\xed\\xa0\\xbe.txt"
    assert scan_module._storable_path("owl \udcff.txt") == "owl \\xff.txt"


@pytest.mark.usefixtures("windows")
def test_a_change_waits_until_nobody_has_the_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portable_module, "_PAUSE", 0.0)
    tried: list[int] = []

    def change(times: int) -> None:
        tried.append(times)
        if len(tried) < times:
            raise PermissionError

    retry_while_locked(lambda: change(3))
    assert len(tried) == 3
    tried.clear()
    with pytest.raises(PermissionError):
        retry_while_locked(lambda: change(1000))


def test_a_file_is_closed_by_those_who_were_at_it_when_it_was_closed(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.sqlite", schema="", scratch="", version=1)
    with database.connection() as connection:
        database.close()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(Exception, match="closed"):
        connection.execute("SELECT 1")


@pytest.mark.usefixtures("windows")
def test_chroma_is_given_a_path_in_plain_letters_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "Jörg"
    home.mkdir()
    assert ascii_path(home / "index") == str(home / "index")
    monkeypatch.chdir(home)
    assert ascii_path(home / "index") == "index"
    assert ascii_path(tmp_path) == str(tmp_path)


@pytest.mark.parametrize("system", ["darwin", "linux"])
def test_case_counts_but_on_macos(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    same = spelling(Path(f"/Users/{AS_MACOS_KEEPS_IT}")) == spelling(Path(f"/users/{NAME}"))
    assert same is (system == "darwin")


def test_files_with_the_mark_of_windows_before_their_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "askdocs.toml").write_text("passages_read = 7\n", encoding="utf-8-sig")
    assert load_config(file=tmp_path / "askdocs.toml").passages_read == 7
    question = json.dumps({"id": "1", "question": "who?", "answerable": False})
    (tmp_path / "questions.jsonl").write_text(question, encoding="utf-8-sig")
    assert [each.text for each in read_questions(tmp_path / "questions.jsonl", [])] == ["who?"]
    (tmp_path / "answer.json").write_text('{"citations": []}', encoding="utf-16")
    assert read_export(tmp_path / "answer.json") == [{"citations": []}]
