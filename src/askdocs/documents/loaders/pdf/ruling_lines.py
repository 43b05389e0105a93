"""The ruling lines of a page, and the cells of tables between them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.pdf.characters import Box, rotate_box

_MOST_OBJECTS = 4000  # of a page; one with more is a drawing
_MOST_SEGMENTS = 200  # of one path
_MOST_RULES = 600  # lines of a page; finding cells takes quadratic time
_STRAIGHT = 1.0  # points by which a horizontal or vertical line may deviate
_SHORTEST = 5.0  # points of a line that divides cells
_WHOLE_PAGE = 0.95  # of the page's width and height; a larger box is the background
_SNAP = 3.0  # points between two lines that count as one; the default of pdfplumber
_FEWEST_RULES = 4
_FEWEST_IN_BAND = 3


@dataclass(frozen=True, slots=True)
class RulingLine:
    """A horizontal or vertical line from (x0, y0) to (x1, y1), in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_flat(self) -> bool:
        return self.x1 - self.x0 > self.y1 - self.y0


def read_ruling_lines(page: Any, turn: int) -> list[RulingLine]:
    """The horizontal and vertical lines of a page, including the borders of boxes.

    Args:
        page: The page of pypdfium2.
        turn: The rotation that makes the text upright, in quarter turns.
    """
    count = pdfium.FPDFPage_CountObjects(page)
    if not 0 < count <= _MOST_OBJECTS:
        return []
    shown = page.get_cropbox()
    width, height = shown[2] - shown[0], shown[3] - shown[1]
    lines: list[RulingLine] = []
    for number in range(count):
        page_object = pdfium.FPDFPage_GetObject(page, number)
        if pdfium.FPDFPageObj_GetType(page_object) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        for x0, y0, x1, y1 in _straight_lines(page_object):
            if x1 - x0 > _WHOLE_PAGE * width or y1 - y0 > _WHOLE_PAGE * height:
                continue
            lines.append(RulingLine(*rotate_box((x0, y0, x1, y1), turn, shown)))
        if len(lines) > _MOST_RULES:
            return []
    return lines


def _straight_lines(page_object: Any) -> Iterator[Box]:
    """The horizontal and vertical parts of a path, as boxes without a width."""
    count = pdfium.FPDFPath_CountSegments(page_object)
    if not 2 <= count <= _MOST_SEGMENTS:
        return
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(page_object, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = before = (0.0, 0.0)
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(page_object, number)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _axis_parallel(before, here)
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _axis_parallel(here, start)
        before = here


def _axis_parallel(first: tuple[float, float], second: tuple[float, float]) -> Iterator[Box]:
    (x0, x1), (y0, y1) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    if y1 - y0 <= _STRAIGHT and x1 - x0 >= _SHORTEST:
        yield x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
    elif x1 - x0 <= _STRAIGHT and y1 - y0 >= _SHORTEST:
        yield (x0 + x1) / 2, y0, (x0 + x1) / 2, y1


def find_bands(lines: Sequence[RulingLine]) -> list[list[RulingLine]]:
    """The lines of each table with only horizontal lines, from the top: three or more of one width.

    Most journals have such tables: lines above and below the column names, and one at the bottom.
    """
    flat = sorted((line for line in lines if line.is_flat), key=lambda line: -line.y0)
    upright = [line for line in lines if not line.is_flat]
    bands: list[list[RulingLine]] = []
    for line in flat:
        band = next((b for b in bands if _same_width(b[0], line)), None)
        if band is None:
            bands.append([line])
        elif band[-1].y0 - line.y0 > _SNAP:
            band.append(line)
    return [
        band
        for band in bands
        if len(band) >= _FEWEST_IN_BAND and not any(_crosses_band(band, line) for line in upright)
    ]


def _same_width(first: RulingLine, second: RulingLine) -> bool:
    return abs(first.x0 - second.x0) <= _SNAP and abs(first.x1 - second.x1) <= _SNAP


def _crosses_band(band: Sequence[RulingLine], line: RulingLine) -> bool:
    across = band[0].x0 - _SNAP <= line.x0 <= band[0].x1 + _SNAP
    return across and line.y0 < band[0].y0 and line.y1 > band[-1].y0


def find_grids(lines: Sequence[RulingLine]) -> list[list[Box]]:
    """The cells of each table with lines around its cells, as boxes. pdfplumber finds them."""
    flat = sum(line.is_flat for line in lines)
    if flat < _FEWEST_RULES // 2 or len(lines) - flat < _FEWEST_RULES // 2:
        return []
    lines = [*lines, *_outer_lines(lines)]
    from pdfplumber.table import (
        cells_to_tables,
        edges_to_intersections,
        intersections_to_cells,
        merge_edges,
    )

    edges = merge_edges([_pdfplumber_edge(line) for line in lines], _SNAP, _SNAP, _SNAP, _SNAP)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    # pdfplumber measures heights from the top, so they are negative here.
    return [
        [(float(x0), -float(bottom), float(x1), -float(top)) for x0, top, x1, bottom in table]
        for table in cells_to_tables(cells)
    ]


def _outer_lines(lines: Sequence[RulingLine]) -> list[RulingLine]:
    """The outer lines of tables that have lines only between their columns."""
    flat = [line for line in lines if line.is_flat]
    upright = [line for line in lines if not line.is_flat]
    added = []
    for first in flat:
        same_width = [r for r in flat if _same_width(r, first)]
        foot, top = min(r.y0 for r in same_width), max(r.y0 for r in same_width)
        if first is not same_width[0] or top - foot < _SHORTEST:
            continue
        between = [
            r
            for r in upright
            if first.x0 + _SNAP < r.x0 < first.x1 - _SNAP and r.y0 < top and r.y1 > foot
        ]
        if between:
            added += [RulingLine(x, foot, x, top) for x in (first.x0, first.x1)]
    return added


def _pdfplumber_edge(line: RulingLine) -> dict[str, Any]:
    """A line in the format of pdfplumber."""
    return {
        "x0": line.x0,
        "x1": line.x1,
        "top": -line.y1,
        "bottom": -line.y0,
        "width": line.x1 - line.x0,
        "height": line.y1 - line.y0,
        "orientation": "h" if line.is_flat else "v",
    }
