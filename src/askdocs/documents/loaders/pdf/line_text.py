"""The text of a line from its segments, side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from askdocs.documents.loaders.pdf.characters import (
    CLOSING,
    Segment,
    main_size,
    render,
    script_of,
    touches,
)
from askdocs.documents.loaders.shared.superscripts import Script, Span, merge_runs

_LABEL = re.compile(r"[(\[]?(?:[\d.]{1,7}|[a-zA-Z]|[ivx]{1,4})[.)\]]+|\.\d+|\d+\.\d+|[•◦▪●○■–—-]")
CELL = " | "  # between the cells of a row
_CELL_GAP = 2.2  # of the font's size: a wider gap is one between cells


def line_text(row: Sequence[Segment]) -> str:
    """Segments side by side; a wide gap between them is a step to the next cell.

    A segment that is smaller and higher or lower than the line, and touches its neighbour, is a
    superscript or subscript.
    """
    scripts = _scripts(row)
    spans: list[Span] = []
    begun = ""
    for index, segment in enumerate(row):
        script = scripts[index]
        parts = [(segment.text, script)] if script != "plain" else _parts(segment)
        if index:
            between = _between(row[index - 1], segment, begun, (spans[-1][1], parts[0][1]))
            spans += [(between, "plain")] if between else []
            begun += between
        spans += parts
        begun += segment.text
    if all(script == "plain" for _, script in spans):
        return begun
    return render(merge_runs(spans))


def _parts(segment: Segment) -> Sequence[Span]:
    return segment.spans or [(segment.text, "plain")]


def _between(before: Segment, segment: Segment, begun: str, scripts: tuple[Script, Script]) -> str:
    """What stands between two segments of a line: nothing, a space or a step to the next cell."""
    gap = max(segment.left - before.right, before.left - segment.right)
    size = max(before.size, segment.size, 1.0)
    if before.apart or segment.apart:
        return CELL
    if gap > _CELL_GAP * size and not _LABEL.fullmatch(begun):
        return CELL
    tied = set(scripts) != {"plain"} or segment.text[0] in CLOSING
    return "" if tied and touches(before, segment) else " "


def _scripts(row: Sequence[Segment]) -> list[Script]:
    """Which segments of a line stand higher or lower than it."""
    if len(row) == 1:
        return ["plain"]
    sizes = Counter[float]()
    for segment in row:
        sizes[segment.size] += len(segment.text)
    size = main_size(sizes)
    base = next(segment.base for segment in row if segment.size == size)
    scripts: list[Script] = []
    for index, segment in enumerate(row):
        beside = [row[near] for near in (index - 1, index + 1) if 0 <= near < len(row)]
        near_by = any(touches(*sorted((segment, each), key=lambda s: s.left)) for each in beside)
        script = script_of(segment.size, segment.base, size, base)
        scripts.append(script if near_by else "plain")
    return scripts
