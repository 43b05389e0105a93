"""The page and its HTTP routes. `askdocs.assistant.Assistant` gives the answers."""

from __future__ import annotations

import os
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .server_options import ServerOptions

if TYPE_CHECKING:
    import socket

    from askdocs.assistant import Assistant

__all__ = ["ServerOptions", "serve"]


def serve(
    assistants: Assistant | Sequence[Assistant],
    options: ServerOptions,
    *,
    on_ready: Callable[[str], None] | None = None,
    on_end: Callable[[], None] = lambda: None,
    listener: socket.socket | None = None,
) -> None:
    """Serve the page until it is interrupted. Gradio is imported only here.

    Args:
        assistants: One assistant for each corpus. If there are several, the address of each page
            contains the name of its corpus (`corpora.corpus_address`).
        options: The options of the server.
        on_ready: Called with the address as soon as the page can be opened.
        on_end: Called by a signal handler when the server is stopped, before it closes anything.
        listener: The socket from `listener.listen` for this host and port, if it is open already.

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

        options = replace(options, password=options.password or None)
        run(_by_name(assistants), bound, options, on_ready=ready, on_end=on_end)


def _by_name(assistants: Assistant | Sequence[Assistant]) -> dict[str, Assistant]:
    """The assistants by the names of their corpora."""
    from askdocs.config import corpus_names

    listed = list(assistants) if isinstance(assistants, Sequence) else [assistants]
    names = corpus_names([each.config.corpus for each in listed])
    return dict(zip(names, listed, strict=True))
