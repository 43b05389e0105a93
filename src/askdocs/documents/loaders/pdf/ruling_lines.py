"""The lines that are drawn on a page, and the cells of tables between them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.pdf.characters import Box, turned

_MOST_OBJECTS = 4000  # of a page; one with more is a drawing
_MOST_SEGMENTS = 200  # of one path
_MOST_RULES = 600  # of a page that are looked at: finding cells takes the square of it
_STRAIGHT = 1.0  # points by which a line that runs along the page may deviate
_SHORTEST = 5.0  # points of a line that divides cells
_WHOLE_PAGE = 0.95  # of the page's width and height: a larger box is its background
_SNAP = 3.0  # points between two lines that are meant as one, as pdfplumber's default is
_FEWEST_RULES = 4
_FEWEST_IN_BAND = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line from (x0, y0) to (x1, y1), in points; it runs along the page."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_flat(self) -> bool:
        return self.x1 - self.x0 > self.y1 - self.y0


def read_rules(page: Any, turn: int) -> list[Rule]:
    """The lines that run along the edges of a page, and the borders of boxes; none of drawings.

    Args:
        page: The page of pypdfium2.
        turn: By how many quarters the page is turned so that its text is upright.
    """
    count = pdfium.FPDFPage_CountObjects(page)
    if not 0 < count <= _MOST_OBJECTS:
        return []
    shown = page.get_cropbox()
    width, height = shown[2] - shown[0], shown[3] - shown[1]
    rules: list[Rule] = []
    for number in range(count):
        drawn = pdfium.FPDFPage_GetObject(page, number)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        for x0, y0, x1, y1 in _straight_lines(drawn):
            if x1 - x0 > _WHOLE_PAGE * width or y1 - y0 > _WHOLE_PAGE * height:
                continue
            rules.append(Rule(*turned((x0, y0, x1, y1), turn, shown)))
        if len(rules) > _MOST_RULES:
            return []
    return rules


def _straight_lines(drawn: Any) -> Iterator[Box]:
    """The straight parts of a path that run along the page, as boxes without a width."""
    count = pdfium.FPDFPath_CountSegments(drawn)
    if not 2 <= count <= _MOST_SEGMENTS:
        return
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(drawn, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    start = before = (0.0, 0.0)
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, number)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield from _along(before, here)
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield from _along(here, start)
        before = here


def _along(first: tuple[float, float], second: tuple[float, float]) -> Iterator[Box]:
    (x0, x1), (y0, y1) = sorted((first[0], second[0])), sorted((first[1], second[1]))
    if y1 - y0 <= _STRAIGHT and x1 - x0 >= _SHORTEST:
        yield x0, (y0 + y1) / 2, x1, (y0 + y1) / 2
    elif x1 - x0 <= _STRAIGHT and y1 - y0 >= _SHORTEST:
        yield (x0 + x1) / 2, y0, (x0 + x1) / 2, y1


def find_bands(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The lines of each table that has lines across only, from its top: three or more alike.

    That is how most journals set tables: a line above and below the names, and one at the foot.
    """
    flat = sorted((rule for rule in rules if rule.is_flat), key=lambda rule: -rule.y0)
    upright = [rule for rule in rules if not rule.is_flat]
    bands: list[list[Rule]] = []
    for rule in flat:
        band = next((b for b in bands if _same_width(b[0], rule)), None)
        if band is None:
            bands.append([rule])
        elif band[-1].y0 - rule.y0 > _SNAP:
            band.append(rule)
    return [
        band
        for band in bands
        if len(band) >= _FEWEST_IN_BAND and not any(_inside(band, rule) for rule in upright)
    ]


def _same_width(first: Rule, second: Rule) -> bool:
    return abs(first.x0 - second.x0) <= _SNAP and abs(first.x1 - second.x1) <= _SNAP


def _inside(band: Sequence[Rule], rule: Rule) -> bool:
    across = band[0].x0 - _SNAP <= rule.x0 <= band[0].x1 + _SNAP
    return across and rule.y0 < band[0].y0 and rule.y1 > band[-1].y0


def find_grids(rules: Sequence[Rule]) -> list[list[Box]]:
    """The cells of each table that lines enclose, as boxes; found as pdfplumber finds them."""
    flat = sum(rule.is_flat for rule in rules)
    if flat < _FEWEST_RULES // 2 or len(rules) - flat < _FEWEST_RULES // 2:
        return []
    rules = [*rules, *_open_sides(rules)]
    from pdfplumber.table import (
        cells_to_tables,
        edges_to_intersections,
        intersections_to_cells,
        merge_edges,
    )

    edges = merge_edges([_edge(rule) for rule in rules], _SNAP, _SNAP, _SNAP, _SNAP)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    # pdfplumber counts heights from the top: here they are negative.
    return [
        [(float(x0), -float(bottom), float(x1), -float(top)) for x0, top, x1, bottom in table]
        for table in cells_to_tables(cells)
    ]


def _open_sides(rules: Sequence[Rule]) -> list[Rule]:
    """The sides of tables that have lines between their columns, but none around them."""
    flat = [rule for rule in rules if rule.is_flat]
    upright = [rule for rule in rules if not rule.is_flat]
    added = []
    for first in flat:
        alike = [r for r in flat if _same_width(r, first)]
        foot, top = min(r.y0 for r in alike), max(r.y0 for r in alike)
        if first is not alike[0] or top - foot < _SHORTEST:
            continue
        between = [
            r
            for r in upright
            if first.x0 + _SNAP < r.x0 < first.x1 - _SNAP and r.y0 < top and r.y1 > foot
        ]
        if between:
            added += [Rule(x, foot, x, top) for x in (first.x0, first.x1)]
    return added


def _edge(rule: Rule) -> dict[str, Any]:
    """A line as pdfplumber describes it."""
    return {
        "x0": rule.x0,
        "x1": rule.x1,
        "top": -rule.y1,
        "bottom": -rule.y0,
        "width": rule.x1 - rule.x0,
        "height": rule.y1 - rule.y0,
        "orientation": "h" if rule.is_flat else "v",
    }
