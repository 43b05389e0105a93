"""The chat page: a Gradio front end that only calls `askdocs.assistant.Assistant`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

__all__ = ["serve"]


def serve(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    open_browser: bool = False,
    password: str | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until interrupted. `on_ready` gets the address when it can be opened.

    Raises AskdocsError if the port is in use or cannot be opened, and if `host` is reachable from
    other machines while there is no `password`. Gradio is imported here and not before.
    """
    from askdocs.app.server import run

    run(
        assistant,
        host=host,
        port=port,
        open_browser=open_browser,
        password=password,
        on_ready=on_ready,
    )
