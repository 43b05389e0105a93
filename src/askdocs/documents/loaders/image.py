"""Image files, if the extra `ocr` is installed. Each frame is a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.pdf.document import document_of_pages
from askdocs.documents.loaders.pdf.layout import Line, lines_in_order
from askdocs.documents.loaders.pdf.ocr import DOTS_PER_INCH, available, recognise
from askdocs.types import Document

NO_RECOGNITION = "the file is a picture; the extra askdocs[ocr] reads the text in it"
_SCALE = DOTS_PER_INCH / 72  # assumed, since images often do not state their resolution


def load(path: Path, source: str) -> Sequence[Document]:
    """Return one document. Raises LoadError if the extra is missing or no text is recognised."""
    if not available():
        raise LoadError(NO_RECOGNITION)
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    pages: list[list[Line]] = []
    try:
        with Image.open(path) as image:
            for frame in ImageSequence.Iterator(image):
                upright = ImageOps.exif_transpose(frame).convert("RGB")
                segments = recognise(np.asarray(upright), scale=_SCALE)
                pages.append(lines_in_order(segments, upright.height / _SCALE))
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise LoadError("the file is a picture that is damaged or too large") from error
    if not any(pages):
        raise LoadError("no text is recognised in the picture")
    return [document_of_pages(source, "", pages)]
