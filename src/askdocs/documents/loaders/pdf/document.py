"""PDF: text in reading order; anchors are the page as counted and as printed, and the heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from askdocs.documents.loaders import LoadError
from askdocs.documents.loaders.builder import DocumentBuilder
from askdocs.documents.loaders.ocr import DOTS_PER_INCH, available, recognise
from askdocs.documents.loaders.pdf.characters import Segment, read_segments
from askdocs.documents.loaders.pdf.flow import headings_of, join_over_pages
from askdocs.documents.loaders.pdf.headers_footers import (
    printed_numbers,
    without_furniture,
    without_watermarks,
)
from askdocs.documents.loaders.pdf.layout import Line, lines_in_order
from askdocs.documents.loaders.pdf.paragraphs import Paragraph, paragraphs_of, vocabulary
from askdocs.types import Document

SCANNED = (
    "the pages are scanned pictures without text; run text recognition (OCR) on the file first,"
    " or install the extra askdocs[ocr]"
)
UNRECOGNISED = "the pages are pictures, and no text is recognised in them"
_NO_TITLES = frozenset({"contents", "table of contents", "inhaltsverzeichnis", "inhalt", "index"})
_FEW_LETTERS = 200  # a page with more is no scan
_PICTURE_SHARE = 0.3  # of a page without text that pictures cover, for it to be a scan


def load(path: Path, source: str) -> Sequence[Document]:
    """One document. Pages that are only a picture are named in the text at their place.

    Raises LoadError for a file that is protected, damaged or has no text on any page.
    """
    try:
        pdf = pypdfium2.PdfDocument(path.read_bytes())
    except pypdfium2.PdfiumError as error:
        raise LoadError(_reason(str(error))) from error
    with pdf:
        title = pdf.get_metadata_value("Title")
        labels = [pdf.get_page_label(index) for index in range(len(pdf))]
        read = [_read_page(pdf, index) for index in range(len(pdf))]
    pictures = [page.is_picture for page in read]
    unmarked = without_watermarks([page.segments for page in read], [page.height for page in read])
    pages = [
        lines_in_order(segments, page.height) for segments, page in zip(unmarked, read, strict=True)
    ]
    if not pages:
        raise LoadError("the file has no pages")
    printed = printed_numbers(pages)
    kept = without_furniture(pages, printed)
    if not any(kept):
        kept = pages if not any(pictures) else kept
    if not any(kept):
        raise LoadError(_why_empty(any(pictures)))
    labels = [label or printed.get(number, "") for number, label in enumerate(labels, 1)]
    return [document_of_pages(source, _usable_title(title), kept, labels, pictures)]


@dataclass(frozen=True, slots=True)
class _Page:
    segments: list[Segment]
    height: float
    is_picture: bool


def _read_page(pdf: pypdfium2.PdfDocument, index: int) -> _Page:
    """What stands on a page; nothing where the page is damaged."""
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        return _Page([], 0.0, False)
    text_page = page.get_textpage()
    try:
        segments, height = read_segments(text_page.raw, page.get_cropbox())
        few = sum(len(segment.text) for segment in segments) < _FEW_LETTERS
        is_picture = few and _is_picture(page)
        if is_picture and available():
            segments, height = _recognised(page), page.get_height()
            is_picture = not segments
        return _Page(segments, height, is_picture)
    finally:
        text_page.close()
        page.close()


def _recognised(page: pypdfium2.PdfPage) -> list[Segment]:
    scale = DOTS_PER_INCH / 72
    drawn = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    return recognise(drawn[:, :, :3], scale=scale)


def _is_picture(page: pypdfium2.PdfPage) -> bool:
    covered = 0.0
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = found.get_bounds()
        covered += max(0.0, right - left) * max(0.0, top - bottom)
    width, height = page.get_size()
    return bool(covered > _PICTURE_SHARE * width * height)


def document_of_pages(
    source: str,
    title: str,
    pages: Sequence[list[Line]],
    labels: Sequence[str] = (),
    pictures: Sequence[bool] = (),
) -> Document:
    """The document whose pages hold these lines.

    `labels` are the numbers printed on the pages, `pictures` says which are pictures; a page
    without lines that is one is named at its place.
    """
    labels = labels or [""] * len(pages)
    pictures = pictures or [False] * len(pages)
    words = vocabulary(line for lines in pages for line in lines)
    paragraphs: list[Paragraph] = []
    for number, lines in enumerate(pages, 1):
        if not lines and pictures[number - 1]:
            remark = f"[Page {number} is a scanned picture without text.]"
            paragraphs.append(Paragraph(((number, remark),), size=0.0))
        paragraphs += paragraphs_of(lines, number, words)
    paragraphs = join_over_pages(paragraphs, words)
    levels = headings_of(paragraphs)
    builder = DocumentBuilder(source, title=title)
    page = 0
    for paragraph, level in zip(paragraphs, levels, strict=True):
        last = len(paragraph.parts) - 1
        for position, (number, text) in enumerate(paragraph.parts):
            if number != page:
                builder.anchor(page=number, page_label=labels[number - 1] or str(number))
                page = number
            if level:
                builder.heading(level, text)
            else:
                end = "\n\n" if position == last else paragraph.glue
                builder.add(text, end=end)
    if not builder.title:
        tops = (p.text for p, level in zip(paragraphs, levels, strict=True) if level == 1)
        builder.title = next((text for text in tops if text.lower() not in _NO_TITLES), "")
    return builder.build()


def _why_empty(pictures: bool) -> str:
    if not pictures:
        return "the pages hold no text"
    return UNRECOGNISED if available() else SCANNED


def _usable_title(title: str) -> str:
    """The title in the file's properties, unless it is the name of a file or of a program."""
    words = title.strip()
    named_file = words.lower().endswith((".doc", ".docx", ".tex", ".dvi", ".indd", ".pdf", ".rtf"))
    program = words.lower().startswith(("microsoft word", "untitled", "powerpoint", "(anonymous"))
    return "" if named_file or program or len(words) < 3 else words


def _reason(message: str) -> str:
    lower = message.lower()
    if "password" in lower:
        return "the file is protected by a password"
    if "security" in lower:
        return "the file is protected in a way that cannot be read"
    return "the file is damaged or incomplete"
