"""The folder is watched: the index follows what settles there, and no error ends that."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from watchfiles import Change

from askdocs import Assistant, Config
from askdocs.index.sync import watch as watching_module
from askdocs.index.sync.watch import Watch
from askdocs.types import Changes, Failure, Progress, ProgressListener
from tests.support.hash_embedding import HashEmbedding
from tests.support.polling import PATIENCE


class Listener:
    """What a watch told, in order."""

    def __init__(self) -> None:
        self.changes: list[Changes] = []
        self.errors: list[str] = []

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, (self.changes, self.errors)
            time.sleep(0.05)

    def sources(self) -> set[str]:
        return {name for each in self.changes for name in (*each.added, *each.changed)}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch waits a fifth as long as it does for users."""
    for name in ("_SETTLED_MS", "_LOOK_MS", "_POLL_MS"):
        monkeypatch.setattr(watching_module, name, getattr(watching_module, name) // 5)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "owls.txt").write_text("Owls hunt at night.\n")
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as found:
        found.index()
        yield found


def watching(assistant: Assistant, listener: Listener, *, force_polling: bool = False) -> Watch:
    return Watch(
        assistant,
        on_changes=listener.changes.append,
        on_error=listener.errors.append,
        force_polling=force_polling,
    )


@pytest.mark.parametrize("force_polling", [False, True], ids=["told by the system", "polled"])
def test_added_changed_renamed_and_removed_files_are_followed(
    assistant: Assistant, listener: Listener, force_polling: bool
) -> None:
    corpus = assistant.config.corpus
    with watching(assistant, listener, force_polling=force_polling):
        time.sleep(0.5)
        (corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
        listener.wait_for(lambda: "tea.txt" in listener.sources())
        assert assistant.search("Yunnan")[0].passage.source == "tea.txt"
        (corpus / "tea.txt").rename(corpus / "drink.txt")
        (corpus / "owls.txt").unlink()
        listener.wait_for(
            lambda: (
                any(each.renamed for each in listener.changes)
                and any(each.removed for each in listener.changes)
            )
        )
        assert {each.source for each in assistant.status().documents} == {"drink.txt"}
    assert listener.errors == []


def write_slowly(path: Path) -> float:
    """Write ten lines. Returns the seconds of the longest pause between two of them."""
    moments = [time.monotonic()]
    with path.open("w") as file:
        for number in range(10):
            file.write(f"Line {number} is written slowly.\n\n")
            file.flush()
            time.sleep(0.2)
            moments.append(time.monotonic())
    return max(later - earlier for earlier, later in pairwise(moments))


def test_a_file_that_is_still_being_written_is_waited_for(
    assistant: Assistant, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_module, "_SETTLED_MS", 1000)  # five times as long as a pause
    with watching(assistant, listener) as watch:
        assert watch.synced.wait(PATIENCE)
        for number in range(20):
            name, before = f"slow{number}.txt", len(listener.changes)
            longest = write_slowly(assistant.config.corpus / name)
            listener.wait_for(lambda name=name: name in listener.sources())
            if longest < 0.8:  # else the machine held up who writes: that file seemed finished
                break
        assert "Line 9" in assistant.document(name).text
    assert len(listener.changes) == before + 1


def test_what_changed_before_the_watch_began_is_found(
    assistant: Assistant, listener: Listener
) -> None:
    (assistant.config.corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
    with watching(assistant, listener):
        listener.wait_for(lambda: "tea.txt" in listener.sources())


def test_a_missing_folder_is_reported_and_waited_for(
    assistant: Assistant, listener: Listener
) -> None:
    corpus = assistant.config.corpus
    away = corpus.with_name("away")
    with watching(assistant, listener):
        time.sleep(0.5)
        corpus.rename(away)
        time.sleep(1)
        assert assistant.search("owls hunt")[0].passage.source == "owls.txt"
        shutil.copytree(away, corpus)
        (corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
        listener.wait_for(lambda: "tea.txt" in listener.sources())
        (corpus / "late.txt").write_text("The kettle boils.\n")
        listener.wait_for(lambda: "late.txt" in listener.sources())


def test_an_error_is_reported_and_the_watch_continues(
    assistant: Assistant, listener: Listener
) -> None:
    corpus = assistant.config.corpus
    with watching(assistant, listener):
        time.sleep(0.5)
        (corpus / "owls.txt").unlink()
        listener.wait_for(lambda: bool(listener.errors))
        assert "is empty" in listener.errors[0]
        (corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
        listener.wait_for(lambda: "tea.txt" in listener.sources())


def test_hidden_files_and_the_index_itself_wake_nobody(tmp_path: Path, listener: Listener) -> None:
    (tmp_path / "owls.txt").write_text("Owls hunt at night.\n")
    config = Config(corpus=tmp_path, index=tmp_path / "index")
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        assistant.index()
        before = set(threading.enumerate())
        with watching(assistant, listener):
            time.sleep(0.5)
        assert set(threading.enumerate()) <= before
    assert listener.changes == []


def test_the_end_does_not_wait_for_a_file_that_takes_long_to_read(
    assistant: Assistant, listener: Listener
) -> None:
    corpus = assistant.config.corpus
    (corpus / "long.csv").write_text("number,word\n" + "1,one\n" * 3_000_000)
    reading = threading.Event()

    def note(progress: Progress) -> None:
        if progress.stage == "load":
            reading.set()

    watch = Watch(
        assistant,
        on_changes=listener.changes.append,
        on_error=listener.errors.append,
        on_progress=note,
    )
    with watch:
        assert reading.wait(PATIENCE)
        time.sleep(1)
    status = assistant.status()
    assert "long.csv" not in {each.source for each in status.documents}
    broken_off = Failure("long.csv", "reading it was cancelled")  # known already, or not yet
    assert status.failed in ((), (broken_off,))
    assert listener.errors == []


@pytest.mark.parametrize("inside", [True, False])
def test_what_wakes_the_watch(inside: bool, tmp_path: Path) -> None:
    index = tmp_path / "index" if inside else tmp_path.parent
    matters = partial(watching_module._matters, tmp_path, index, Change.modified)
    assert not matters(str(tmp_path / ".git" / "x"))
    assert matters(str(tmp_path / "index" / "x")) is not inside
    assert not matters(str(tmp_path.parent / "x"))
    assert matters(str(tmp_path / "deep" / "x.txt"))
    assert matters(str(tmp_path / ".askdocsignore"))


def test_a_folder_is_watched_however_its_path_is_spelt(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "owls.txt").write_text("Owls hunt at night.\n")
    (tmp_path / "link").symlink_to(corpus)
    config = Config(corpus=tmp_path / "link", index=corpus / ".." / "corpus" / "index")
    syncs: list[float] = []
    with Assistant(config, embedder=HashEmbedding()) as assistant:
        index = assistant.index

        def counted(*, on_progress: ProgressListener) -> Changes:
            syncs.append(time.monotonic())
            return index(on_progress=on_progress)

        monkeypatch.setattr(assistant, "index", counted)
        with watching(assistant, listener):
            listener.wait_for(lambda: "owls.txt" in listener.sources())
            (corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
            listener.wait_for(lambda: "tea.txt" in listener.sources())
            before = len(syncs)
            time.sleep(1.5)
    assert len(syncs) <= before + 1, "what a sync writes wakes the watch"


def test_questions_are_answered_while_the_watch_syncs(
    assistant: Assistant, listener: Listener
) -> None:
    with watching(assistant, listener):
        for number in range(20):
            (assistant.config.corpus / f"{number}.txt").write_text(f"Kettle {number} is red.\n")
            assert assistant.search("owls hunt")[0].passage.source == "owls.txt"
        listener.wait_for(lambda: len(listener.sources()) == 20)


def test_a_file_that_comes_during_the_first_sync_is_indexed_without_another_change(
    assistant: Assistant, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, corpus = assistant.index, assistant.config.corpus

    def index_slowly(*, on_progress: ProgressListener | None = None) -> Changes:
        changes = index(on_progress=on_progress)
        if not (corpus / "late.txt").exists():
            (corpus / "late.txt").write_text("Tea is grown in Yunnan.\n")
        return changes

    monkeypatch.setattr(assistant, "index", index_slowly)
    with watching(assistant, listener):
        listener.wait_for(lambda: "late.txt" in listener.sources())


def test_without_following_a_folder_is_indexed_once(
    assistant: Assistant, listener: Listener
) -> None:
    (assistant.config.corpus / "tea.txt").write_text("Tea is grown in Yunnan.\n")
    watch = Watch(assistant, on_changes=listener.changes.append, on_error=print, follow=False)
    with watch:
        assert watch.synced.wait(PATIENCE)
    assert listener.sources() == {"tea.txt"}
