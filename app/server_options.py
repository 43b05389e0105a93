"""The options of the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The options of the server.

    Attributes:
        host: The address to listen on.
        port: The port; 0 selects a free one.
        password: The password of visitors; None for no password.
        watching: Whether changes in the folder are indexed automatically.
        may_change: Whether visitors may add and remove documents.
        keeping: Whether conversations are stored.
        open_browser: Whether the page is opened in a browser.
        language: The language of the page, such as "de", for visitors who have chosen none; "" for
            the language of the browser.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    password: str | None = None
    watching: bool = False
    may_change: bool = True
    keeping: bool = True
    open_browser: bool = False
    language: str = ""
