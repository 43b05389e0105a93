"""From lines to paragraphs: which lines belong together, and how they are joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from askdocs.loaders.pdf_characters import HYPHEN
from askdocs.loaders.pdf_layout import Line

_BULLET = re.compile(r"^(?:[•◦▪‣●○■□–—*·o-]\s+\S|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s+\S)")
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "…", "。", "؟")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its text by page, and how it looks. `glue` is what stands between the parts."""

    parts: tuple[tuple[int, str], ...]
    size: float
    bold: bool = False
    lines: int = 1
    cells: int = 1
    block: int = 0
    glue: str = " "

    @property
    def text(self) -> str:
        return self.glue.join(text for _, text in self.parts)


def paragraphs_of(lines: Sequence[Line], page: int) -> list[Paragraph]:
    """Lines that belong together, joined; hyphenated words at line ends are whole again."""
    paragraphs: list[Paragraph] = []
    group: list[Line] = []
    steps = _usual_steps(lines)
    for line in lines:
        if group and _begins_paragraph(group, line, steps.get(line.block, 0.0)):
            paragraphs.append(_paragraph(group, page))
            group = []
        group.append(line)
    if group:
        paragraphs.append(_paragraph(group, page))
    return paragraphs


def _usual_steps(lines: Sequence[Line]) -> dict[int, float]:
    """Block → the height from line to line that is usual in it."""
    steps: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        step = before.bottom - line.bottom
        if before.block == line.block and 0 < step < 3 * (line.top - line.bottom):
            steps.setdefault(line.block, []).append(step)
    return {block: median(found) for block, found in steps.items()}


def _begins_paragraph(group: Sequence[Line], line: Line, usual: float) -> bool:
    last = group[-1]
    if line.block != last.block or abs(line.size - last.size) > 0.15 * last.size:
        return True
    if line.bold != last.bold or line.cells > 1 or last.cells > 1 or _BULLET.match(line.text):
        return True
    height = max(last.top - last.bottom, 1.0)
    step = last.bottom - line.bottom
    usual = min(usual or 1.25 * height, 1.9 * height)
    if step > 1.3 * usual + 1 or step < 0:
        return True
    indent = line.left - min(member.left for member in group)
    ended = last.text.endswith(_SENTENCE_END)
    column = max(member.right for member in group)
    if ended and indent > 0.8 * line.size and len(group) > 1:
        return True
    return ended and column - last.right > 8 * last.size and len(group) > 1


def _paragraph(group: Sequence[Line], page: int) -> Paragraph:
    text = group[0].text
    for line in group[1:]:
        text = join_lines(text, line.text)
    size = max(group, key=lambda line: len(line.text)).size
    return Paragraph(
        parts=((page, text.replace(HYPHEN, "-")),),
        size=size,
        bold=all(line.bold for line in group),
        lines=len(group),
        cells=max(line.cells for line in group),
        block=group[0].block,
    )


def join_lines(before: str, after: str) -> str:
    """Two lines as one; see glue."""
    glue = glue_between(before, after)
    return before.rstrip(HYPHEN + "-") + after if glue == "" else before + glue + after


def glue_between(before: str, after: str) -> str:
    """What stands between two lines: "" where a word was broken (its hyphen goes), else a space."""
    if before.endswith((HYPHEN, "-")) and len(before) > 2 and before[-2].isalpha():
        last_word = before.split()[-1].rstrip(HYPHEN + "-")
        if after[:1].islower() and "-" not in last_word and len(last_word) > 1:
            return ""
    return " "
