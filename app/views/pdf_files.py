"""The PDF files of the folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from askdocs.errors import CorpusError

if TYPE_CHECKING:
    from askdocs.assistant import Assistant

_SIGNATURE = b"%PDF-"
_SIGNATURE_WITHIN = 1024  # bytes: some programs write other data before it


def pdf_of(assistant: Assistant, source: str) -> Path | None:
    """The file of an indexed document if it is a PDF; None for any other.

    A link that leads out of the folder is not followed, as in a scan of the folder.
    """
    try:
        assistant.document(source)
    except CorpusError:
        return None
    folder = assistant.config.corpus.resolve()
    try:
        file = (folder / source).resolve(strict=True)
        if not file.is_relative_to(folder) or not file.is_file():
            return None
        with file.open("rb") as opened:
            return file if _SIGNATURE in opened.read(_SIGNATURE_WITHIN) else None
    except (OSError, ValueError):
        return None
