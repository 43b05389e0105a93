"""The page's own style and scripts, under an address that changes with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

PREFIX = "assets-askdocs"
_STYLES = ("colours", "frame", "talk", "panels", "shelf", "search", "phone")


def head() -> str:
    """What stands in the head of every page: the theme at once, the other scripts as modules."""
    folder = f"{PREFIX}/{_version()}"
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{folder}/theme.js"></script>'
        f'<link rel="stylesheet" href="{folder}/style.css">'
        f'<script type="module" src="{folder}/main.js"></script>'
    )


def asset(name: str) -> tuple[bytes, str] | None:
    """A file by name with its media type; None where there is none."""
    media = "text/css" if name == "style.css" else "text/javascript"
    content = _assets().get(name)
    return None if content is None else (content, media)


@cache
def _assets() -> dict[str, bytes]:
    folder = files("askdocs.app")
    styles = [folder.joinpath("static", "css", f"{name}.css").read_bytes() for name in _STYLES]
    scripts = {
        script.name: script.read_bytes()
        for script in folder.joinpath("static", "js").iterdir()
        if script.name.endswith(".js")
    }
    return {"style.css": b"\n".join(styles), **scripts}


@cache
def _version() -> str:
    contents = (name.encode() + content for name, content in sorted(_assets().items()))
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]
