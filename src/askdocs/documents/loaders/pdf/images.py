"""Images on a page: which pages are scans, and which images may contain text that is not read."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.pdf.characters import Box, Segment, rotate_box

_SCAN_SHARE = 0.3  # of a page without text; if images cover more, it is a scan
_IMAGE_SHARE = 0.05  # of the page; a smaller one is a logo or an icon
_LETTERS_ON = 20  # an image with more letters on it is a background or a scan with a text layer
_DEEPEST = 3  # levels of nested form XObjects that are searched
_MOST_OBJECTS = 20_000  # objects of a page that are searched


def image_boxes(page: Any, turn: int) -> list[Box]:
    """The boxes of the images on a page, clipped to its visible part.

    Args:
        page: The page of pypdfium2.
        turn: The rotation that makes the text upright, in quarter turns.
    """
    shown = page.get_cropbox()
    boxes = []
    for left, bottom, right, top in _image_bounds(page):
        box = (
            max(left, shown[0]), max(bottom, shown[1]), min(right, shown[2]), min(top, shown[3]),
        )  # fmt: skip
        if box[0] < box[2] and box[1] < box[3]:
            boxes.append(rotate_box(box, turn, shown))
    return boxes


def is_scan(page: Any, boxes: Sequence[Box]) -> bool:
    """Whether a page with hardly any text is a scanned image."""
    width, height = page.get_size()
    return sum(map(_area, boxes)) > _SCAN_SHARE * float(width * height)


def has_invisible_text(text_page: Any) -> bool:
    """Whether the first letter of a page is invisible, as the text of a recognised scan is."""
    count = pdfium.FPDFText_CountChars(text_page)
    for index in range(max(count, 0)):
        if pdfium.FPDFText_GetUnicode(text_page, index) > ord(" "):
            text_object = pdfium.FPDFText_GetTextObject(text_page, index)
            mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object) if text_object else None
            return bool(mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    return False


def unread_share(page: Any, boxes: Sequence[Box], segments: Sequence[Segment]) -> float:
    """The share of a page that is covered by images without text on them."""
    width, height = page.get_size()
    size = max(float(width * height), 1.0)
    unread = [
        box
        for box in boxes
        if _area(box) >= _IMAGE_SHARE * size and _letters_on(box, segments) <= _LETTERS_ON
    ]
    return min(1.0, sum(_area(box) for box in _outermost(unread)) / size)


def _image_bounds(page: Any) -> Iterator[Box]:
    """The bounds of images, including those in form XObjects."""
    waiting = [(pdfium.FPDFPage_GetObject(page, n), 0) for n in range(_count_objects(page))]
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    while waiting:
        page_object, level = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(page_object)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and level < _DEEPEST:
            count = min(max(0, pdfium.FPDFFormObj_CountObjects(page_object)), _MOST_OBJECTS)
            waiting += [
                (pdfium.FPDFFormObj_GetObject(page_object, n), level + 1) for n in range(count)
            ]
        if kind != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        if pdfium.FPDFPageObj_GetBounds(page_object, left, bottom, right, top):
            yield left.value, bottom.value, right.value, top.value


def _count_objects(page: Any) -> int:
    return min(max(0, int(pdfium.FPDFPage_CountObjects(page))), _MOST_OBJECTS)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _letters_on(box: Box, segments: Sequence[Segment]) -> int:
    left, bottom, right, top = box
    return sum(
        len(segment.text)
        for segment in segments
        if left <= (segment.left + segment.right) / 2 <= right
        and bottom <= (segment.bottom + segment.top) / 2 <= top
    )


def _outermost(boxes: Sequence[Box]) -> list[Box]:
    """The boxes without those inside another one, such as shadows and masks."""
    kept: list[Box] = []
    for box in sorted(boxes, key=_area, reverse=True):
        inside = any(
            other[0] - 1 <= box[0]
            and other[1] - 1 <= box[1]
            and box[2] <= other[2] + 1
            and box[3] <= other[3] + 1
            for other in kept
        )
        kept += [] if inside else [box]
    return kept
