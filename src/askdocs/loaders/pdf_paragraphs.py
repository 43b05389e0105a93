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
_NO_SPACE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")  # Chinese, Japanese
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
    for line, edge in zip(lines, _right_edges(lines), strict=True):
        if group and _begins_paragraph(group, line, steps.get(line.block, 0.0), edge):
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


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """For each line how far to the right it and its neighbours of the same kind go."""
    edges: list[float] = []
    run: list[Line] = []
    for line in lines:
        if run and not _same_kind(run[-1], line):
            edges += [max(member.right for member in run)] * len(run)
            run = []
        run.append(line)
    return edges + [max(member.right for member in run)] * len(run) if run else edges


def _same_kind(before: Line, line: Line) -> bool:
    aligned = abs(before.left - line.left) <= 3 * line.size
    return aligned and before.block == line.block and abs(before.size - line.size) <= 1


def _begins_paragraph(group: Sequence[Line], line: Line, usual: float, edge: float) -> bool:
    """Whether a line begins a new paragraph after those in `group`."""
    last = group[-1]
    if line.block != last.block or abs(line.size - last.size) > 0.15 * last.size:
        return True
    if line.bold != last.bold or line.cells > 1 or last.cells > 1 or _BULLET.match(line.text):
        return True
    height = max(last.top - last.bottom, 1.0)
    step = last.bottom - line.bottom
    if step > 1.3 * min(usual or 1.25 * height, 1.9 * height) + 1 or step < 0:
        return True
    if _had_room(last, line, edge):
        return True
    indent = line.left - min(member.left for member in group)
    return last.text.endswith(_SENTENCE_END) and indent > 0.8 * line.size and len(group) > 1


def _had_room(last: Line, line: Line, edge: float) -> bool:
    """Whether the first word of a line had room on the line before: then that was ended on purpose.

    Lines that are centred below each other say nothing.
    """
    if abs(last.left - line.left) > 3 * line.size:
        return False
    letter = (line.right - line.left) / max(len(line.text), 1)
    word = len(line.text.split()[0]) * letter
    margin = 2.5 if last.text.endswith(_SENTENCE_END) else 5.0
    return edge - last.right > word + margin * letter


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
    """What stands between two lines: "" where a word was broken or the script has no spaces."""
    if before.endswith((HYPHEN, "-")) and len(before) > 2 and before[-2].isalpha():
        last_word = before.split()[-1].rstrip(HYPHEN + "-")
        if after[:1].islower() and "-" not in last_word and len(last_word) > 1:
            return ""
    return "" if _NO_SPACE.match(before[-1:]) and _NO_SPACE.match(after[:1]) else " "
