"""Summaries of documents and folders, in their own words."""

from __future__ import annotations

from dataclasses import dataclass

from askdocs.types.status import DocumentRecord


@dataclass(frozen=True, slots=True)
class Section:
    """A heading in the outline of a document. `level` counts from 1, `start` is its offset."""

    heading: str
    level: int
    start: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a document: `text == document.text[start:end]`. `heading` is that of their section.

    It is "" for the beginning of a document.
    """

    heading: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class SuggestedQuestion:
    """A question suggested by a document. Its text from `start` to `end` should answer it."""

    text: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DocumentGuide:
    """A summary of a document, in its own words.

    `dated` is the date in the document, such as 2025-03-31; "" if it has none. `opening` is its
    abstract or summary, or its first sentences. `names`, `words` and `figures` are characteristic
    of it. `record` is its record in the index.
    """

    record: DocumentRecord
    title: str
    kind: str
    dated: str = ""
    outline: tuple[Section, ...] = ()
    opening: Excerpt | None = None
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return self.record.source


@dataclass(frozen=True, slots=True)
class Guide:
    """A summary of a folder: the number of documents, their types, dates and topics.

    `since` and `until` are the oldest and newest date of the documents, by their own words; "" if
    none has a date, or if some were not looked at. `documents` are the guides of some documents,
    the most informative ones first. `failed` counts files that could not be read, `partly`
    documents that were not read completely.
    """

    count: int
    kinds: tuple[tuple[str, int], ...] = ()
    since: str = ""
    until: str = ""
    topics: tuple[str, ...] = ()
    documents: tuple[DocumentGuide, ...] = ()
    failed: int = 0
    partly: int = 0
