"""Keeps an index equal to its folder while files change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from askdocs.documents.loaders.sandbox.client import stop_reading
from askdocs.documents.scan import SeenFile, scan
from askdocs.errors import AskdocsError
from askdocs.system.files import spelling
from askdocs.types import Changes, Progress, ProgressListener

if TYPE_CHECKING:
    from watchfiles import Change

    from askdocs.assistant import Assistant

_SETTLED_MS = 1000  # without any change, after which a write counts as complete
_LONGEST_WAIT_MS = 15_000  # interval of syncs while a folder changes all the time
_LOOK_MS = 2000  # interval of checks whether the folder was replaced
_POLL_MS = 1000


class _EndedError(Exception):
    """A sync is cancelled because the watch has ended."""


class Watch:
    """A thread that syncs about a second after each change of the folder.

    `on_changes` is called with the changes of each sync, if there are any, and `on_error` with a
    description of an error. No error ends the watch. It waits for a folder that disappears.
    `force_polling` is for network drives, whose changes the system does not report. Without
    `follow`, it syncs once. Use it as a context manager, or call `stop`.

    Attributes:
        synced: Set after the first sync, even if it failed.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        on_changes: Callable[[Changes], None],
        on_error: Callable[[str], None],
        on_progress: ProgressListener | None = None,
        force_polling: bool = False,
        follow: bool = True,
    ) -> None:
        self.synced = threading.Event()
        self._assistant = assistant
        self._corpus = assistant.config.corpus.absolute()
        self._index = assistant.config.index.absolute()
        self._on_changes, self._on_error = on_changes, on_error
        self._on_progress = on_progress
        self._force_polling = force_polling
        self._follow = follow
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="askdocs-watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the watch. A running sync is cancelled; the next one finishes its work."""
        self.break_off()
        self._thread.join()

    def break_off(self) -> None:
        """End the watch as `stop` does, without waiting for it."""
        self._ended.set()
        if self._thread.ident:  # it samples languages; a sync stops the reading of its own files
            stop_reading([self._thread.ident])

    def _run(self) -> None:
        if not self._follow:
            self._sync()
            return
        while not self._ended.is_set():
            try:
                self._watch_this_folder()
            except (
                OSError,
                RuntimeError,
                AskdocsError,
            ) as error:  # the folder went away, or cannot be watched
                if self._corpus.is_dir():
                    self._on_error(f"The folder {self._corpus} cannot be watched: {error}")
                self.synced.set()
                self._ended.wait(_LOOK_MS / 1000)

    def _watch_this_folder(self) -> None:
        """Sync after changes until the watch ends or the folder is replaced by another one."""
        from watchfiles import watch

        folder = _identity(self._corpus)
        # Reported changes name folders by their real paths, without links and "..".
        corpus = self._corpus.resolve()
        groups = watch(
            corpus,
            watch_filter=partial(_matters, corpus, self._index.resolve()),
            step=_SETTLED_MS,
            debounce=_LONGEST_WAIT_MS,
            stop_event=self._ended,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=self._force_polling or None,
            poll_delay_ms=_POLL_MS,
        )
        before = self._settled()
        self._sync()
        for number, changes in enumerate(groups):
            # Nothing is reported before the first group is waited for, and a sync may take long.
            if changes or (number == 0 and self._settled() != before):
                self._sync()
            elif _identity(self._corpus) != folder:
                return

    def _settled(self) -> Mapping[str, SeenFile]:
        """Wait until the folder no longer changes, at most for some seconds; return its content."""
        now: Mapping[str, SeenFile] = {}
        for _ in range(_LONGEST_WAIT_MS // _SETTLED_MS):
            before, now = now, scan(self._corpus, exclude=self._index)
            if now == before or not _is_recent(now) or self._ended.wait(_SETTLED_MS / 1000):
                break
        return now

    def _sync(self) -> None:
        """Sync and report the result."""
        first = not self.synced.is_set()
        try:
            changes = self._assistant.index(on_progress=self._listen)
        except _EndedError:
            return
        except AskdocsError as error:
            self._on_error(str(error))
        except Exception as error:  # after any error, the next change starts another sync
            self._on_error(f"The index could not be brought up to date: {error!r}")
        else:
            changed = changes.added or changes.changed or changes.renamed or changes.removed
            if changed or (first and changes.failed):
                self._on_changes(changes)
        finally:
            self.synced.set()

    def _listen(self, progress: Progress) -> None:
        if self._ended.is_set():
            raise _EndedError
        if self._on_progress:
            self._on_progress(progress)


def _is_recent(files: Mapping[str, SeenFile]) -> bool:
    """Whether any file changed so recently that it may still be being written."""
    settled = time.time_ns() - _SETTLED_MS * 1_000_000
    return any(max(file.modified_ns, file.changed_ns) > settled for file in files.values())


def _matters(corpus: Path, index: Path, change: Change, path: str) -> bool:
    """Whether a change may be one of documents. `index` may lie in `corpus`, or around it."""
    del change
    corpus, index, found = spelling(corpus), spelling(index), spelling(Path(path))
    own = index.is_relative_to(corpus) and found.is_relative_to(index)
    if own or not found.is_relative_to(corpus):
        return False
    parts = found.relative_to(corpus).parts
    return parts == (".askdocsignore",) or not any(part.startswith(".") for part in parts)


def _identity(folder: Path) -> tuple[int, int]:
    """The identity of the folder at a path. Raises OSError if there is none."""
    state = folder.stat()
    return state.st_dev, state.st_ino
