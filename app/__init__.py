"""The chat page: a Gradio front end that only calls `askdocs.assistant.Assistant`."""

from __future__ import annotations

import os
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from askdocs.assistant import Assistant

__all__ = ["ServerOptions", "serve"]


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the page is served.

    Attributes:
        host: The address to listen at.
        port: The port; 0 takes a free one.
        password: What visitors have to type; None asks for none.
        watching: Whether somebody keeps the index equal to the folder.
        may_change: Whether visitors may add and remove documents.
        keeping: Whether conversations of visitors are kept.
        open_browser: Whether the page is opened in a browser.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    password: str | None = None
    watching: bool = False
    may_change: bool = True
    keeping: bool = True
    open_browser: bool = False


def serve(
    assistant: Assistant,
    options: ServerOptions,
    *,
    on_ready: Callable[[str], None] | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve the page until interrupted. Gradio is imported here and not before.

    Args:
        assistant: What answers.
        options: How the page is served.
        on_ready: Called with the address when the page can be opened.
        listener: What `listener.listen` gave for this host and port, if it was called before.

    Raises:
        AskdocsError: The port is in use or cannot be opened, or other machines can reach `host`
            and there is no password.
    """
    from .listener import address, listen

    with listener or listen(options.host, options.port, password=options.password) as bound:
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before Gradio is imported
        from .server import run

        def ready() -> None:
            if on_ready is not None:
                on_ready(address(bound, options.host))
            if options.open_browser:
                open_page = threading.Thread(
                    target=webbrowser.open, args=(address(bound, options.host),), daemon=True
                )
                open_page.start()

        run(assistant, bound, replace(options, password=options.password or None), on_ready=ready)
