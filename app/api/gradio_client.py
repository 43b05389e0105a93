"""Endpoints of the Gradio client with stable names: ask, search, index, documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import gradio
from gradio.events import api

from askdocs.errors import AskdocsError
from askdocs.output.exports import answer_record
from askdocs.output.json.answers import hits_as_json
from askdocs.output.json.index_state import changes_as_json, status_as_json
from askdocs.types import Progress

from ..background_tasks import Background

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

Result = TypeVar("Result")


def add_endpoints(assistant: Assistant, background: Background) -> None:
    """Add the endpoints to the page that is being built. Errors that users can fix are shown."""

    def answer_of(question: str, sources: list[str] | None = None) -> dict[str, Any]:
        """The answer, with the keys of `askdocs ask --json`."""
        return answer_record(
            _with_error_message(lambda: assistant.ask(question, sources=sources or None))
        )

    def hits_of(
        query: str, top_k: int = 8, sources: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """The passages found, best first."""
        hits = _with_error_message(
            lambda: assistant.search(query, top_k=top_k, sources=sources or None)
        )
        return hits_as_json(hits)

    def changes_of_index() -> dict[str, Any]:
        """Update the index and return the changes."""
        listener = background.unless_ending(_ignore_progress)
        return changes_as_json(_with_error_message(lambda: assistant.index(on_progress=listener)))

    def list_documents() -> list[dict[str, Any]]:
        """The documents of the index."""
        documents: list[dict[str, Any]] = status_as_json(_with_error_message(assistant.status))[
            "documents"
        ]
        return documents

    api(answer_of, api_name="ask", concurrency_limit=4)
    api(hits_of, api_name="search", concurrency_limit=4)
    api(changes_of_index, api_name="index", concurrency_limit=1, concurrency_id="index")
    api(list_documents, api_name="documents", concurrency_limit=4)


def _ignore_progress(progress: Progress) -> None:
    """Ignore the progress."""


def _with_error_message(work: Callable[[], Result]) -> Result:
    """The result of `work`. The client gets the message of an AskdocsError."""
    try:
        return work()
    except AskdocsError as error:
        raise gradio.Error(str(error)) from error
