"""The characters of a PDF page as segments: runs on one line without a wide gap."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

HYPHEN = "\u00ad"  # stands for a hyphen at a line's end that pdfium takes for a broken word
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BROKEN = 0x02  # what pdfium gives for such a hyphen
_GAP = 0.6  # of the font's size: a wider gap ends a segment


@dataclass(frozen=True, slots=True)
class Segment:
    """Words side by side. `bottom` and `top` are heights above the page's foot, in points."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class _Character:
    letter: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    index: int


Box = tuple[float, float, float, float]  # left, bottom, right, top


def read_segments(text_page: Any, box: Box) -> tuple[list[Segment], float]:
    """The segments in the order of the file, turned upright, and the height of the upright page.

    `box` is the part of the page that is shown.
    """
    width, height = box[2] - box[0], box[3] - box[1]
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return [], height
    angles = [_quarter(pdfium.FPDFText_GetCharAngle(text_page, i)) for i in range(count)]
    letters = [pdfium.FPDFText_GetUnicode(text_page, i) for i in range(count)]
    visible = Counter(a for a, code in zip(angles, letters, strict=True) if code > 32)
    upright = visible.most_common(1)[0][0] if visible else 0
    reader = _Reader(text_page, upright, box)
    segments: list[Segment] = []
    run: list[_Character] = []
    for index in range(count):
        code = letters[index]
        if code in (0x0D, 0x0A):
            _close(run, segments, reader)
        elif code != _BROKEN and (code <= 32 or code == 0xA0):
            if run and run[-1].letter != " ":
                run.append(_Character(" ", run[-1].right, run[-1].right, 0, 0, 0, -1))
        elif angles[index] == upright:
            character = reader.character(index, code)
            if run and _apart(run, character):
                _close(run, segments, reader)
            run.append(character)
    _close(run, segments, reader)
    return segments, width if upright % 2 else height


class _Reader:
    """Reads characters in the coordinates of the page turned so that most text is upright."""

    def __init__(self, text_page: Any, upright: int, box: Box) -> None:
        self._page = text_page
        self._upright = upright
        self._origin = box[:2]
        self._width = box[2] - box[0]
        self._height = box[3] - box[1]
        self._box = pdfium.FS_RECTF()
        self._name = ctypes.create_string_buffer(200)
        self._flags = ctypes.c_int()

    def character(self, index: int, code: int) -> _Character:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._page, index, box)
        x, y = self._origin
        left, bottom, right, top = self._turn(
            box.left - x, box.bottom - y, box.right - x, box.top - y
        )
        size = pdfium.FPDFText_GetFontSize(self._page, index)
        drawn = top - bottom
        # A font scaled by a matrix reports a size of 1 or so; its box tells the drawn size.
        size = drawn * 0.85 if drawn > 0 and not 0.5 < size / drawn < 2 else size
        letter = chr(code) if code < 0x110000 else "\ufffd"
        if 0x80 <= code < 0xA0:  # a control character, meant as the letter of Windows at its place
            letter = bytes([code]).decode("cp1252", "ignore") or " "
        if code in (_BROKEN, 0xFFFE, 0xAD):
            letter = HYPHEN
        letter = _LIGATURES.get(letter, letter)
        return _Character(letter, left, right, bottom, top, round(size, 1), index)

    def _turn(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        if self._upright == 1:
            return self._height - top, left, self._height - bottom, right
        if self._upright == 2:
            return (
                self._width - right,
                self._height - top,
                self._width - left,
                self._height - bottom,
            )
        if self._upright == 3:
            return bottom, self._width - right, top, self._width - left
        return left, bottom, right, top

    def is_bold(self, index: int) -> bool:
        """Whether the font of a character is bold, by its weight or name."""
        if pdfium.FPDFText_GetFontWeight(self._page, index) >= 600:
            return True
        length = pdfium.FPDFText_GetFontInfo(self._page, index, self._name, 200, self._flags)
        name = self._name.raw[: max(0, min(length, 200) - 1)].lower()
        return any(word in name for word in (b"bold", b"black", b"heavy", b"cmbx", b"-bd"))


def _quarter(angle: float) -> int:
    """The direction of writing in quarter turns."""
    return round(angle / (math.pi / 2)) % 4 if angle >= 0 else 0


def _apart(run: list[_Character], following: _Character) -> bool:
    """Whether a character does not go on with the run: another line, or after a wide gap."""
    last = next((c for c in reversed(run) if c.letter != " "), None)
    if last is None:
        return False
    overlap = min(last.top, following.top) - max(last.bottom, following.bottom)
    if overlap < 0.3 * min(last.top - last.bottom, following.top - following.bottom):
        return True
    size = max(last.size, following.size, 1.0)
    gap = max(following.left - last.right, last.left - following.right)
    if gap > _GAP * size:
        return True
    return following.right < last.left - 4 * size


def _close(run: list[_Character], segments: list[Segment], reader: _Reader) -> None:
    """Make a segment of the run and empty it."""
    text = "".join(character.letter for character in _in_order(run)).strip()
    drawn = [character for character in run if character.letter != " "]
    if text and drawn:
        sizes = Counter(character.size for character in drawn)
        segments.append(
            Segment(
                text=text,
                left=min(character.left for character in drawn),
                right=max(character.right for character in drawn),
                bottom=min(character.bottom for character in drawn),
                top=max(character.top for character in drawn),
                size=sizes.most_common(1)[0][0],
                bold=reader.is_bold(drawn[0].index) and reader.is_bold(drawn[-1].index),
            )
        )
    run.clear()


def _in_order(run: list[_Character]) -> list[_Character]:
    """The run with Arabic ligatures turned: pdfium gives the letters of one glyph backwards."""
    ordered: list[_Character] = []
    for character in run:
        same_glyph = ordered and ordered[-1].left == character.left < character.right
        if same_glyph and "\u0600" <= character.letter <= "\u06ff":
            ordered.insert(len(ordered) - 1, character)
        else:
            ordered.append(character)
    return ordered
