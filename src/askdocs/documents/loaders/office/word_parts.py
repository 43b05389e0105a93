"""The parts of a Word file beside its body: notes, comments, headers and footers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.word_text import TextRules, paragraph_text
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    read_xml,
    relationships,
)

_DOCUMENT = "word/document.xml"
_PAGE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"})
_PAGE_WORDS = re.compile(
    r"\b(?:page|seite|pagina|página|side|sida|sivu|strana|strona|p|s|of|von|de|di|av|af|z"
    r"|sur|van|out)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class WordComment:
    """A comment: who wrote it, on which day (ISO 8601, "" if unknown), and its words."""

    author: str
    day: str
    text: str

    def line(self) -> str:
        """The comment as a paragraph that says whose it is."""
        by = f" by {self.author}" if self.author else ""
        on = f" ({self.day})" if self.day else ""
        return f"Comment{by}{on}: {self.text.removeprefix(f'{self.author}:').strip()}"


def read_notes(archive: ZipFile, kind: str, rules: TextRules) -> dict[str, str]:
    """The notes of a kind, "footnote" or "endnote", by names like "footnote 2"."""
    part = f"word/{kind}s.xml"
    if part not in archive.namelist():
        return {}
    return {
        f"{kind} {attribute(note, 'id')}": _words(note, rules)
        for note in read_xml(archive, part)
        if not attribute(note, "type")
    }


def read_comments(archive: ZipFile, rules: TextRules) -> dict[str, WordComment]:
    """The comments by their ids."""
    part = "word/comments.xml"
    if part not in archive.namelist():
        return {}
    found = {}
    for comment in read_xml(archive, part):
        text = _words(comment, rules)
        if local_name(comment.tag) == "comment" and text:
            day = attribute(comment, "date")[:10]
            author = attribute(comment, "author").strip()
            found[attribute(comment, "id")] = WordComment(author, day, text)
    return found


def read_margins(archive: ZipFile, body: Element, rules: TextRules) -> Iterator[tuple[str, str]]:
    """("Header" or "Footer", its words) of each header and footer that pages show, once.

    Page numbers are left out, and so is one that says nothing else.
    """
    targets = relationships(archive, _DOCUMENT)
    seen: set[str] = set()
    for kind in ("header", "footer"):
        for element in body.iter():
            if local_name(element.tag) != f"{kind}Reference":
                continue
            _, part = targets.get(attribute(element, "id"), ("", ""))
            if part not in archive.namelist() or part in seen:
                continue
            seen.add(part)
            words = _margin_words(read_xml(archive, part), rules)
            if words and words not in seen:
                seen.add(words)
                yield kind.capitalize(), words


def _margin_words(root: Element, rules: TextRules) -> str:
    texts = []
    for paragraph in _paragraphs(root):
        text = paragraph_text(paragraph, rules, _PAGE_FIELDS)
        cells = [" ".join(cell.split()) for cell in text.split("\t")]
        texts += [cell for cell in cells if any(map(str.isalpha, _PAGE_WORDS.sub("", cell)))]
    return " | ".join(dict.fromkeys(texts))


def _paragraphs(root: Element) -> Iterator[Element]:
    """All paragraphs, those in text boxes once."""
    stack = [root]
    while stack:
        element = stack.pop()
        if local_name(element.tag) == "p":
            yield element
        if local_name(element.tag) != "Fallback":
            stack.extend(reversed(element))


def referred(element: Element, names: Mapping[str, str], known: Callable[[str], bool]) -> list[str]:
    """What an element refers to, in order: names for each kind of reference that are known."""
    found = []
    for part in element.iter():
        prefix = names.get(local_name(part.tag))
        if prefix is not None:
            name = f"{prefix}{attribute(part, 'id')}"
            if known(name) and name not in found:
                found.append(name)
    return found


def _words(element: Element, rules: TextRules) -> str:
    texts = (paragraph_text(p, rules).strip() for p in element.iter() if local_name(p.tag) == "p")
    return " ".join(filter(None, texts))
