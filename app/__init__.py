"""The page and its routes: what is answered comes from `askdocs.assistant.Assistant`."""

from __future__ import annotations

import os
import threading
import webbrowser
from collections.abc import Callable, Sequence
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
        language: The language of the page for those who have chosen none, as in "de"; empty for
            that of the browser.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    password: str | None = None
    watching: bool = False
    may_change: bool = True
    keeping: bool = True
    open_browser: bool = False
    language: str = ""


def serve(
    assistants: Assistant | Sequence[Assistant],
    options: ServerOptions,
    *,
    on_ready: Callable[[str], None] | None = None,
    on_end: Callable[[], None] = lambda: None,
    listener: socket.socket | None = None,
) -> None:
    """Serve the page until interrupted. Gradio is imported here and not before.

    Args:
        assistants: What answers: one for each corpus. Where there are several, the page of each is
            at an address with its name (`corpora.corpus_address`).
        options: How the page is served.
        on_ready: Called with the address when the page can be opened.
        on_end: Called when the server is told to end, by a signal handler, before it closes
            anything.
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

        options = replace(options, password=options.password or None)
        run(_by_name(assistants), bound, options, on_ready=ready, on_end=on_end)


def _by_name(assistants: Assistant | Sequence[Assistant]) -> dict[str, Assistant]:
    """The assistants by the names of their corpora in addresses."""
    from askdocs.config import corpus_names

    listed = list(assistants) if isinstance(assistants, Sequence) else [assistants]
    names = corpus_names([each.config.corpus for each in listed])
    return dict(zip(names, listed, strict=True))
