"""The characters of a PDF page as segments: runs of words on one line, without wide gaps."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from askdocs.documents.loaders.shared.superscripts import Script, Span, join_spans

HYPHEN = "\u00ad"  # marks a hyphen at a line end, which pdfium reports as a hyphenated word
_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
SECOND = -1  # marks the second half of a surrogate pair
_MATHS = range(0x1D400, 0x1D800)  # mathematical alphanumeric symbols: bold or italic letters
# Fonts in which the code of "e" is the euro sign: eurosym of LaTeX, Adobe's Euro.
_EURO = ord("e")
_EURO_FONT = re.compile(rb"(?:[A-Z]{6}\+)?(?:FEY[MB]|Euro(?:Sans|Serif|Mono)\b)", re.I)
_BROKEN = 0x02  # the code that pdfium returns for such a hyphen
_CONTROLS = range(0x80, 0xA0)  # C1 controls, used for the characters of Windows-1252
_LAST_CODE = 0x10FFFF
_GAP = 0.6  # of the font size; a wider gap ends a segment
_SAME_LINE = 0.3  # of the smaller height: the least overlap of two characters on one line
_ONE_LINE = 0.5  # of the smaller height: the least overlap of two segments on one line
_BACKWARDS = 4  # font sizes; a character that much to the left begins another line
_SIZE_SHARE = 0.85  # the font size as a share of the height of a character's box
_NAME_BYTES = 200  # of a font's name that are read
_BOLD_WEIGHT = 600
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"cmbx", b"-bd")
# A character is a superscript or subscript if its font size is at most _SMALL of the size of the
# line, and its baseline is shifted by more than _SHIFT of that size. TeX and Word shift
# superscripts by 0.33 and subscripts by 0.14 to 0.2. Small capitals are on the baseline, and
# numerators are shifted by more.
_SMALL = 0.87
_SHIFT = 0.1
_LARGEST_SHIFT = 0.9
# A font may have separate glyphs for superscript digits (the OpenType feature "sups"), with the
# baseline and the size of the line. Lining digits are 0.63 to 0.75 of the size high and begin on
# the baseline. Old-style digits are 0.4 and more, and some descend below it by up to 0.25.
_SMALL_DIGIT = 0.56
_SUPERSCRIPT_SHIFT = 0.18
_SUBSCRIPT_SHIFT = 0.08
_MOSTLY = 0.6  # the size of this share of a line's characters is the size of the line
_IN_ORDER = frozenset(("ل", alif) for alif in "اأإآ")  # the ligatures of lam and alif
_JOINED = 0.1  # of the size: the largest gap between Arabic letters of one word
_TOUCHING = 0.25  # of the line's size: the largest gap between a superscript and its base
# Accents that old fonts of TeX draw over a letter or below it, as combining marks.
_ACCENT_REACH = 8  # characters before an accent that it may be drawn over
_ACCENTS = {
    "`": "\u0300", "´": "\u0301", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303",
    "¯": "\u0304", "ˉ": "\u0304", "˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "˚": "\u030a",
    "˝": "\u030b", "ˇ": "\u030c", "¸": "\u0327", "˛": "\u0328",
}  # fmt: skip
_WITHOUT_DOT = {"ı": "i", "ȷ": "j"}
CLOSING = frozenset(",.;:!?)]}⁄”’»%")  # characters without a space before them
_NOTE_NUMBER = re.compile(r"(\d{1,3})(\)?)")
_NOTE_WORDS = 3  # the fewest words of a line that begins with a reference mark
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_FEWEST_SIDEWAYS = 8  # letters of sideways text that are read
_SLANT = math.radians(15)  # text that deviates more from a quarter turn is slanted


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of words on one line. Coordinates are in points.

    `bottom` and `top` are measured from the bottom of the page. `base` is the height of the
    baseline; NaN if it is unknown. `starts` are the left edges of the words. `spans` are the parts
    of the text if it has superscripts or subscripts. `is_separate` means that no neighbouring word
    continues it, as with the value of a form field. `table` is the number of the table whose row
    the segment is; 0 for other text.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    base: float = math.nan
    starts: tuple[float, ...] = ()
    spans: tuple[Span, ...] = ()
    is_separate: bool = False
    table: int = 0

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


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page.

    `segments` are upright, in the order of the file, on a page `height` points high. `sideways`
    contains the segments of each other direction, rotated upright, with the height of the page and
    its rotation. `unmapped` is the share of the characters without a usable map to Unicode.
    `slanted` counts the slanted characters, which are skipped. `turn` is the rotation of the page
    in quarter turns.
    """

    segments: list[Segment]
    height: float
    sideways: tuple[tuple[list[Segment], float, int], ...] = ()
    unmapped: float = 0.0
    slanted: int = 0
    turn: int = 0


def read_text(text_page: Any, box: Box) -> PageText:
    """Read the characters of a page.

    Args:
        text_page: The text page of pdfium.
        box: The visible part of the page: left, bottom, right, top in points.
    """
    width, height = box[2] - box[0], box[3] - box[1]
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return PageText([], height)
    turns = [_quarter_turns(pdfium.FPDFText_GetCharAngle(text_page, i)) for i in range(count)]
    codes = whole_characters([pdfium.FPDFText_GetUnicode(text_page, i) for i in range(count)])
    visible = Counter(turn for turn, code in zip(turns, codes, strict=True) if code > ord(" "))
    slanted = visible.pop(None, 0)
    order = [turn for turn, _ in visible.most_common() if turn is not None] or [0]
    read = [
        (
            _segments_in_direction(_Reader(text_page, turn, box), codes, turns, turn),
            width if turn % 2 else height,
            turn,
        )
        for turn in order
    ]
    segments, upright_height, _ = read[0]
    return PageText(
        segments,
        upright_height,
        tuple(direction for direction in read[1:] if _has_words(direction[0])),
        _unmapped_share(text_page, codes),
        slanted,
        order[0],
    )


def _has_words(segments: Sequence[Segment]) -> bool:
    """Whether sideways text is more than printer's marks and single letters of a drawing."""
    return sum(map(str.isalpha, "".join(s.text for s in segments))) >= _FEWEST_SIDEWAYS


def whole_characters(codes: Sequence[int]) -> list[int]:
    """Join surrogate pairs, which pdfium returns as two codes: (code point, SECOND)."""
    whole = list(codes)
    for index in range(len(codes) - 1):
        first, second = codes[index], codes[index + 1]
        if 0xD800 <= first < 0xDC00 <= second < 0xE000:
            whole[index] = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            whole[index + 1] = SECOND
    return whole


def rotate_box(box: Box, turn: int, page: Box) -> Box:
    """The coordinates of a box after rotating the page by `turn` quarter turns, in points."""
    left, bottom, right, top = (
        box[0] - page[0], box[1] - page[1], box[2] - page[0], box[3] - page[1],
    )  # fmt: skip
    width, height = page[2] - page[0], page[3] - page[1]
    if turn == 1:
        return height - top, left, height - bottom, right
    if turn == 2:
        return width - right, height - top, width - left, height - bottom
    if turn == 3:
        return bottom, width - right, top, width - left
    return left, bottom, right, top


def _segments_in_direction(
    reader: _Reader, codes: Sequence[int], turns: Sequence[int | None], turn: int
) -> list[Segment]:
    """The segments of the characters with one writing direction."""
    segments: list[Segment] = []
    run: list[_Character] = []
    for index, code in enumerate(codes):
        if code in (0x0D, 0x0A):
            _close_segment(run, segments, reader)
        elif code == SECOND:
            continue
        elif code != _BROKEN and (code <= ord(" ") or code == 0xA0):
            if run and run[-1].letter != " ":
                run.append(_Character(" ", run[-1].right, run[-1].right, 0, 0, 0, -1))
        elif turns[index] == turn:
            character = reader.character(index, code)
            if code == _EURO and not _in_word(codes, index) and reader.is_euro(index):
                character = replace(character, letter="€")
            if _joins_accent(run, character):
                continue
            if run and _ends_run(run, character):
                _close_segment(run, segments, reader)
            run.append(character)
    _close_segment(run, segments, reader)
    return segments


def _unmapped_share(text_page: Any, codes: Sequence[int]) -> float:
    """The share of the visible characters whose font has no map to Unicode."""
    visible = [index for index, code in enumerate(codes) if code > ord(" ") or code == 0]
    if not visible:
        return 0.0
    unknown = [
        index
        for index in visible
        if codes[index] in (0, 0xFFFD) or pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1
    ]
    return len(unknown) / len(visible)


class _Reader:
    """Reads characters. Coordinates are those of the page after rotating the text upright."""

    def __init__(self, text_page: Any, turn: int, page: Box) -> None:
        self._text_page = text_page
        self._turn = turn
        self._page = page
        self._box = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._bottom, self._top = ctypes.c_double(), ctypes.c_double()
        self._name = ctypes.create_string_buffer(_NAME_BYTES)
        self._flags = ctypes.c_int()

    def character(self, index: int, code: int) -> _Character:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._text_page, index, box)
        left, bottom, right, top = rotate_box(
            (box.left, box.bottom, box.right, box.top), self._turn, self._page
        )
        size = pdfium.FPDFText_GetFontSize(self._text_page, index)
        drawn = top - bottom
        # A font that is scaled by a matrix reports a size near 1. Its box has the actual size.
        size = drawn * _SIZE_SHARE if drawn > 0 and not 0.5 < size / drawn < 2 else size
        return _Character(_character_text(code), left, right, bottom, top, round(size, 1), index)

    def base(self, index: int) -> float:
        """The height of a character's baseline."""
        pdfium.FPDFText_GetCharOrigin(self._text_page, index, self._x, self._y)
        x, y = float(self._x.value), float(self._y.value)
        return rotate_box((x, y, x, y), self._turn, self._page)[1]

    def drawn(self, index: int) -> tuple[float, float]:
        """The bottom and the top of the glyph of a character."""
        left, right, bottom, top = self._x, self._y, self._bottom, self._top
        pdfium.FPDFText_GetCharBox(self._text_page, index, left, right, bottom, top)
        box = rotate_box((left.value, bottom.value, right.value, top.value), self._turn, self._page)
        return float(box[1]), float(box[3])

    def is_euro(self, index: int) -> bool:
        """Whether the font of a letter is one that contains only the euro sign."""
        length = pdfium.FPDFText_GetFontInfo(
            self._text_page, index, self._name, _NAME_BYTES, self._flags
        )
        return bool(_EURO_FONT.match(self._name.raw[: max(0, min(length, _NAME_BYTES) - 1)]))

    def is_bold(self, index: int) -> bool:
        """Whether the font of a character is bold, by its weight or name."""
        if pdfium.FPDFText_GetFontWeight(self._text_page, index) >= _BOLD_WEIGHT:
            return True
        length = pdfium.FPDFText_GetFontInfo(
            self._text_page, index, self._name, _NAME_BYTES, self._flags
        )
        name = self._name.raw[: max(0, min(length, _NAME_BYTES) - 1)].lower()
        return any(word in name for word in _BOLD_NAMES)


def _character_text(code: int) -> str:
    """The text of a character code. A ligature becomes its letters."""
    if code in _CONTROLS:
        return bytes([code]).decode("cp1252", "ignore") or " "
    if code in (_BROKEN, 0xFFFE, 0xAD):
        return HYPHEN
    if code in _MATHS:
        return unicodedata.normalize("NFKC", chr(code))
    letter = chr(code) if code <= _LAST_CODE else "\ufffd"
    return _LIGATURES.get(letter, letter)


def _quarter_turns(angle: float) -> int | None:
    """The writing direction in quarter turns; None for slanted text."""
    if angle < 0:
        return 0
    turn = round(angle / (math.pi / 2))
    return turn % 4 if abs(angle - turn * math.pi / 2) <= _SLANT else None


def _in_word(codes: Sequence[int], index: int) -> bool:
    """Whether a letter is next to another letter."""
    neighbours = codes[max(index - 1, 0) : index + 2]
    return sum(0 < code <= _LAST_CODE and chr(code).isalpha() for code in neighbours) > 1


def _ends_run(run: list[_Character], following: _Character) -> bool:
    """Whether a character ends the run: it is on another line, or after a wide gap."""
    last = next((c for c in reversed(run) if c.letter != " "), None)
    if last is None:
        return False
    if not _overlap(last, following):
        return True
    size = max(last.size, following.size, 1.0)
    gap = max(following.left - last.right, last.left - following.right)
    if gap > _GAP * size:
        return True
    return following.right < last.left - _BACKWARDS * size


def _overlap(first: _Character, second: _Character) -> bool:
    """Whether two characters overlap vertically by enough to be on one line."""
    shared = min(first.top, second.top) - max(first.bottom, second.bottom)
    return shared >= _SAME_LINE * min(first.top - first.bottom, second.top - second.bottom)


def _close_segment(run: list[_Character], segments: list[Segment], reader: _Reader) -> None:
    """Make a segment of the run, and clear the run."""
    drawn = [character for character in run if character.letter != " "]
    if drawn:
        sizes = Counter(character.size for character in drawn)
        size = main_size(sizes)
        base = reader.base(next(c.index for c in drawn if c.size == size))
        ordered = _in_order(run)
        has_digits = any(character.letter.isdigit() for character in drawn)
        spans = _script_spans(ordered, size, base, reader) if has_digits or len(sizes) > 1 else []
        text = line_with_scripts(spans) if spans else _join_letters(ordered)
        if text.strip():
            segments.append(
                Segment(
                    text=text.strip(),
                    left=min(character.left for character in drawn),
                    right=max(character.right for character in drawn),
                    bottom=min(character.bottom for character in drawn),
                    top=max(character.top for character in drawn),
                    size=size,
                    bold=reader.is_bold(drawn[0].index) and reader.is_bold(drawn[-1].index),
                    base=base,
                    starts=_word_starts(ordered),
                    spans=tuple(spans),
                )
            )
    run.clear()


def main_size(sizes: Counter[float]) -> float:
    """The font size of a line: the size of most characters, else the largest size."""
    size, count = sizes.most_common(1)[0]
    return size if count >= _MOSTLY * sizes.total() else max(sizes)


def script_of(size: float, base: float, line_size: float, line_base: float) -> Script:
    """Whether a part of a line is a superscript or a subscript.

    Args:
        size: The font size of the part, in points.
        base: The height of the part's baseline, in points.
        line_size: The font size of the line.
        line_base: The height of the line's baseline.
    """
    shift = (base - line_base) / line_size if line_size else 0.0
    if size > _SMALL * line_size or not _SHIFT < abs(shift) < _LARGEST_SHIFT:
        return "plain"
    return "super" if shift > 0 else "sub"


def _script_spans(
    run: Sequence[_Character], size: float, base: float, reader: _Reader
) -> list[Span]:
    """The spans of a run with superscripts or subscripts; empty if it has none."""
    scripts = [_character_script(character, size, base, reader) for character in run]
    if not any(script != "plain" for script in scripts):
        return []
    parts: list[tuple[Script, list[_Character]]] = []
    for script, character in zip(scripts, run, strict=True):
        if not parts or parts[-1][0] != script:
            parts.append((script, []))
        parts[-1][1].append(character)
    for (first, before), (second, after) in pairwise(parts):
        _remove_false_space(before, after, size, second if second != "plain" else first)
    spans: list[Span] = [(_join_letters(characters), script) for script, characters in parts]
    spans[0] = (spans[0][0].lstrip(), spans[0][1])
    spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
    return [span for span in spans if span[0]]


def _character_script(character: _Character, size: float, base: float, reader: _Reader) -> Script:
    """Whether a character is a superscript or a subscript, by its font or by its glyph."""
    if character.letter == " ":
        return "plain"
    if character.size <= _SMALL * size:
        return script_of(character.size, reader.base(character.index), size, base)
    if not character.letter.isdecimal():
        return "plain"
    foot, top = reader.drawn(character.index)
    if top - foot > _SMALL_DIGIT * size or top <= foot:
        return "plain"
    if foot - base > _SUPERSCRIPT_SHIFT * size:
        return "super"
    return "sub" if base - foot > _SUBSCRIPT_SHIFT * size else "plain"


def _remove_false_space(
    before: list[_Character], after: list[_Character], size: float, script: Script
) -> None:
    """Remove a space next to a superscript or subscript that pdfium inserted by mistake."""
    if script == "plain" or len(before) < 2 or not after:
        return
    if before[-1].letter == " " and after[0].left - before[-2].right < _TOUCHING * size:
        before.pop()
    elif after[0].letter == " " and len(after) > 1 and after[1].letter in CLOSING:
        after.pop(0)


def line_with_scripts(spans: Sequence[Span]) -> str:
    """The text of a line with superscripts and subscripts.

    A superscript number at the beginning is the reference mark of a footnote, and so is "1)". In
    right-to-left text, only numbers are superscripts.
    """
    plain = "".join(text for text, script in spans if script == "plain")
    right_to_left = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in plain)
    marked: list[Span] = []
    for index, (text, script) in enumerate(spans):
        number = _NOTE_NUMBER.fullmatch(text.strip())
        if script == "super" and number and (index == 0 or number.group(2)):
            begins_note = index > 0 or len(plain.split()) >= _NOTE_WORDS
            marked.append((number.group(1), "note") if begins_note else (text, script))
        elif script != "plain" and right_to_left and not number:
            marked.append((text, "plain"))
        else:
            marked.append((text, script))
    return join_spans(marked)


def _join_letters(run: Iterable[_Character]) -> str:
    return "".join(character.letter for character in run)


def _word_starts(run: Sequence[_Character]) -> tuple[float, ...]:
    """The left edges of the words of a run."""
    starts = []
    begins = True
    for character in run:
        if character.letter != " " and begins:
            starts.append(character.left)
        begins = character.letter == " "
    return tuple(starts)


def on_one_line(first: Segment, second: Segment) -> bool:
    """Whether two segments overlap vertically by enough to be on one line."""
    shared = min(first.top, second.top) - max(first.bottom, second.bottom)
    height = min(first.top - first.bottom, second.top - second.bottom)
    return shared > _ONE_LINE * height


def touches(before: Segment, after: Segment) -> bool:
    """Whether a segment is so close to another that it may be its superscript."""
    return abs(after.left - before.right) < _TOUCHING * max(before.size, after.size)


def _in_order(run: list[_Character]) -> list[_Character]:
    """The run with its Arabic letters in reading order.

    pdfium returns the letters of a ligature backwards, except for "ﻻ" and its forms, which it
    decomposes itself. A combining mark that is drawn over the next letter is moved after that
    letter. A space before the mark is removed if that letter touches the letter before.
    """
    ordered: list[_Character] = []
    for character in run:
        if not "\u0600" <= character.letter <= "\u06ff" or not ordered:
            ordered.append(character)
        elif ordered[-1].left == character.left < character.right:
            backwards = (ordered[-1].letter, character.letter[:1]) not in _IN_ORDER
            ordered.insert(len(ordered) - backwards, character)
        else:
            marks = _marks_over(character, ordered)
            del ordered[len(ordered) - len(marks) :]
            if marks and len(ordered) > 1 and ordered[-1].letter == " ":
                gap = ordered[-2].left - character.right
                del ordered[len(ordered) - (gap < _JOINED * character.size) :]
            ordered += [character, *marks]
    return ordered


def _joins_accent(run: list[_Character], character: _Character) -> bool:
    """Join an accent to the letter that it is drawn over: "¨u" and "u¨" are "ü".

    Returns:
        Whether the character is joined to one of the run, and so is part of it.
    """
    if _combining(character.letter):
        for at in range(len(run) - 1, max(len(run) - _ACCENT_REACH, 0) - 1, -1):
            if not (_is_drawn_over(character, run[at]) and _overlap(run[at], character)):
                continue
            if whole := _accented(run[at].letter, character.letter):
                run[at] = replace(run[at], letter=whole)
                return True
    elif run and _combining(run[-1].letter) and _is_drawn_over(run[-1], character):
        whole = _accented(character.letter, run[-1].letter)
        if whole and _overlap(run[-1], character):
            run[-1] = replace(character, letter=whole)
            return True
    return False


def _combining(mark: str) -> str:
    """The combining mark of an accent; "" if it is none."""
    return _ACCENTS.get(mark, mark if "\u0300" <= mark <= "\u036f" else "")


def _accented(letter: str, accent: str) -> str:
    """The letter with an accent as one character; "" if there is none."""
    base = _WITHOUT_DOT.get(letter, letter)
    whole = unicodedata.normalize("NFC", base + _combining(accent))
    return whole if base.isalpha() and len(whole) == 1 else ""


def _marks_over(letter: _Character, before: Sequence[_Character]) -> list[_Character]:
    """The combining marks before a letter that are drawn over it."""
    first = len(before)
    if not unicodedata.combining(letter.letter):
        while first and unicodedata.combining(before[first - 1].letter):
            first -= 1
    marks = list(before[first:])
    return marks if all(_is_drawn_over(mark, letter) for mark in marks) else []


def _is_drawn_over(mark: _Character, letter: _Character) -> bool:
    return letter.left <= (mark.left + mark.right) / 2 <= letter.right
