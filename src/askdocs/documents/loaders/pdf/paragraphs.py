"""Joins lines to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from askdocs.documents.loaders.pdf.characters import HYPHEN
from askdocs.documents.loaders.pdf.layout import Line

_BULLET = re.compile(r"^(?:[•◦▪‣●○■□–—*·o-]\s+\S|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s+\S)")
_SEPARATOR = re.compile(r"[-=_*~.]{4,}\s*")  # a separator line
_LABEL = re.compile(r"[A-Z][\w#/.-]*(?: [\w#/.-]+){0,2}:\s+\S")  # "Cashier: Ada" on a line
_NO_SPACE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")  # Chinese, Japanese
_TIED_END = re.compile(r"[\w/][–—/@]$|\d-$")  # the next line continues the word, as in "2018–"
_SUSPENDED = re.compile(r"(?:and|or|und|oder)\b")  # after a suspended hyphen
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = HYPHEN + "-"
_SYLLABLE = 3  # letters; a longer part that is a word elsewhere is not a syllable
_NEARLY_FULL = 5.0  # font sizes; a line that ends this close to the right edge is full
_SENTENCE_END = (".", "!", "?", ":", "”", '"', "…", "。", "؟")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its text by page, and its appearance.

    `glue` separates the parts. `end` is added after the paragraph. `step` is the distance of its
    first line from the line above, in font sizes; 0 if there is none.
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
    """Join the lines of each paragraph, and the words that are hyphenated at line ends."""
    paragraphs: list[Paragraph] = []
    steps = _usual_steps(lines)
    edges: dict[int, float] = {}
    for line in lines:
        edges[line.block] = max(edges.get(line.block, line.right), line.right)
    above: Line | None = None
    last_table = 0
    for group in _group_by_paragraph(lines, steps):
        paragraph = _make_paragraph(group, page, words)
        in_same_block = above is not None and above.block == group[0].block
        step = (
            (above.bottom - group[0].bottom) / (paragraph.size or 1)
            if above and in_same_block
            else 0.0
        )
        above = group[-1]
        filled = edges[above.block] - above.right <= _NEARLY_FULL * above.size
        if paragraphs and group[0].table and group[0].table == last_table:
            paragraphs[-1] = replace(paragraphs[-1], end="\n")
        last_table = group[-1].table
        paragraphs.append(replace(paragraph, step=step, filled=filled))
    return paragraphs


def _group_by_paragraph(lines: Sequence[Line], steps: dict[int, float]) -> list[list[Line]]:
    """Group the lines by paragraph."""
    groups: list[list[Line]] = []
    for line, edge in zip(lines, _right_edges(lines), strict=True):
        if not groups or _begins_paragraph(groups[-1], line, steps.get(line.block, 0.0), edge):
            groups.append([])
        groups[-1].append(line)
    return groups


def _usual_steps(lines: Sequence[Line]) -> dict[int, float]:
    """Block → its median line spacing."""
    steps: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        step = before.bottom - line.bottom
        if before.block == line.block and 0 < step < 3 * (line.top - line.bottom):
            steps.setdefault(line.block, []).append(step)
    return {block: median(found) for block, found in steps.items()}


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """For each line, the right edge of the run of similar lines around it."""
    edges: list[float] = []
    run: list[Line] = []
    for line in lines:
        if run and not _are_similar(run[-1], line):
            edges += [max(member.right for member in run)] * len(run)
            run = []
        run.append(line)
    return edges + [max(member.right for member in run)] * len(run) if run else edges


def _are_similar(before: Line, line: Line) -> bool:
    aligned = abs(before.left - line.left) <= 3 * line.size
    return aligned and before.block == line.block and abs(before.size - line.size) <= 1


def _begins_paragraph(group: Sequence[Line], line: Line, usual: float, edge: float) -> bool:
    """Whether a line begins a new paragraph after the lines in `group`."""
    last = group[-1]
    if line.block != last.block or abs(line.size - last.size) > 0.15 * last.size:
        return True
    if line.bold != last.bold or line.cells > 1 or last.cells > 1 or _BULLET.match(line.text):
        return True
    if _SEPARATOR.fullmatch(line.text) or _SEPARATOR.fullmatch(last.text):
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
    """Whether the first word of a line had room on the line before, which was ended on purpose.

    This cannot be decided for centred lines.
    """
    if abs(last.left - line.left) > 3 * line.size or continues_word(last.text, line.text):
        return False
    letter = (line.right - line.left) / max(len(line.text), 1)
    word = len(line.text.split()[0]) * letter
    margin = 2.5 if last.text.endswith(_SENTENCE_END) else 5.0
    return edge - last.right > word + margin * letter


def _make_paragraph(group: Sequence[Line], page: int, words: frozenset[str]) -> Paragraph:
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
    """The words of a document in lower case, without the halves of hyphenated words."""
    words: set[str] = set()
    broken = False
    for line in lines:
        found = _WORD.findall(line.text.lower())
        was_broken, broken = broken, line.text.endswith((HYPHEN, "-"))
        words.update(found[was_broken : len(found) - broken])
    return frozenset(words)


def join_lines(before: str, after: str, words: frozenset[str]) -> str:
    """Join two lines. A hyphenated word is joined. A compound keeps its hyphen."""
    if not continues_word(before, after):
        return before + space_between(before, after) + after
    first, second = before.split()[-1].rstrip(_HYPHENS), _WORD.match(after)
    start = _WORD.search(first[::-1])
    left = start.group()[::-1].lower() if start else first.lower()
    right = second.group().lower() if second else ""
    hyphen = "-" if not after[0].islower() or _is_compound(left, right, words) else ""
    return before.rstrip(_HYPHENS) + hyphen + after


def _is_compound(left: str, right: str, words: frozenset[str]) -> bool:
    """Whether two parts are a hyphenated compound, judged by the other words of the document."""
    if left + right in words:
        return False
    if f"{left}-{right}" in words or "-" in left:
        return True
    return left in words and right in words and min(len(left), len(right)) > _SYLLABLE


def continues_word(before: str, after: str) -> bool:
    """Whether the next line continues the last word of a line."""
    if not before.endswith((HYPHEN, "-")) or len(before) < 3 or not before[-2].isalpha():
        return False
    if not after[:1].isalnum() or _SUSPENDED.match(after):
        return False
    return before.endswith(HYPHEN) or after[0].isalpha()


def space_between(before: str, after: str) -> str:
    """The space between two lines; "" in a word, or in a script without spaces."""
    if _NO_SPACE.match(before[-1:]) and _NO_SPACE.match(after[:1]):
        return ""
    return "" if after[:1].isalnum() and _TIED_END.search(before) else " "
