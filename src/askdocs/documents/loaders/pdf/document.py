"""PDF: text in reading order. The anchors are the page, its printed number, and the heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from askdocs.documents.loaders.errors import LoadError
from askdocs.documents.loaders.pdf.annotations import (
    Annotations,
    attached_files,
    read_annotations,
    with_blanks,
    with_fields,
)
from askdocs.documents.loaders.pdf.characters import Box, PageText, Segment, read_text
from askdocs.documents.loaders.pdf.flow import headings_of, join_headings, join_over_pages
from askdocs.documents.loaders.pdf.garbled import UNDECODED, is_garbled
from askdocs.documents.loaders.pdf.headers_footers import (
    printed_numbers,
    without_headers_footers,
    without_watermarks,
)
from askdocs.documents.loaders.pdf.images import (
    has_invisible_text,
    image_boxes,
    is_scan,
    unread_share,
)
from askdocs.documents.loaders.pdf.layout import Line, lines_in_order
from askdocs.documents.loaders.pdf.line_numbers import without_line_numbers
from askdocs.documents.loaders.pdf.ocr import DOTS_PER_INCH, available, recognise
from askdocs.documents.loaders.pdf.paragraphs import Paragraph, paragraphs_of, vocabulary
from askdocs.documents.loaders.pdf.ruling_lines import (
    RulingLine,
    find_bands,
    find_grids,
    read_ruling_lines,
)
from askdocs.documents.loaders.pdf.tables import ColumnNames, with_banded_tables, with_ruled_tables
from askdocs.documents.loaders.pdf.title import best_title
from askdocs.documents.loaders.pdf.xfa import xfa_lines
from askdocs.documents.loaders.shared.attachments import Attachments
from askdocs.documents.loaders.shared.builder import DocumentBuilder
from askdocs.documents.loaders.shared.page_progress import report_pages
from askdocs.types import Document

SCANNED = (
    "the pages are scanned pictures without text; run text recognition (OCR) on the file first,"
    " or install the extra askdocs[ocr]"
)
UNRECOGNISED = "the pages are pictures, and no text is recognised in them"
UNREADABLE = (
    "the letters cannot be decoded (the fonts have no usable map to Unicode); run text recognition"
    " (OCR) on the file first, or install the extra askdocs[ocr]"
)
_XFA = "the fields of an XFA form"
_SLANTED = "slanted text"
_DAMAGED = "damaged, not read"

_SCANS = "a scanned picture without text"
_FEW_LETTERS = 200  # a page with more letters is not a scan
_STAMPED_SHARE = 0.3  # sideways words on a larger share of the pages are a publisher's mark
_FEW_SLANTED = 12  # characters; fewer are a stamp
_POINTS_PER_INCH = 72
# Between "Port:" and its value in the next column, if only another label follows the value.
_LABEL_AND_VALUE = re.compile(
    r"(?<=[\w)#.*]:) \| (?=[^|\n]*[^|\n:\s](?:\n|$| \| [^|\n]*:(?: \||\n|$)))"
)


def load(path: Path, source: str) -> Sequence[Document]:
    """Return the document, and the documents in its attachments.

    The text contains a remark in place of each page that is only an image. Raises LoadError if the
    file is protected or damaged, or has no text on any page.
    """
    try:
        pdf = pypdfium2.PdfDocument(path.read_bytes())
    except pypdfium2.PdfiumError as error:
        raise LoadError(_pdfium_reason(str(error))) from error
    with pdf:
        form_type = pdf.get_formtype()
        if form_type != pdfium.FORMTYPE_NONE:
            pdf.init_forms()
        title = pdf.get_metadata_value("Title")
        form = xfa_lines(pdf) if form_type == pdfium.FORMTYPE_XFA_FULL else []
        labels = [pdf.get_page_label(index) for index in range(len(pdf))]
        read = _read_pages(pdf)
        files = [*attached_files(pdf), *(file for page in read for file in page.annotations.files)]
    if not read:
        raise LoadError("the file has no pages")
    attachments = Attachments(source)
    for name, content in files:
        attachments.add(name, content)
    left_out = attachments.remarks()
    if form_type in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND):
        left_out += [] if form or any(page.annotations.fields for page in read) else [_XFA]
    left_out += [*_unread_remarks(read), *([] if form else _field_remarks(read))]
    try:
        document = (
            _form_document(source, title, form, left_out)
            if form
            else _document(source, title, labels=labels, read=read, left_out=left_out)
        )
    except LoadError:
        if not attachments.documents:
            raise
        return attachments.documents
    return [document, *attachments.documents]


@dataclass(frozen=True, slots=True)
class _Page:
    """The content of a page.

    `undecoded` means that its text is garbled. `grids` are the cells of its ruled tables,
    `sideways_grids` the cells for each other direction of its text. `bands` are the lines of tables
    with only horizontal lines. `pictured` is the share of the page that is covered by images whose
    text is not read. `is_damaged` means that it cannot be opened.
    """

    text: PageText
    annotations: Annotations = field(default_factory=Annotations)
    is_picture: bool = False
    undecoded: bool = False
    grids: Sequence[Sequence[Box]] = ()
    sideways_grids: Sequence[Sequence[Sequence[Box]]] = ()
    bands: Sequence[Sequence[RulingLine]] = ()
    pictured: float = 0.0
    is_damaged: bool = False


def _document(
    source: str,
    title: str,
    *,
    labels: Sequence[str],
    read: Sequence[_Page],
    left_out: Sequence[str],
) -> Document:
    """The document of the pages. Raises LoadError if they contain no text."""
    heights = [page.text.height for page in read]
    unmarked = without_watermarks([page.text.segments for page in read], heights)
    unnumbered = without_line_numbers(unmarked)
    names = ColumnNames()
    pages = []
    for segments, page in zip(unnumbered, read, strict=True):
        notes = page.annotations
        filled = with_blanks(with_fields(segments, notes.fields), notes.fields, notes.blanks)
        with_rows, names = with_ruled_tables(filled, page.grids, names)
        with_all = with_banded_tables(with_rows, page.bands)
        pages.append(lines_in_order(with_all, page.text.height))
    pictures = [page.is_picture for page in read]
    stamps = _repeated_sideways(read)
    asides = {
        number: found
        for number, page in enumerate(read, 1)
        if (found := _asides(page, number, stamps))
    }
    printed = printed_numbers(pages)
    kept = without_headers_footers(pages, printed)
    if not any(kept) and not any(pictures):
        kept = pages
    if not any(kept) and not asides:
        raise LoadError(_reason_without_text(read))
    labels = [label or printed.get(number, "") for number, label in enumerate(labels, 1)]
    return document_of_pages(
        source,
        title,
        kept,
        labels=labels,
        pictures=pictures,
        asides=asides,
        left_out=left_out,
    )


def _form_document(
    source: str, title: str, lines: Sequence[str], left_out: Sequence[str]
) -> Document:
    """The document of an XFA form. Its pages are rendered only by the program that shows it."""
    builder = DocumentBuilder(source, title=best_title(title, source, (), ()))
    for what in left_out:
        builder.report_skipped(what)
    for line in lines:
        builder.add(line, end="\n")
    return builder.build()


def _read_pages(pdf: pypdfium2.PdfDocument) -> list[_Page]:
    """Read all pages. Report each, since a file may have hundreds, or pictures to recognise."""
    read = []
    for index in range(len(pdf)):
        read.append(_read_page(pdf, index))
        report_pages(index + 1, len(pdf))
    return read


def _read_page(pdf: pypdfium2.PdfDocument, index: int) -> _Page:
    """Read a page. A page that cannot be opened is empty."""
    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return _Page(PageText([], 0.0), is_damaged=True)
    try:
        text = read_text(text_page.raw, page.get_cropbox())
        annotations = read_annotations(page, text_page, pdf.formenv, text.turn)
        words = "\n".join(segment.text for segment in text.segments)
        undecoded = is_garbled(words, text.unmapped)
        boxes = image_boxes(page, text.turn)
        is_picture = (
            len(words) < _FEW_LETTERS
            and is_scan(page, boxes)
            and not (words and has_invisible_text(text_page))
        )
        recognised = False
        if undecoded or is_picture:
            segments = _recognise_page(page) if available() else []
            if undecoded or available():
                text = PageText(segments, page.get_height())
            is_picture = is_picture and not segments
            recognised = bool(segments)
            undecoded = undecoded and not segments
        ruling_lines = read_ruling_lines(page, text.turn) if text.segments else []
        grids, bands = find_grids(ruling_lines), find_bands(ruling_lines)
        sideways = [find_grids(read_ruling_lines(page, turn)) for _, _, turn in text.sideways]
        share = 0.0 if is_picture or recognised else unread_share(page, boxes, text.segments)
        return _Page(text, annotations, is_picture, undecoded, grids, sideways, bands, share)
    finally:
        text_page.close()
        page.close()


def _recognise_page(page: pypdfium2.PdfPage) -> list[Segment]:
    scale = DOTS_PER_INCH / _POINTS_PER_INCH
    image = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    return recognise(image[:, :, :3], scale=scale)


def _repeated_sideways(read: Sequence[_Page]) -> set[str]:
    """The sideways words that repeat on many pages: a publisher's mark, not text."""
    counts = Counter(
        text
        for page in read
        for text in {segment.text for segments, _, _ in page.text.sideways for segment in segments}
    )
    needed = max(2, round(_STAMPED_SHARE * len(read)))
    return {text for text, count in counts.items() if count >= needed}


def _asides(page: _Page, number: int, stamps: Set[str]) -> list[Paragraph]:
    """The paragraphs that follow the text of a page: sideways text without `stamps`, and notes."""
    lines: list[Line] = []
    for (segments, height, _), grids in zip(page.text.sideways, page.sideways_grids, strict=True):
        unmarked = [segment for segment in segments if segment.text not in stamps]
        with_rows, _ = with_ruled_tables(unmarked, grids, ColumnNames())
        lines += lines_in_order(with_rows, height)
    found = paragraphs_of(lines, number, vocabulary(lines))
    return [*found, *(Paragraph(((number, note),), size=0.0) for note in page.annotations.notes)]


def _unread_remarks(read: Sequence[_Page]) -> list[str]:
    """The content of the pages that is not read, with the page numbers."""
    kinds: list[tuple[str, list[int]]] = [
        (_DAMAGED, [n for n, page in enumerate(read, 1) if page.is_damaged]),
        (_SCANS, [n for n, page in enumerate(read, 1) if page.is_picture]),
        (UNDECODED, [n for n, page in enumerate(read, 1) if page.undecoded]),
        (_SLANTED, [n for n, page in enumerate(read, 1) if page.text.slanted > _FEW_SLANTED]),
    ]
    remarks = [f"{pages_in_words(numbers)}: {kind}" for kind, numbers in kinds if numbers]
    return [*remarks, *_picture_remark(read)]


def _field_remarks(read: Sequence[_Page]) -> list[str]:
    """The form fields without a value, and those whose value is not read, with the page numbers."""
    totals = sum((page.annotations.unread for page in read), Counter[str]())
    remarks = []
    for kind, count in sorted(totals.items()):
        pages = [n for n, page in enumerate(read, 1) if page.annotations.unread[kind]]
        kinds = kind if count == 1 else kind.replace("field", "fields", 1)
        remarks.append(f"{pages_in_words(pages)}: {count} {kinds}")
    return remarks


def _picture_remark(read: Sequence[_Page]) -> list[str]:
    """The pages with images, which may contain text that is not read."""
    pages = [(number, page.pictured) for number, page in enumerate(read, 1) if page.pictured]
    if not pages:
        return []
    shares = sorted({max(1, round(100 * share)) for _, share in pages})
    much = f"{shares[0]}–{shares[-1]}" if len(shares) > 1 else str(shares[0])
    where = pages_in_words([number for number, _ in pages])
    return [f"{where}: pictures ({much} % of the page; text in them is not read)"]


def pages_in_words(numbers: Sequence[int]) -> str:
    """Page numbers, which must be sorted, as a phrase: "pages 2, 5–9"."""
    runs = [
        [number for _, number in group]
        for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ]
    words = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"page{'s' if len(numbers) > 1 else ''} {words}"


def document_of_pages(
    source: str,
    title: str,
    pages: Sequence[list[Line]],
    *,
    labels: Sequence[str] = (),
    pictures: Sequence[bool] = (),
    asides: Mapping[int, Sequence[Paragraph]] | None = None,
    left_out: Sequence[str] = (),
) -> Document:
    """The document whose pages contain these lines.

    Args:
        source: Its name.
        title: The title in the properties of the file.
        pages: The lines of each page.
        labels: The numbers printed on the pages.
        pictures: Which pages are images. If such a page has no lines, a remark takes its place.
        asides: Page, from 1 → paragraphs that follow its text.
        left_out: The content of the file that is not read.
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
    paragraphs = join_headings(join_over_pages(paragraphs, words), words)
    levels = headings_of(paragraphs)
    paragraphs, levels = _with_asides(paragraphs, levels, asides or {})
    builder = DocumentBuilder(source, title=best_title(title, source, paragraphs, levels))
    for what in left_out:
        builder.report_skipped(what)
    _add_paragraphs(builder, paragraphs, levels, labels)
    return builder.build()


def _with_asides(
    paragraphs: Sequence[Paragraph],
    levels: Sequence[int],
    asides: Mapping[int, Sequence[Paragraph]],
) -> tuple[list[Paragraph], list[int]]:
    """Insert the asides of each page after the last paragraph that begins on the page."""
    together: list[Paragraph] = []
    all_levels: list[int] = []
    waiting = sorted(asides)
    for paragraph, level in zip(paragraphs, levels, strict=True):
        while waiting and waiting[0] < paragraph.parts[0][0]:
            added = asides[waiting.pop(0)]
            together += added
            all_levels += [0] * len(added)
        together.append(paragraph)
        all_levels.append(level)
    rest = [aside for number in waiting for aside in asides[number]]
    return [*together, *rest], [*all_levels, *[0] * len(rest)]


def _add_paragraphs(
    builder: DocumentBuilder,
    paragraphs: Sequence[Paragraph],
    levels: Sequence[int],
    labels: Sequence[str],
) -> None:
    """Write paragraphs with their pages and headings."""
    page = 0
    for paragraph, level in zip(paragraphs, levels, strict=True):
        last = len(paragraph.parts) - 1
        for position, (number, text) in enumerate(paragraph.parts):
            if number != page:
                builder.anchor(page=number, page_label=labels[number - 1] or str(number))
                page = number
            text = _LABEL_AND_VALUE.sub(" ", text)
            if level:
                builder.heading(level, text)
            else:
                end = paragraph.end if position == last else paragraph.glue
                builder.add(text, end=end)


def _reason_without_text(read: Sequence[_Page]) -> str:
    if any(page.undecoded for page in read):
        return UNREADABLE
    if all(page.is_damaged for page in read):
        return "all pages are damaged"
    if not any(page.is_picture for page in read):
        return "the pages contain no text"
    return UNRECOGNISED if available() else SCANNED


def _pdfium_reason(message: str) -> str:
    lower = message.lower()
    if "password" in lower:
        return "the file is protected by a password"
    if "security" in lower:
        return "the file is protected in a way that cannot be read"
    return "the file is damaged or incomplete"
