"""Files put into the folder of documents and taken out of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from askdocs import Config
from askdocs.app import uploads
from askdocs.app.uploads import AlreadyThereError, Intake, RefusedError, checked_name


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content[:3]
    yield content[3:]


def finished(work: Coroutine[None, None, str]) -> str:
    """What a coroutine returns; in a thread, since browser tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def put(place: Intake, name: str, content: bytes = b"words", *, replace: bool = False) -> str:
    return finished(place.put(name, 0, pieces(content), replace=replace))


@pytest.fixture
def place(corpus: Path, tmp_path: Path) -> Intake:
    return Intake(Config(corpus=corpus, index=corpus / "index", max_file_megabytes=1))


def test_a_file_is_written_whole_and_replaced_only_when_agreed(place: Intake, corpus: Path) -> None:
    assert put(place, "new folder/a.txt") == "new folder/a.txt"
    with pytest.raises(AlreadyThereError):
        put(place, "new folder/a.txt", b"other")
    assert (corpus / "new folder" / "a.txt").read_bytes() == b"words"
    put(place, "new folder/a.txt", b"other", replace=True)
    assert (corpus / "new folder" / "a.txt").read_bytes() == b"other"
    (kept,) = (corpus / "index" / "removed").rglob("a.txt")
    assert kept.read_bytes() == b"words"


def test_what_arrives_while_a_file_is_being_written_is_not_overwritten(
    place: Intake, corpus: Path
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"mine"
        (corpus / "a.txt").write_bytes(b"yours")

    with pytest.raises(AlreadyThereError):
        finished(place.put("a.txt", 0, slow(), replace=False))
    assert (corpus / "a.txt").read_bytes() == b"yours"
    assert list(corpus.iterdir()) == [corpus / "a.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "", "../a.txt", "/etc/a.txt", "a/../b.txt", "a//b.txt", ".hidden.txt", "a/.b.txt",
        "~$a.docx", "a\\b.txt", "c:a.txt", "a\n.txt", "a\x00.txt", "a.txt.", "x" * 300 + ".txt",
        "a.exe", "a", "index/conversations/a.json", "con.txt", "NUL.pdf", "com1.notes.md",
        "lpt9/a.txt",
    ],
)  # fmt: skip
def test_an_odd_name_or_kind_is_refused(place: Intake, corpus: Path, name: str) -> None:
    (corpus / "index").mkdir()
    with pytest.raises(RefusedError):
        put(place, name)
    assert [path for path in corpus.rglob("*") if path.is_file()] == []


def test_a_name_is_taken_as_it_is_written_everywhere() -> None:
    assert checked_name("Ru\u0308ckblick 2024.PDF") == "R\u00fcckblick 2024.PDF"


def test_a_file_that_is_too_large_leaves_nothing(place: Intake, corpus: Path) -> None:
    with pytest.raises(RefusedError, match="1 MB"):
        put(place, "a.txt", b"x" * 1_000_001)
    with pytest.raises(RefusedError, match="1 MB"):
        finished(place.put("a.txt", 2_000_000, pieces(b""), replace=False))
    assert list(corpus.iterdir()) == []


def test_too_many_files_are_refused(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FILES_AN_HOUR", 2)
    place = Intake(Config(corpus=corpus, index=corpus / "index"))
    put(place, "a.txt")
    put(place, "b.txt")
    with pytest.raises(RefusedError, match="hour"):
        put(place, "c.txt")


def test_a_link_out_of_the_folder_is_not_followed(
    place: Intake, corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (corpus / "way").symlink_to(tmp_path / "outside", target_is_directory=True)
    with pytest.raises(RefusedError, match="outside"):
        put(place, "way/a.txt")
    with pytest.raises(RefusedError):
        place.remove("way/a.txt")


def test_a_removed_file_can_be_taken_back(place: Intake, corpus: Path) -> None:
    put(place, "notes/a.txt")
    place.remove("notes/a.txt")
    assert not (corpus / "notes" / "a.txt").exists()
    (kept,) = (corpus / "index" / "removed").rglob("a.txt")
    assert kept.read_bytes() == b"words"


def test_it_is_known_that_the_last_file_was_removed_here(place: Intake, corpus: Path) -> None:
    put(place, "notes/a.txt")
    put(place, "b.txt")
    (corpus / ".hidden").write_text("x")
    (corpus / "left out.txt").write_text("x")
    (corpus / ".askdocsignore").write_text("left out.txt")
    place.remove("notes/a.txt")
    assert not place.emptied
    place.remove("b.txt")
    assert place.emptied
    put(place, "b.txt")
    assert not place.emptied


@pytest.mark.parametrize(
    "source", ["", "gone.txt", "../x.txt", "/etc/passwd", ".askdocsignore", "a"]
)
def test_what_is_no_document_is_not_removed(place: Intake, corpus: Path, source: str) -> None:
    (corpus / ".askdocsignore").write_text("x")
    (corpus / "a").mkdir()
    (corpus.parent / "x.txt").write_text("x")
    with pytest.raises(RefusedError):
        place.remove(source)
    assert (corpus.parent / "x.txt").exists()
