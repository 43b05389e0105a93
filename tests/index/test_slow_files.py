"""Slow and hostile files hold up nobody: others are read, asked, and served meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from askdocs import Assistant, Config
from askdocs.documents.loaders import TimeLimitError
from askdocs.documents.passages import SplitDocument
from askdocs.errors import AskdocsError
from askdocs.index.activity import Tracker
from askdocs.index.recovery import recover_vectors
from askdocs.index.sync import load as loading
from askdocs.types import PagesRead, Progress
from tests.support.hash_embedding import HashEmbedding
from tests.support.polling import PATIENCE, wait_for

COMMAND = (sys.executable, "-P", "-c", "from askdocs.cli.commands import main; main()")
HOSTILE_LINE = "`` `code` and ``" * 17_000  # 270 kB; the process that split it was deaf for minutes


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "corpus").mkdir()
    return Config(corpus=tmp_path / "corpus", index=tmp_path / "index", load_seconds=3)


def slow_html(path: Path) -> None:
    """A table whose cells all span many columns: minutes of work in 60 kB."""
    path.write_text("<table>" + "<tr><td colspan=1000>a</td></tr>" * 200_000 + "</table>")


def test_other_files_are_asked_while_slow_ones_are_read(config: Config) -> None:
    """The slow ones come first by name, and there are more of them than readers."""
    for number in range(4):
        (config.corpus / f"{number}.txt").write_text("quick")
    (config.corpus / "zebra.txt").write_text("The zebra sleeps at noon.\n")
    tried: list[tuple[str, float]] = []
    answered = threading.Event()
    read = loading.read_file

    def slow(path: Path, source: str, **limits: Any) -> Sequence[SplitDocument]:
        tried.append((source, limits["seconds"]))
        if source == "zebra.txt":
            return read(path, source, **limits)
        if limits["seconds"] < config.load_seconds:
            raise TimeLimitError("slow")  # its first moment is over
        assert answered.wait(PATIENCE), "it is not found while others are read"
        raise TimeLimitError("slow")

    with pytest.MonkeyPatch.context() as patch, Assistant(config, embedder=HashEmbedding()) as all_:
        patch.setattr(loading, "read_file", slow)
        assert all_.status().passages == 0
        syncing = threading.Thread(target=all_.index)
        syncing.start()
        wait_for(lambda: bool(all_.search("zebra sleeps")), True)
        wait_for(lambda: all_.status().unread, 4)  # counted a moment after it is found
        status = all_.status()
        answered.set()
        syncing.join()
        assert status.unread == 4
        assert [each.source for each in all_.status().documents] == ["zebra.txt"]
        assert len(all_.status().failed) == 4
        assert all_.status().unread == all_.status().pending == 0
        again = len(tried)
        all_.index()
        assert len(tried) == again, "a file that ran into a limit is tried again"
    # Two are read side by side, so the order may differ. The last try of each has the whole limit.
    first, last = dict(reversed(tried)), dict(tried)
    for source in ("0.txt", "1.txt", "2.txt", "3.txt"):
        assert first[source] < last[source] == config.load_seconds


def test_a_listener_breaks_off_while_one_file_takes_long(config: Config) -> None:
    slow_html(config.corpus / "slow.html")
    reading, ended = threading.Event(), threading.Event()
    broken_off = []

    def listen(progress: Progress) -> None:
        if ended.is_set():
            raise AskdocsError("The server ends.")
        if progress.stage == "load":
            reading.set()

    with Assistant(replace(config, load_seconds=600), embedder=HashEmbedding()) as assistant:

        def index() -> None:
            try:
                assistant.index(on_progress=listen)
            except AskdocsError:
                broken_off.append(True)

        syncing = threading.Thread(target=index)
        syncing.start()
        assert reading.wait(PATIENCE)
        ended.set()
        syncing.join(PATIENCE)
        assert broken_off
        assert assistant.status().documents == ()  # it was not waited for


def test_words_are_found_before_the_vectors_are_there(config: Config) -> None:
    (config.corpus / "zebra.txt").write_text("The zebra sleeps at noon.\n")
    found = threading.Event()

    class Waiting(HashEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            assert found.wait(PATIENCE), "nothing is found before it is embedded"
            return super()._get_text_embeddings(texts)

    with Assistant(config, embedder=Waiting()) as assistant:
        assert assistant.status().passages == 0
        syncing = threading.Thread(target=assistant.index)
        syncing.start()
        wait_for(lambda: bool(assistant.search("zebra sleeps")), True)
        status = assistant.status()
        answer = assistant.ask("When does the zebra sleep?")
        found.set()
        syncing.join()
        assert (status.unread, status.pending) == (0, 1)
        assert answer.citations[0].quote == "The zebra sleeps at noon."
        assert "1 passage was searched by words only" in answer.notice
        assert assistant.ask("When does the zebra sleep?").notice == ""


def test_words_are_found_before_lost_vectors_are_stored_again(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To fill the store of a large index again takes minutes, and files were read after it."""
    (config.corpus / "goat.txt").write_text("The goat eats thistles.\n")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
    shutil.rmtree(config.index / "chroma")
    (config.corpus / "goat.txt").write_text("The goat eats nettles.\n")
    (config.corpus / "zebra.txt").write_text("The zebra sleeps at noon.\n")
    found = threading.Event()

    def wait(*values: Any) -> None:
        assert found.wait(PATIENCE), "nothing is read before that"
        recover_vectors(*values)

    monkeypatch.setattr("askdocs.index.sync.run.recover_vectors", wait)
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assert assistant.status().passages == 1
        syncing = threading.Thread(target=assistant.index)
        syncing.start()
        wait_for(lambda: assistant.find("zebra").count + assistant.find("nettles").count, 2)
        found.set()
        syncing.join()
        assert assistant.search("zebra sleeps")[0].passage.source == "zebra.txt"
        assert assistant.diagnose().problems == ()


def test_a_file_that_ran_into_a_limit_is_tried_again_when_the_limit_changes(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(shutil.copy(__file__, config.corpus / "slow.txt"), (1, 1))
    limits_tried: list[float] = []
    read = loading.read_file

    def slow(path: Path, source: str, **limits: Any) -> Sequence[SplitDocument]:
        limits_tried.append(limits["seconds"])
        if limits["seconds"] < 5:
            raise TimeLimitError("too slow")
        return read(path, source, **limits)

    monkeypatch.setattr(loading, "read_file", slow)
    monkeypatch.setattr(loading, "_FIRST_SECONDS", 9)
    for seconds, failures in ((1, 1), (1, 1), (2, 1), (5, 0), (5, 0)):
        with Assistant(
            replace(config, load_seconds=seconds), embedder=HashEmbedding()
        ) as assistant:
            assert len(assistant.index().failed) == failures
    assert limits_tried == [1, 2, 5]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(HOSTILE_LINE)
    slow_html(folder / "table.html")
    (folder / "zebra.txt").write_text("The zebra sleeps at noon.\n")
    return folder


def command(*arguments: str, cwd: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments, "--corpus", "corpus", "--index", "index"],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


_FAR_LESS_THAN_BEFORE = 150.0  # seconds, on a machine however slow; it was 160 on a fast one


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("after", [0.5, pytest.param(4.0, marks=pytest.mark.slow)])
def test_ctrl_c_ends_the_indexing_of_hostile_files_at_once(hostile: Path, after: float) -> None:
    """It took more than 160 seconds, and kill -9."""
    process = command("index", cwd=hostile.parent)
    try:
        while not (hostile.parent / "index" / "catalog.sqlite").exists():
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        assert process.wait(_FAR_LESS_THAN_BEFORE) == 130
    finally:
        process.kill()
        process.wait()


def test_pages_of_a_long_file_are_reported_while_it_is_read(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the status, to the activity, and to the listener, until the file is read."""
    (config.corpus / "long.txt").write_text("The zebra sleeps at noon.\n")
    heard, told = threading.Event(), list[PagesRead]()
    read = loading.read_file

    def slow(path: Path, source: str, **limits: Any) -> Sequence[SplitDocument]:
        limits["on_pages"](120, 431)
        assert heard.wait(PATIENCE)
        return read(path, source, **limits)

    def listen(progress: Progress) -> None:
        if progress.pages:
            assert str(progress) == "load 1/1 long.txt (120 of 431 pages)"
            status = assistant.status()
            assert status.activity is not None
            told.extend(status.activity.pages)
            heard.set()

    monkeypatch.setattr(loading, "read_file", slow)
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index(on_progress=listen)
        assert told == [PagesRead("long.txt", 120, 431)]
        assert assistant.status().activity is None


def test_the_share_grows_with_the_pages_of_a_file() -> None:
    tracker = Tracker()
    tracker.begin([("long.pdf", 1000)])
    tracker.reading("long.pdf")
    before = tracker.activity()
    tracker.pages("long.pdf", 120, 431)
    now = tracker.activity()
    assert before is not None
    assert now is not None
    assert before.pages == ()
    assert now.pages == (PagesRead("long.pdf", 120, 431),)
    assert now.share > before.share
    tracker.postponed("long.pdf")
    again = tracker.activity()
    assert again is not None
    assert again.pages == ()
    assert again.share == now.share
