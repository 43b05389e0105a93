"""Indexing at the request of a visitor: in the background, one run at a time."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError
from askdocs.types import Changes

from .background_tasks import Background
from .suggestions import Suggestions
from .uploads import Intake

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

_log = logging.getLogger(__name__)


class Indexing:
    """Updates the index when a visitor requests it. `outcome` is the result of the last run.

    If the page has removed the last file, the index is emptied too.
    """

    def __init__(
        self, assistant: Assistant, suggestions: Suggestions, background: Background, intake: Intake
    ) -> None:
        self._assistant, self._suggestions = assistant, suggestions
        self._background, self._intake = background, intake
        self._guard = threading.Lock()
        self._requested = False
        self.running = False
        self.outcome = ""
        self.failed = False

    def start(self) -> None:
        """Start a run. If one is running, another one follows."""
        with self._guard:
            self._requested = True
            if self.running:
                return
            self.running = True
        self._background.start(self._work, "askdocs-index")

    def _work(self) -> None:
        while self._next():
            self._index()

    def _next(self) -> bool:
        """Whether to run again. If not, the next `start` begins a new thread."""
        with self._guard:
            requested, self._requested = self._requested, False
            self.running = requested
            return requested

    def _index(self) -> None:
        emptied = self._intake.emptied
        listener = self._background.unless_ending(lambda _: None)
        try:
            changes = self._assistant.index(on_progress=listener, rebuild=emptied)
        except AskdocsError as error:
            self.outcome, self.failed = str(error), True
            return
        except Exception:
            self.outcome, self.failed = "Something went wrong. The server's log says more.", True
            _log.exception("Indexing failed.")
            return
        self._intake.emptied = False
        self._suggestions.refresh()
        self.outcome, self.failed = describe_changes(changes), False


def describe_changes(changes: Changes) -> str:
    """The changes of a run in one line."""
    counts = [
        f"{len(sources):,} {word}"
        for word, sources in (
            ("added", changes.added),
            ("changed", changes.changed),
            ("renamed", changes.renamed),
            ("removed", changes.removed),
        )
        if sources
    ]
    return f"{', '.join(counts)}." if counts else "Nothing has changed."
