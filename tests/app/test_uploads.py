"""Files put into the folder of documents and taken out of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
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
        "lpt9/a.txt", "nul .txt", "NUL\u00a0.txt", "con  .a.txt", "com0.txt", "CONIN$.txt",
        " a.txt", " a/b.txt", "a /b.txt", "\u3000a.txt",
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


def sent_by(place: Intake, visitor: str, name: str, content: bytes = b"words") -> str:
    return finished(place.put(name, 0, pieces(content), replace=True, client=visitor))


def test_each_visitor_may_send_so_many_files_an_hour(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FILES_AN_HOUR", 2)
    place = Intake(Config(corpus=corpus, index=corpus / "index"))
    sent_by(place, "192.0.2.1", "a.txt")
    sent_by(place, "192.0.2.1", "b.txt")
    with pytest.raises(RefusedError, match="2 files in an hour"):
        sent_by(place, "192.0.2.1", "c.txt")
    assert sent_by(place, "192.0.2.2", "c.txt") == "c.txt"


def test_each_visitor_may_send_so_many_megabytes_an_hour(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MEGABYTES_AN_HOUR", 3)
    place = Intake(Config(corpus=corpus, index=corpus / "index"))
    sent_by(place, "192.0.2.1", "a.txt", b"x" * 1_500_000)
    sent_by(place, "192.0.2.1", "b.txt")
    with pytest.raises(RefusedError, match="3 MB in an hour"):
        sent_by(place, "192.0.2.1", "c.txt")
    assert sent_by(place, "192.0.2.2", "c.txt") == "c.txt"


def test_megabytes_that_arrive_at_the_same_time_are_counted_together(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were counted when a file was complete: thousands could be under way before."""
    monkeypatch.setattr(uploads, "MEGABYTES_AN_HOUR", 3)
    place = Intake(Config(corpus=corpus, index=corpus / "index"))

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0)
            yield b"x" * 500_000

    async def send() -> str:
        names = [f"{number}.txt" for number in range(4)]
        sent = [place.put(name, 0, slowly(), replace=False, client="a") for name in names]
        done = await asyncio.gather(*sent, return_exceptions=True)
        refused = [each for each in done if isinstance(each, RefusedError)]
        return f"{len(refused)} of {len(done)}"

    assert finished(send()) == "4 of 4"  # three megabytes are there before the first is complete
    assert list(corpus.iterdir()) == []


def test_an_upload_that_does_not_say_its_size_leaves_room_on_the_disk(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Intake(Config(corpus=corpus, index=corpus / "index"))
    usage = shutil.disk_usage(corpus)
    arrived = 0

    def now(folder: Path) -> object:
        return usage._replace(free=uploads.LEAST_FREE + 5_000_000 - arrived)

    async def endless() -> AsyncIterator[bytes]:
        nonlocal arrived
        while True:
            arrived += 100_000
            yield b"x" * 100_000

    monkeypatch.setattr(shutil, "disk_usage", now)
    with pytest.raises(RefusedError, match="nearly full"):
        finished(place.put("a.txt", 0, endless(), replace=False))
    assert list(corpus.iterdir()) == []


def test_uploads_leave_room_on_the_disk(
    place: Intake, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(corpus)._replace(free=uploads.LEAST_FREE + 10)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    assert put(place, "a.txt") == "a.txt"
    with pytest.raises(RefusedError, match="nearly full"):
        finished(place.put("b.txt", 11, pieces(b"words"), replace=False))


def test_what_a_killed_upload_left_is_deleted(place: Intake, corpus: Path) -> None:
    async def killed() -> AsyncIterator[bytes]:
        yield b"half"
        for part in corpus.rglob("*.part"):
            shutil.copy(part, part.with_name(f".{'0' * 16}.part"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finished(place.put("notes/a.txt", 0, killed(), replace=False))
    (left,) = corpus.rglob("*.part")
    (corpus / "b.part").write_text("a file of somebody")
    (corpus / ".b.part").write_text("a file of somebody")
    place.clean()
    assert left.exists()  # it may be under way in another process
    hours_ago = time.time() - 2 * uploads.ABANDONED_SECONDS
    for file in (left, corpus / "b.part", corpus / ".b.part"):
        os.utime(file, (hours_ago, hours_ago))
    place.clean()
    assert not left.exists()
    assert {file.name for file in corpus.iterdir() if file.is_file()} == {"b.part", ".b.part"}


def test_what_was_not_yet_abandoned_at_the_start_is_deleted_later(
    place: Intake, corpus: Path
) -> None:
    """A server that is started again at once met files that were too young, and never looked."""
    left = corpus / f".{'0' * 16}.part"
    left.write_text("half")

    class AnHourLater(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout == uploads.ABANDONED_SECONDS
            assert left.exists()
            hours_ago = time.time() - 2 * uploads.ABANDONED_SECONDS
            os.utime(left, (hours_ago, hours_ago))
            return False

    place.clean_twice(AnHourLater())
    assert not left.exists()


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
    if os.name != "nt":  # nobody else may read it, also where the index is open to others
        assert (corpus / "index" / "removed").stat().st_mode & 0o077 == 0


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
    "source",
    [
        "", "gone.txt", "../x.txt", "/etc/passwd", ".askdocsignore", "a", "x" * 4000, "a/" * 2000,
        "\0.txt", "a\0/b.txt", "\ud800.txt",
    ],
)  # fmt: skip
def test_what_is_no_document_is_not_removed(place: Intake, corpus: Path, source: str) -> None:
    (corpus / ".askdocsignore").write_text("x")
    (corpus / "a").mkdir()
    (corpus.parent / "x.txt").write_text("x")
    with pytest.raises(RefusedError) as caught:
        place.remove(source)
    assert len(str(caught.value)) < 300
    assert (corpus.parent / "x.txt").exists()
