"""Text recognition (OCR) in images with RapidOCR, if the extra `ocr` is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askdocs.documents.loaders.pdf.characters import Segment
from askdocs.documents.loaders.registry import OCR_LIBRARY

Image = NDArray[np.uint8]  # [height, width, 3], red, green, blue
DOTS_PER_INCH = 200  # of a page that is rendered for OCR; letters of 8 points stay legible
_SAME_SIZE = 1.3  # lines whose heights differ by a smaller factor have one size
_SIZE_SHARE = 0.75  # the font size as a share of the height of a line's box


def available() -> bool:
    """Whether the library is installed. Its package contains the models; nothing is downloaded."""
    return find_spec(OCR_LIBRARY) is not None


def recognise(picture: Image, *, scale: float) -> list[Segment]:
    """The lines of text in an image, in points from its bottom. `scale` is pixels per point.

    Lines with a confidence below one half are omitted.
    """
    found = _engine()(np.ascontiguousarray(picture[:, :, ::-1]))
    if found.boxes is None or found.txts is None:
        return []
    height = picture.shape[0] / scale
    boxes = np.asarray(found.boxes, np.float64) / scale  # [lines, 4 corners, (x, y)]
    heights = boxes[:, :, 1].max(1) - boxes[:, :, 1].min(1)
    usual = median(heights)
    segments = []
    for text, box, tall in zip(found.txts, boxes, heights, strict=True):
        # Boxes of one font differ in height: letters may have ascenders or descenders.
        same_size = 1 / _SAME_SIZE < tall / usual < _SAME_SIZE
        segments.append(
            Segment(
                text=text,
                left=float(box[:, 0].min()),
                right=float(box[:, 0].max()),
                bottom=height - float(box[:, 1].max()),
                top=height - float(box[:, 1].min()),
                size=round(_SIZE_SHARE * float(usual if same_size else tall), 1),
                bold=False,
            )
        )
    return segments


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})
