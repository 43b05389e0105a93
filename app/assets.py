"""The page's own style and scripts, under an address that changes with their content."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable

PREFIX = "assets-askdocs"
_STYLES = (
    "colours", "frame", "talk", "panels", "history", "search", "documents", "work", "phone",
)  # fmt: skip
_PDFJS = "pdfjs"
_FIRST = ("language.js", "theme.js")  # are no modules
_LATER = ("pdf_view.js", "pdf_words.js")  # are loaded with the first PDF
_MEDIA = {
    ".css": "text/css",
    ".gif": "image/gif",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


def head(language: str = "") -> str:
    """What stands in the head of every page: the theme at once, the other scripts as modules.

    `language` is that of the page where the visitor has chosen none; empty for the browser's.
    The modules are named one by one, so that the browser fetches them side by side and not each
    after the one that imports it.
    """
    folder = f"{PREFIX}/{_version()}"
    modules = [name for name in _assets() if name.endswith(".js") and name not in _LATER]
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{folder}/theme.js"></script>'
        f'<script src="{folder}/language.js" data-preferred="{escape(language)}"></script>'
        f'<link rel="stylesheet" href="{folder}/style.css">'
        f'<script type="module" src="{folder}/main.js"></script>'
        + "".join(
            f'<link rel="modulepreload" href="{folder}/{name}">'
            for name in sorted(modules)
            if name not in _FIRST
        )
    )


def asset(name: str) -> tuple[bytes, str] | None:
    """A file by name with its media type; None where there is none."""
    media = _MEDIA.get(name[name.rfind(".") :], "application/octet-stream")
    if name in _assets():
        return _assets()[name], media
    return (_vendored()[name].read_bytes(), media) if name in _vendored() else None


@cache
def _assets() -> dict[str, bytes]:
    folder = files("askdocs.app")
    styles = [folder.joinpath("static", "css", f"{name}.css").read_bytes() for name in _STYLES]
    scripts = {
        script.name: script.read_bytes()
        for script in folder.joinpath("static", "js").iterdir()
        if script.name.endswith(".js")
    }
    return {"style.css": b"\n".join(styles), **scripts, **_words()}


def _words() -> dict[str, bytes]:
    """What the page's own words are in each language, by the file that its script loads."""
    folder = files("askdocs.app").joinpath("static", "words")
    known = {
        file.name.removesuffix(".json"): json.loads(file.read_bytes()) for file in folder.iterdir()
    }
    return {
        f"words-{code}.json": json.dumps(
            {"words": {} if code == "en" else words, "english": known["en"]}, ensure_ascii=False
        ).encode()
        for code, words in known.items()
    }


@cache
def _vendored() -> dict[str, Traversable]:
    """The files of PDF.js by their names, such as "pdfjs/cmaps/H.bcmap"."""
    folder = files("askdocs.app").joinpath("static", "vendor", "pdfjs")
    found = {f"{_PDFJS}/{file.name}": file for file in folder.iterdir() if file.is_file()}
    for inner in (each for each in folder.iterdir() if each.is_dir()):
        found |= {f"{_PDFJS}/{inner.name}/{file.name}": file for file in inner.iterdir()}
    return found


@cache
def _version() -> str:
    kept = {**_assets(), _PDFJS: _vendored()[f"{_PDFJS}/VERSION.json"].read_bytes()}
    contents = (name.encode() + content for name, content in sorted(kept.items()))
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]
