"""Indexing that visitors ask for: one run at a time, and none is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from askdocs.app.background_tasks import Background
from askdocs.app.indexing import Indexing
from askdocs.types import Changes
from tests.support.polling import PATIENCE


def an_indexing(index: Callable[[], None], background: Background) -> Indexing:
    """Indexing over an assistant that calls `index`, without documents or suggestions."""

    def run(**options: Any) -> Changes:
        index()
        return Changes()

    assistant: Any = SimpleNamespace(index=run)
    suggestions: Any = SimpleNamespace(refresh=lambda: None)
    intake: Any = SimpleNamespace(emptied=False)
    return Indexing(assistant, suggestions, background, intake)


def test_a_wish_during_a_run_that_fails_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()
    runs: list[str] = []

    def index() -> None:
        runs.append(indexing.outcome)
        if len(runs) == 1:
            indexing.start()
            raise RuntimeError("the disk is gone")
        ended.set()

    background = Background()
    indexing = an_indexing(index, background)
    indexing.start()
    assert ended.wait(PATIENCE)
    background.end()
    assert runs == ["", "Something went wrong. The server's log says more."]
    assert "the disk is gone" in caplog.text
    assert (indexing.running, indexing.failed) == (False, False)


def test_the_end_of_one_run_does_not_hide_that_the_next_one_runs() -> None:
    """The next one begins the moment at which the first run finds that nobody wants more."""

    class Guard:
        """A lock. After its third release, of a run that finds no wish, the next one begins."""

        def __init__(self) -> None:
            self._lock = threading.Lock()
            self._times = 0

        def __enter__(self) -> None:
            self._lock.acquire()

        def __exit__(self, *error: object) -> None:
            self._times += 1
            times = self._times
            self._lock.release()
            if times == 3:
                indexing.start()
                assert began.wait(PATIENCE)

    began, goes_on = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []
    seen: list[bool] = []

    def index() -> None:
        threads.append(threading.current_thread())
        if len(threads) == 2:
            began.set()
            assert goes_on.wait(PATIENCE)
            seen.append(indexing.running)

    background = Background()
    indexing = an_indexing(index, background)
    vars(indexing)["_guard"] = Guard()
    indexing.start()
    assert began.wait(PATIENCE)
    threads[0].join(PATIENCE)
    goes_on.set()
    background.end()
    assert seen == [True]
