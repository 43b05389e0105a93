"""Comments on the cells of an .xlsx workbook, both notes and threaded comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    read_xml,
    relationships,
)
from askdocs.documents.loaders.spreadsheets.sheet_parts import (
    WORKBOOK,
    Texts,
    cell_position,
    sheet_parts,
)
from askdocs.documents.loaders.tables.cells import clean

_PLACEHOLDER = "[Threaded comment]"  # what an old Excel shows instead of a threaded comment


def read_comments(archive: ZipFile) -> dict[str, Texts]:
    """Name of a sheet → the comments on its cells, as "(note by Ada: Paid twice.)"."""
    targets = relationships(archive, WORKBOOK)
    authors_by_id = dict(_authors(archive, targets))
    return {
        name: _sheet_comments(archive, part, authors_by_id) for name, part in sheet_parts(archive)
    }


def _authors(archive: ZipFile, targets: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(id, name) of the authors of threaded comments."""
    for kind, part in targets.values():
        if kind == "person" and part in archive.namelist():
            for author_element in read_xml(archive, part):
                yield attribute(author_element, "id"), attribute(author_element, "displayName")


def _sheet_comments(archive: ZipFile, part: str, authors_by_id: Mapping[str, str]) -> Texts:
    words: dict[tuple[int, int], list[str]] = {}
    for kind, target in relationships(archive, part).values():
        if target not in archive.namelist() or kind not in {"comments", "threadedComment"}:
            continue
        for cell, author, text in _comments_in(read_xml(archive, target), authors_by_id):
            text = clean(text)
            if text and not text.startswith(_PLACEHOLDER):
                by = f"note by {author}" if author else "note"
                words.setdefault(cell, []).append(f"({by}: {text.removeprefix(f'{author}: ')})")
    return {cell: " ".join(found) for cell, found in words.items()}


def _comments_in(
    root: Element, authors_by_id: Mapping[str, str]
) -> Iterator[tuple[tuple[int, int], str, str]]:
    """(cell, author, text) of each comment of a part."""
    authors = [clean(part.text or "") for part in root.iter() if local_name(part.tag) == "author"]
    for comment in root.iter():
        cell = cell_position(comment.get("ref", ""))
        if local_name(comment.tag) not in {"comment", "threadedComment"} or not cell:
            continue
        number = comment.get("authorId", "")
        author = authors_by_id.get(comment.get("personId", ""), "")
        if number.isdecimal() and int(number) < len(authors):
            author = authors[int(number)]
        pieces = [
            part.text or "" for part in comment.iter() if local_name(part.tag) in {"t", "text"}
        ]
        yield cell, author, "".join(pieces)
