"""The style sheet and the scripts of the page. Their address changes with their content."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from .bundle import bundle

PREFIX = "assets-askdocs"
_STYLES = (
    "colours", "layout", "conversation", "panels", "history", "search", "documents",
    "check_and_table", "phone",
)  # fmt: skip
_PDFJS = "pdfjs"
_FIRST = ("theme", "language")  # classic scripts that run before the first paint
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
    """The HTML for the head of every page: two inline scripts, the style sheet and the script.

    `language` is used if the visitor has chosen none; "" for the language of the browser.
    """
    folder = f"{PREFIX}/{_version()}"
    preferred = f'data-preferred="{escape(language)}" data-folder="{folder}"'
    return (
        '<meta name="color-scheme" content="light dark">'
        + "".join(f"<script {preferred}>{_scripts()[name]}</script>" for name in _FIRST)
        + f'<link rel="stylesheet" href="{folder}/style.css">'
        f'<script type="module" src="{folder}/page.js"></script>'
    )


def asset(name: str) -> tuple[bytes, str] | None:
    """A file with its media type; None if there is no such file."""
    media = _MEDIA.get(name[name.rfind(".") :], "application/octet-stream")
    if name in _assets():
        return _assets()[name], media
    return (_vendored()[name].read_bytes(), media) if name in _vendored() else None


@cache
def compressed(name: str) -> bytes | None:
    """A text file compressed with gzip; None for other files."""
    found = asset(name)
    is_text = found is not None and found[1] in (_MEDIA[".css"], _MEDIA[".js"], _MEDIA[".json"])
    return gzip.compress(found[0], mtime=0) if found and is_text else None


@cache
def _assets() -> dict[str, bytes]:
    folder = files("askdocs.app").joinpath("static", "css")
    styles = [folder.joinpath(f"{name}.css").read_bytes() for name in _STYLES]
    modules = {name: script for name, script in _scripts().items() if name not in _FIRST}
    page = bundle(modules).encode()
    return {"style.css": b"\n".join(styles), "page.js": page, **_locale_files()}


@cache
def _scripts() -> dict[str, str]:
    """The scripts by their names without ".js"."""
    folder = files("askdocs.app").joinpath("static", "js")
    found = [script for script in folder.iterdir() if script.name.endswith(".js")]
    return {script.name.removesuffix(".js"): script.read_text(encoding="utf-8") for script in found}


def translations_for(language: str) -> Mapping[str, Any]:
    """English text → its translation; empty for English and for an unknown language."""
    return {} if language == "en" else _locales().get(language, {})


@cache
def _locales() -> dict[str, dict[str, Any]]:
    """The files of `static/locales` by their language codes."""
    folder = files("askdocs.app").joinpath("static", "locales")
    return {
        file.name.removesuffix(".json"): json.loads(file.read_bytes()) for file in folder.iterdir()
    }


def _locale_files() -> dict[str, bytes]:
    """The file that the page's script loads for each language."""
    return {
        f"locale-{code}.json": json.dumps(
            {"translations": translations_for(code), "english": _locales()["en"]},
            ensure_ascii=False,
        ).encode()
        for code in _locales()
    }


@cache
def _vendored() -> dict[str, Traversable]:
    """The files of PDF.js by name, such as "pdfjs/cmaps/H.bcmap"."""
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
