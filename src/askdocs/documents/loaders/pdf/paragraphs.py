"""From lines to paragraphs: which lines belong together, and how they are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import HYPHEN
from askdocs.documents.loaders.pdf.layout import Line

_BULLET = re.compile(r"^(?:[•◦▪‣●○■□–—*·o-]\s+\S|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s+\S)")
_RULE = re.compile(r"[-=_*~.]{4,}\s*")  # a line that parts what is above and below it
_LABEL = re.compile(r"[A-Z][\w#/.-]*(?: [\w#/.-]+){0,2}:\s+\S")  # "Cashier: Ada" on a line
_NO_SPACE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")  # Chinese, Japanese
_TIED_END = re.compile(r"[\w/][–—/@]$|\d-$")  # of a line whose last word goes on, as in "2018–"
_SUSPENDED = re.compile(r"(?:and|or|und|oder)\b")  # after a hyphen that stands for a word to come
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = HYPHEN + "-"
_SYLLABLE = 3  # letters; a part with more, that is a word elsewhere, is no syllable
_NEARLY_FULL = 5.0  # font sizes: a line that ends so close to the right edge had no room left
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "…", "。", "؟")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its text by page, and how it looks.

    `glue` is what stands between the parts, `end` what follows it in the text. `step` is the
    distance from the baseline above to its first line, in its font's size; 0 if there is none.
    """

    parts: tuple[tuple[int, str], ...]
    size: float
    bold: bool = False
    lines: int = 1
    cells: int = 1
    block: int = 0
    glue: str = " "
    step: float = 0.0
    filled: bool = False
    end: str = "\n\n"

    @property
    def text(self) -> str:
        return self.glue.join(text for _, text in self.parts)


def paragraphs_of(lines: Sequence[Line], page: int, words: frozenset[str]) -> list[Paragraph]:
    """Lines that belong together, joined; hyphenated words at line ends are whole again."""
    paragraphs: list[Paragraph] = []
    steps = _usual_steps(lines)
    edges: dict[int, float] = {}
    for line in lines:
        edges[line.block] = max(edges.get(line.block, line.right), line.right)
    above: Line | None = None
    last_table = 0
    for group in _groups(lines, steps):
        paragraph = _paragraph(group, page, words)
        near = above is not None and above.block == group[0].block
        step = (above.bottom - group[0].bottom) / (paragraph.size or 1) if above and near else 0.0
        above = group[-1]
        filled = edges[above.block] - above.right <= _NEARLY_FULL * above.size
        if paragraphs and group[0].table and group[0].table == last_table:
            paragraphs[-1] = replace(paragraphs[-1], end="\n")
        last_table = group[-1].table
        paragraphs.append(replace(paragraph, step=step, filled=filled))
    return paragraphs


def _groups(lines: Sequence[Line], steps: dict[int, float]) -> list[list[Line]]:
    """The lines of each paragraph."""
    groups: list[list[Line]] = []
    for line, edge in zip(lines, _right_edges(lines), strict=True):
        if not groups or _begins_paragraph(groups[-1], line, steps.get(line.block, 0.0), edge):
            groups.append([])
        groups[-1].append(line)
    return groups


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
    if _RULE.fullmatch(line.text) or _RULE.fullmatch(last.text):
        return True
    if _LABEL.match(line.text) and _LABEL.match(last.text):
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
    if abs(last.left - line.left) > 3 * line.size or goes_on(last.text, line.text):
        return False
    letter = (line.right - line.left) / max(len(line.text), 1)
    word = len(line.text.split()[0]) * letter
    margin = 2.5 if last.text.endswith(_SENTENCE_END) else 5.0
    return edge - last.right > word + margin * letter


def _paragraph(group: Sequence[Line], page: int, words: frozenset[str]) -> Paragraph:
    text = group[0].text
    for line in group[1:]:
        text = join_lines(text, line.text, words)
    size = max(group, key=lambda line: len(line.text)).size
    return Paragraph(
        parts=((page, text.replace(HYPHEN, "-")),),
        size=size,
        bold=all(line.bold for line in group),
        lines=len(group),
        cells=max(line.cells for line in group),
        block=group[0].block,
    )


def vocabulary(lines: Iterable[Line]) -> frozenset[str]:
    """The words of a document, in lower case, but for the halves of broken ones."""
    words: set[str] = set()
    broken = False
    for line in lines:
        found = _WORD.findall(line.text.lower())
        was_broken, broken = broken, line.text.endswith((HYPHEN, "-"))
        words.update(found[was_broken : len(found) - broken])
    return frozenset(words)


def join_lines(before: str, after: str, words: frozenset[str]) -> str:
    """Two lines as one. A word that was broken is whole; a hyphen of its own it keeps."""
    if not goes_on(before, after):
        return before + space_between(before, after) + after
    first, second = before.split()[-1].rstrip(_HYPHENS), _WORD.match(after)
    start = _WORD.search(first[::-1])
    left = start.group()[::-1].lower() if start else first.lower()
    right = second.group().lower() if second else ""
    hyphen = "-" if not after[0].islower() or _is_compound(left, right, words) else ""
    return before.rstrip(_HYPHENS) + hyphen + after


def _is_compound(left: str, right: str, words: frozenset[str]) -> bool:
    """Whether two parts make a word with a hyphen, as far as the rest of the document tells."""
    if left + right in words:
        return False
    if f"{left}-{right}" in words or "-" in left:
        return True
    return left in words and right in words and min(len(left), len(right)) > _SYLLABLE


def goes_on(before: str, after: str) -> bool:
    """Whether the last word of a line goes on in the next."""
    if not before.endswith((HYPHEN, "-")) or len(before) < 3 or not before[-2].isalpha():
        return False
    if not after[:1].isalnum() or _SUSPENDED.match(after):
        return False
    return before.endswith(HYPHEN) or after[0].isalpha()


def space_between(before: str, after: str) -> str:
    """The space between two lines; none in a word, or in a script that has no spaces."""
    if _NO_SPACE.match(before[-1:]) and _NO_SPACE.match(after[:1]):
        return ""
    return "" if after[:1].isalnum() and _TIED_END.search(before) else " "
