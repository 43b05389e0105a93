"""Pages of PDF documents as pictures, with quoted words outlined."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.pdf.page_image import page_picture
from askdocs.errors import CorpusError
from askdocs.output.marks import Mark

from .source import page_at

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

PICTURES_KEPT = 16


def picture_of(assistant: Assistant, source: str, mark: Mark) -> bytes:
    """The page that the marked words stand on, as PNG; outlined only if they have not changed.

    Raises CorpusError where there is no such document, or it has no page that can be drawn.
    """
    document = assistant.document(source)
    file = assistant.config.corpus / source
    page = page_at(document, mark.start)
    if file.suffix.lower() != ".pdf" or page is None or not file.is_file():
        raise CorpusError(f"There is no picture of this place in {source}.")
    words = document.text[mark.start : mark.end] if mark.holds(document.text) else ""
    try:
        return _drawn(file, file.stat().st_mtime_ns, page, words)
    except (LoadError, OSError) as error:
        raise CorpusError(f"The page of {source} cannot be shown: {error}.") from error


@lru_cache(PICTURES_KEPT)
def _drawn(file: Path, modified_ns: int, page: int, words: str) -> bytes:
    del modified_ns  # a file that has changed is drawn again
    return page_picture(file, page, words)
