"""The other parts of a Word file: notes, comments, headers and footers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from askdocs.documents.loaders.office.word_text import TextContext, paragraph_text
from askdocs.documents.loaders.shared.page_numbers import has_words
from askdocs.documents.loaders.shared.zip_archive import (
    attribute,
    local_name,
    read_xml,
    relationships,
)

_DOCUMENT = "word/document.xml"
_PAGE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"})


@dataclass(frozen=True, slots=True)
class WordComment:
    """A comment: its author, its day (ISO 8601, "" if unknown), and its text."""

    author: str
    day: str
    text: str

    def line(self) -> str:
        """The comment as a paragraph with its author and day."""
        return comment_line(self.author, self.day, self.text)


def comment_line(author: str, day: str, text: str) -> str:
    """A comment as a paragraph with its author and day; "" for unknown ones."""
    by = f" by {author}" if author else ""
    on = f" ({day})" if day else ""
    return f"Comment{by}{on}: {text.removeprefix(f'{author}:').strip()}"


def read_notes(archive: ZipFile, kind: str, context: TextContext) -> dict[str, str]:
    """The footnotes or endnotes (`kind` is "footnote" or "endnote"), by keys like "footnote 2"."""
    part = f"word/{kind}s.xml"
    if part not in archive.namelist():
        return {}
    return {
        f"{kind} {attribute(note, 'id')}": _joined_paragraphs(note, context)
        for note in read_xml(archive, part)
        if not attribute(note, "type")
    }


def read_comments(archive: ZipFile, context: TextContext) -> dict[str, WordComment]:
    """The comments, by their ids."""
    part = "word/comments.xml"
    if part not in archive.namelist():
        return {}
    found = {}
    for comment in read_xml(archive, part):
        text = _joined_paragraphs(comment, context)
        if local_name(comment.tag) == "comment" and text:
            day = attribute(comment, "date")[:10]
            author = attribute(comment, "author").strip()
            found[attribute(comment, "id")] = WordComment(author, day, text)
    return found


def read_headers_footers(
    archive: ZipFile, body: Element, context: TextContext
) -> Iterator[tuple[str, str]]:
    """("Header" or "Footer", its text) of each distinct header and footer of the pages.

    Page numbers are omitted, and so are headers and footers with nothing else.
    """
    seen: set[str] = set()
    for kind in ("header", "footer"):
        for root in header_footer_parts(archive, body, (kind,)):
            words = _header_text(root, context)
            if words and words not in seen:
                seen.add(words)
                yield kind.capitalize(), words


def header_footer_parts(
    archive: ZipFile, body: Element, kinds: Sequence[str] = ("header", "footer")
) -> Iterator[Element]:
    """The parts with the headers and footers of the pages, each once."""
    targets = relationships(archive, _DOCUMENT)
    seen: set[str] = set()
    names = {f"{kind}Reference" for kind in kinds}
    for element in body.iter():
        if local_name(element.tag) in names:
            _, part = targets.get(attribute(element, "id"), ("", ""))
            if part in archive.namelist() and part not in seen:
                seen.add(part)
                yield read_xml(archive, part)


def _header_text(root: Element, context: TextContext) -> str:
    texts = []
    for paragraph in _paragraphs(root):
        text = paragraph_text(paragraph, context, _PAGE_FIELDS)
        cells = [" ".join(cell.split()) for cell in text.split("\t")]
        texts += [cell for cell in cells if has_words(cell)]
    return " | ".join(dict.fromkeys(texts))


def _paragraphs(root: Element) -> Iterator[Element]:
    """All paragraphs, without duplicates of those in text boxes."""
    stack = [root]
    while stack:
        element = stack.pop()
        if local_name(element.tag) == "p":
            yield element
        if local_name(element.tag) != "Fallback":
            stack.extend(reversed(element))


def referred(element: Element, names: Mapping[str, str], known: Callable[[str], bool]) -> list[str]:
    """The keys of the known notes or comments that an element refers to, in order."""
    found = []
    for part in element.iter():
        prefix = names.get(local_name(part.tag))
        if prefix is not None:
            name = f"{prefix}{attribute(part, 'id')}"
            if known(name) and name not in found:
                found.append(name)
    return found


def _joined_paragraphs(element: Element, context: TextContext) -> str:
    texts = (paragraph_text(paragraph, context).strip() for paragraph in _paragraphs(element))
    return " ".join(filter(None, texts))
