"""EPUB books: the chapters in reading order. The anchor is the chapter."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.html.page import add_page, expand_empty_elements, parse_html
from askdocs.documents.loaders.html.style_sheets import apply_text_styles
from askdocs.documents.loaders.shared.builder import DocumentBuilder, counted
from askdocs.documents.loaders.shared.decoding import decode
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    open_archive,
    read_part,
    read_xml,
)
from askdocs.types import Document

_PAGES = frozenset(
    {"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"}
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document with all chapters, with the book's title and a heading per chapter."""
    with open_archive(path) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and _has_drm(archive):
            raise LoadError("the book is protected against copying (DRM)")
        title, chapters, contents = _read_package(archive)
        builder = DocumentBuilder(source, title=title)
        sheets = [
            decode(read_part(archive, name))
            for name in archive.namelist()
            if name.lower().endswith(".css")
        ]
        pictures = 0
        for chapter in chapters:
            page = parse_html(expand_empty_elements(read_part(archive, chapter)))
            apply_text_styles(page, sheets)
            pictures += len(page.css("body img, body svg image"))
            if page.css_first("h1, h2, h3, h4") is None and chapter in contents:
                builder.anchor(heading=contents[chapter])
            add_page(builder, page)
    if pictures:
        builder.report_skipped(f"{counted(pictures, 'picture')} (no text recognition)")
    return [builder.build()]


def _read_package(archive: ZipFile) -> tuple[str, list[str], dict[str, str]]:
    """(title, chapters in reading order, chapter → its name in the table of contents)."""
    container = read_xml(archive, "META-INF/container.xml")
    roots = [
        entry.get("full-path", "")
        for entry in container.iter()
        if local_name(entry.tag) == "rootfile"
    ]
    if not roots:
        raise LoadError("the book is damaged: its package is missing")
    package = read_xml(archive, roots[0])
    folder = posixpath.dirname(roots[0])
    parts: dict[str, tuple[str, str, str]] = {}
    spine: list[str] = []
    title = ""
    for element in package.iter():
        name = local_name(element.tag)
        if name == "item":
            target = posixpath.normpath(posixpath.join(folder, unquote(element.get("href", ""))))
            kind, properties = element.get("media-type", ""), element.get("properties", "")
            parts[element.get("id", "")] = (target, kind, properties)
        elif name == "itemref":
            spine.append(element.get("idref", ""))
        elif name == "title" and not title:
            title = (element.text or "").strip()
    present = set(archive.namelist())
    chapters = []
    for identifier in spine:
        target, kind, properties = parts.get(identifier, ("", "", ""))
        if target in present and kind in _PAGES and "nav" not in properties.split():
            chapters.append(target)
    if not chapters:
        raise LoadError("the book is damaged: its chapters are missing")
    return title, chapters, _chapter_names(archive, parts, present)


def _chapter_names(
    archive: ZipFile, parts: dict[str, tuple[str, str, str]], present: set[str]
) -> dict[str, str]:
    """Chapter → its name in the table of contents (EPUB 2 or 3)."""
    names: dict[str, str] = {}
    for target, kind, properties in parts.values():
        if target not in present:
            continue
        folder = posixpath.dirname(target)
        if "nav" in properties.split():
            page = parse_html(read_part(archive, target))
            links = [(link.attributes.get("href") or "", link.text()) for link in page.css("nav a")]
        elif kind == "application/x-dtbncx+xml":
            links = _ncx_links(archive, target)
        else:
            continue
        for link, words in links:
            chapter = posixpath.normpath(posixpath.join(folder, unquote(link.split("#")[0])))
            names.setdefault(chapter, " ".join(words.split()))
    return names


def _ncx_links(archive: ZipFile, target: str) -> list[tuple[str, str]]:
    links = []
    for point in read_xml(archive, target).iter():
        if local_name(point.tag) != "navPoint":
            continue
        words = next((part for part in point if local_name(part.tag) == "navLabel"), None)
        content = next((part for part in point if local_name(part.tag) == "content"), None)
        if words is not None and content is not None:
            links.append((attribute(content, "src"), "".join(words.itertext())))
    return links


def _has_drm(archive: ZipFile) -> bool:
    """Whether chapters are encrypted. Encrypted fonts alone are no copy protection."""
    listing = read_xml(archive, "META-INF/encryption.xml")
    names = [
        attribute(part, "URI").lower()
        for part in listing.iter()
        if local_name(part.tag) == "CipherReference"
    ]
    return any(name.endswith((".xhtml", ".html", ".htm", ".xml")) for name in names)
