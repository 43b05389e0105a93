"""Text recognition in pictures, where the extra `ocr` is installed: RapidOCR, on this machine."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askdocs.documents.loaders.pdf.characters import Segment
from askdocs.documents.loaders.registry import OCR_LIBRARY

Picture = NDArray[np.uint8]  # [height, width, 3], red, green, blue
DOTS_PER_INCH = 200  # of a page that is drawn to be recognised; letters of 8 points stay legible
_ALIKE = 1.3  # lines whose heights differ by less are of one size
_LETTERS = 0.75  # of a line's box that the size of its font takes


def available() -> bool:
    """Whether the library is installed. Its models lie in its package; nothing is downloaded."""
    return find_spec(OCR_LIBRARY) is not None


def recognise(picture: Picture, *, scale: float) -> list[Segment]:
    """The lines of text in a picture, in points from its foot; `scale` is pixels a point.

    What the model is not half sure of is left out.
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
        # Boxes of one font differ by the letters that hang below or stand above.
        alike = 1 / _ALIKE < tall / usual < _ALIKE
        segments.append(
            Segment(
                text=text,
                left=float(box[:, 0].min()),
                right=float(box[:, 0].max()),
                bottom=height - float(box[:, 1].max()),
                top=height - float(box[:, 1].min()),
                size=round(_LETTERS * float(usual if alike else tall), 1),
                bold=False,
            )
        )
    return segments


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})
