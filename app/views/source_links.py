"""Links between the documents of a folder: they open the other document in the panel."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from askdocs.output.text_anchor import link
from askdocs.types import Document

Sources = Callable[[], Collection[str]]
"""Returns the names of the documents that may be opened."""

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\")  # another scheme or server
_PAGES = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".html", ".htm", ".txt")
_INDEXES = ("index", "README", "readme")


class SourceLinks:
    """The links in a document. Only those to documents of the folder can be followed."""

    def __init__(self, document: Document, sources: Sources) -> None:
        self._document = document
        self._given = sources

    @cached_property
    def _sources(self) -> frozenset[str]:
        return frozenset(self._given())

    @cached_property
    def _headings(self) -> dict[str, int]:
        """The offset of the first heading with the same letters and digits, by these."""
        headings: dict[str, int] = {}
        for anchor in self._document.anchors:
            if anchor.heading:
                headings.setdefault(_letters(anchor.heading.rpartition(" › ")[2]), anchor.start)
        return headings

    def offset_of_part(self, part: str) -> int | None:
        """The offset of the heading that the fragment of a link names; None for none.

        Programs make fragments of headings in different ways, but keep letters and digits.
        """
        letters = _letters(part)
        return self._headings.get(letters) if letters else None

    def tags(self, address: str) -> tuple[str, str]:
        """The HTML before and after the words of a link.

        Args:
            address: Where the document links to.

        Returns:
            The tags of a link if a document of the folder is meant, else those of plain words with
            the address as a hint if that is elsewhere.
        """
        plain = "<span>"
        if _ELSEWHERE.match(address):
            return f'<span class="link" title="{escape(address)}">', "</span>"
        path, _, part = address.partition("#")
        part = unquote(part)
        source = self._target(unquote(path.partition("?")[0]))
        if not source:
            return plain, "</span>"
        opens, data = link(source), ""
        if source == self._document.source:
            at = self.offset_of_part(part)
            if at is None:
                return plain, "</span>"
            opens, data = f"{opens}&at={at}", f' data-at="{at}"'
        elif part:
            opens, data = f"{opens}&part={quote(part)}", f' data-part="{escape(part)}"'
        return (
            f'<a class="source-link" href="{escape(opens)}" data-source="{escape(source)}"{data}'
            f' title="{escape(source)}">'
        ), "</a>"

    def _target(self, path: str) -> str:
        """The document that a path means, seen from this document; "" for none."""
        own = self._document.source
        if not path:
            return own
        folder = "" if path.startswith("/") else posixpath.dirname(own)
        name = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        if name.startswith(".."):
            return ""
        return next((each for each in _candidates(name) if each in self._sources), "")


def _candidates(name: str) -> Iterator[str]:
    """The names that a link may mean: as it is written, and as programs that publish pages do."""
    yield name
    inside = "" if name == "." else f"{name}/"
    for suffix in _PAGES:
        if name != ".":
            yield f"{name}{suffix}"
        yield from (f"{inside}{index}{suffix}" for index in _INDEXES)
    if PurePosixPath(name).suffix in (".html", ".htm"):
        stem = name.rpartition(".")[0]
        yield from (f"{stem}{suffix}" for suffix in _PAGES)


def _letters(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold())
