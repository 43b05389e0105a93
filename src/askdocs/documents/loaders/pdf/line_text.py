"""The text of a line from its segments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from askdocs.documents.loaders.pdf.characters import (
    CLOSING,
    Segment,
    line_with_scripts,
    main_size,
    script_of,
    touches,
)
from askdocs.documents.loaders.shared.superscripts import Script, Span, merge_runs

_LABEL = re.compile(r"[(\[]?(?:[\d.]{1,7}|[a-zA-Z]|[ivx]{1,4})[.)\]]+|\.\d+|\d+\.\d+|[•◦▪●○■–—-]")
CELL = " | "  # between the cells of a row
_CELL_GAP = 2.2  # of the font size; a wider gap separates cells


def line_text(row: Sequence[Segment]) -> str:
    """The text of the segments of a line. A wide gap between two segments separates cells.

    A segment is a superscript or subscript if it is smaller than the line, shifted, and touches its
    neighbour.
    """
    scripts = _segment_scripts(row)
    spans: list[Span] = []
    text_so_far = ""
    for index, segment in enumerate(row):
        script = scripts[index]
        parts = [(segment.text, script)] if script != "plain" else _segment_spans(segment)
        if index:
            between = _separator(row[index - 1], segment, text_so_far, (spans[-1][1], parts[0][1]))
            spans += [(between, "plain")] if between else []
            text_so_far += between
        spans += parts
        text_so_far += segment.text
    if all(script == "plain" for _, script in spans):
        return text_so_far
    return line_with_scripts(merge_runs(spans))


def _segment_spans(segment: Segment) -> Sequence[Span]:
    return segment.spans or [(segment.text, "plain")]


def _separator(
    before: Segment, segment: Segment, text_so_far: str, scripts: tuple[Script, Script]
) -> str:
    """The separator of two segments of a line: nothing, a space or a cell separator."""
    gap = max(segment.left - before.right, before.left - segment.right)
    size = max(before.size, segment.size, 1.0)
    if before.is_separate or segment.is_separate:
        return CELL
    if gap > _CELL_GAP * size and not _LABEL.fullmatch(text_so_far):
        return CELL
    tied = set(scripts) != {"plain"} or segment.text[0] in CLOSING
    return "" if tied and touches(before, segment) else " "


def _segment_scripts(row: Sequence[Segment]) -> list[Script]:
    """For each segment of a line, whether it is a superscript or a subscript."""
    if len(row) == 1:
        return ["plain"]
    sizes = Counter[float]()
    for segment in row:
        sizes[segment.size] += len(segment.text)
    size = main_size(sizes)
    base = next(segment.base for segment in row if segment.size == size)
    scripts: list[Script] = []
    for index, segment in enumerate(row):
        neighbours = [
            row[position] for position in (index - 1, index + 1) if 0 <= position < len(row)
        ]
        touches_one = any(
            touches(*sorted((segment, neighbour), key=lambda s: s.left)) for neighbour in neighbours
        )
        script = script_of(segment.size, segment.base, size, base)
        scripts.append(script if touches_one else "plain")
    return scripts
