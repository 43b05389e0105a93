"""The chat page: a Gradio front end that only calls `askdocs.assistant.Assistant`."""

from __future__ import annotations

import os
import threading
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from askdocs.assistant import Assistant

__all__ = ["serve"]


def serve(
    assistant: Assistant,
    *,
    host: str,
    port: int,
    open_browser: bool = False,
    password: str | None = None,
    watching: bool = False,
    may_change: bool = True,
    keeping: bool = True,
    on_ready: Callable[[str], None] | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve the page until interrupted. `on_ready` gets the address when it can be opened.

    `listener` is what `listening.listen` gave for this host and port, if it was asked before.

    `watching` says whether somebody keeps the index equal to the folder; with `may_change`,
    visitors may add documents and remove them; with `keeping`, their conversations are kept.

    Raises AskdocsError if the port is in use or cannot be opened, and if `host` is reachable from
    other machines while there is no `password`. Gradio is imported here and not before.
    """
    from .listener import address, listen

    with listener or listen(host, port, password=password) as bound:
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported
        from .server import run

        def ready() -> None:
            if on_ready is not None:
                on_ready(address(bound, host))
            if open_browser:
                open_page = threading.Thread(
                    target=webbrowser.open, args=(address(bound, host),), daemon=True
                )
                open_page.start()

        run(
            assistant,
            bound,
            password=password or None,
            watching=watching,
            may_change=may_change,
            keeping=keeping,
            on_ready=ready,
        )
