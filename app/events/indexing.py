"""What happens when a visitor presses the button that indexes."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from askdocs.errors import AskdocsError
from askdocs.types import Changes, Progress

from ..background_tasks import Background
from ..suggestions import Suggestions
from ..uploads import Intake
from ..views.documents import render_changes, render_progress

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

SECONDS_BETWEEN_UPDATES = 0.1


def indexer(
    assistant: Assistant, suggestions: Suggestions, background: Background, intake: Intake
) -> Callable[[], Iterator[str]]:
    """The event of indexing. It yields how far it has come, and at the end what it did.

    Once the last file was removed by the page, the index is emptied too.
    """

    def update_index() -> Iterator[str]:
        reports: queue.Queue[Progress | Changes | Exception] = queue.Queue()
        emptied = intake.emptied

        def work() -> None:
            try:
                listener = background.unless_ending(reports.put)
                reports.put(assistant.index(on_progress=listener, rebuild=emptied))
            except Exception as error:  # handed over to the event, which tells or raises it
                reports.put(error)

        background.start(work, "askdocs-index")
        yield render_progress(Progress("scan", 0, 0))
        shown = 0.0
        while isinstance(report := reports.get(), Progress):
            if time.monotonic() - shown >= SECONDS_BETWEEN_UPDATES:
                shown = time.monotonic()
                yield render_progress(report)
        if isinstance(report, Changes):
            intake.emptied = False
            suggestions.refresh()
        yield render_changes(report if isinstance(report, Changes) else str(report))
        if isinstance(report, Exception) and not isinstance(report, AskdocsError):
            raise report

    return update_index
