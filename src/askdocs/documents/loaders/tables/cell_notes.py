"""Notes and comments on the cells of an .xlsx workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.zip_archive import attribute, local, read_xml, relations
from askdocs.documents.loaders.tables.rows import clean

Notes = Mapping[tuple[int, int], str]  # (row, column) from 1 → the note in words

_WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_NEW_KIND = "[Threaded comment]"  # what an old Excel shows instead of a comment of the new kind


def read_notes(archive: ZipFile) -> dict[str, Notes]:
    """Name of a sheet → the notes on its cells, as "(note by Ada: Paid twice.)"."""
    targets = relations(archive, _WORKBOOK)
    people = dict(_people(archive, targets))
    found: dict[str, Notes] = {}
    for element in read_xml(archive, _WORKBOOK).iter():
        if local(element.tag) != "sheet":
            continue
        identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        _, part = targets.get(identifier, ("", ""))
        if part in archive.namelist():
            found[element.get("name", "")] = _sheet_notes(archive, part, people)
    return found


def _people(archive: ZipFile, targets: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(id, name) of those who wrote comments of the new kind."""
    for kind, part in targets.values():
        if kind == "person" and part in archive.namelist():
            for person in read_xml(archive, part):
                yield attribute(person, "id"), attribute(person, "displayName")


def _sheet_notes(archive: ZipFile, part: str, people: Mapping[str, str]) -> Notes:
    words: dict[tuple[int, int], list[str]] = {}
    for kind, target in relations(archive, part).values():
        if target not in archive.namelist() or kind not in {"comments", "threadedComment"}:
            continue
        for cell, author, text in _comments(read_xml(archive, target), people):
            text = clean(text)
            if text and not text.startswith(_NEW_KIND):
                by = f"note by {author}" if author else "note"
                words.setdefault(cell, []).append(f"({by}: {text.removeprefix(f'{author}: ')})")
    return {cell: " ".join(found) for cell, found in words.items()}


def _comments(
    root: Element, people: Mapping[str, str]
) -> Iterator[tuple[tuple[int, int], str, str]]:
    """(cell, author, text) of each comment of a part."""
    authors = [clean(part.text or "") for part in root.iter() if local(part.tag) == "author"]
    for comment in root.iter():
        cell = _CELL.fullmatch(comment.get("ref", ""))
        if local(comment.tag) not in {"comment", "threadedComment"} or not cell:
            continue
        number = comment.get("authorId", "")
        author = people.get(comment.get("personId", ""), "")
        if number.isdecimal() and int(number) < len(authors):
            author = authors[int(number)]
        pieces = [part.text or "" for part in comment.iter() if local(part.tag) in {"t", "text"}]
        yield (int(cell.group(2)), _column(cell.group(1))), author, "".join(pieces)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
