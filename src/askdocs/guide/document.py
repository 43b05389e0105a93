"""The guide of one document: its type, outline and abstract."""

from __future__ import annotations

from askdocs.documents.document_types import kind_of
from askdocs.documents.titles import readable_title
from askdocs.guide.names import figures_in, names_in, words_of
from askdocs.guide.opening import opening_of
from askdocs.guide.outline import outline_of
from askdocs.index.catalog import Catalog
from askdocs.text.dates import document_date
from askdocs.types import Document, DocumentGuide, DocumentRecord


def guide_of(document: Document, record: DocumentRecord, catalog: Catalog) -> DocumentGuide:
    """The guide of a document. Its words are compared with all passages of the index."""
    title = readable_title(document.source, document.title)
    outline = outline_of(document, title)
    return DocumentGuide(
        record=record,
        title=title,
        kind=kind_of(document.source),
        dated=_day_of(document),
        outline=outline,
        opening=opening_of(document, outline),
        names=names_in(document.text),
        words=words_of(document.text, catalog.count_passages(), catalog.count_words),
        figures=figures_in(document.text),
    )


def _day_of(document: Document) -> str:
    """The date in a document or its name, in ISO format; "" if it has none."""
    found = document_date(document.source, document.title, document.text)
    return found.iso if found and found.is_stated else ""
